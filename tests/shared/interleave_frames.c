/* SPDX-License-Identifier: MIT */
/* interleave_frames.c - scenarios of single frames: which are free at first, and what each CPU does
 *
 * Frames 0 to 63 are word 0.
 */
#include "interleave.h"
#include "layout/levels.h"

/* One frame, and one that somebody gives back to the same word. */
static void setup_word(void)
{
    words(0, 1);
    leave_free(5, 1);
}

static void alloc_give_alloc(void)
{
    give(alloc());
    (void)alloc();
}

static void give_7_alloc(void)
{
    give(7);
    (void)alloc();
}

static void give_9(void)
{
    give(9);
}

/* Two words of a group: one becomes empty, and the other one no longer is. */
static void setup_words(void)
{
    words(0, 2);
    leave_free(5, 1);
}

static void give_64(void)
{
    give(64 + 9);
}

/* Two words of different groups: up to the top. */
static void setup_groups(void)
{
    words(0, 1);
    words(64, 1);
    leave_free(5, 1);
    leave_free(GROUP + 5, 1);
}

static void give_other_alloc(void)
{
    give(GROUP + 9);
    (void)alloc();
}

/* A frame is always free, now here and now there. */
static void setup_to_and_fro(void)
{
    words(0, 1);
    words(64, 1);
    leave_free(GROUP + 5, 1);
}

static void alloc_otherwise_once(void)
{
    (void)alloc_limited();
}

static void to_and_fro(void)
{
    for (int i = 0; i < 3; i++) {
        give(5);
        if (!claim(GROUP + 5, 1, 1))
            return;
        give(GROUP + 5);
        if (!claim(5, 1, 1))
            return;
    }
}

/* A frame that the index lacks, as if a CPU had stopped amid a free of it; then another one comes back, and
 * it goes. */
static void setup_past_index(void)
{
    words(0, 1);
    words(64, 1);
    leave_free(GROUP + 5, 1);
    levels_at(pool, &pool->frames, 1)[1] = 0;
    levels_at(pool, &pool->frames, 2)[0] = 0;
}

static void give_5_claim_other(void)
{
    give(5);
    (void)claim(GROUP + 5, 1, 1);
}
/* Two CPUs free the same frame: one of them is told. */
static void setup_twice(void)
{
    words(0, 1);
}

static void give_5_twice(void)
{
    give_twice(5, 1);
}

const struct scenario frame_scenarios[] = {
    {"a word, two CPUs", BITFRAME_LOWEST, setup_word, {alloc_give_alloc, give_7_alloc}},
    {"a word, three CPUs", BITFRAME_LOWEST, setup_word, {alloc_give_alloc, give_7_alloc, give_9}},
    {"two words", BITFRAME_LOWEST, setup_words, {alloc_give_alloc, give_64}},
    {"two groups", BITFRAME_LOWEST, setup_groups, {alloc_alloc_give, give_other_alloc}},
    {"two groups, local", BITFRAME_LOCAL, setup_groups, {alloc_alloc_give, give_other_alloc}},
    {"two groups, three CPUs", BITFRAME_LOCAL, setup_groups, {alloc_alloc_give, alloc_give_alloc, give_9}},
    {"one by a run", BITFRAME_LOWEST, setup_groups, {alloc_otherwise, give_other_alloc}},
    {"one by a run, three CPUs", BITFRAME_LOWEST, setup_groups, {alloc_otherwise, alloc_alloc_give, give_9}},
    {"to and fro", BITFRAME_LOWEST, setup_to_and_fro, {alloc_otherwise_once, to_and_fro}},
    {"past the index", BITFRAME_LOWEST, setup_past_index, {alloc_one, give_5_claim_other}},
    {"freed twice", BITFRAME_LOWEST, setup_twice, {give_5_twice, give_5_twice, give_9}},
    {0},
};
