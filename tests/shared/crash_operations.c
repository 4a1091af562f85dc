/* SPDX-License-Identifier: MIT */
/* crash_operations.c - what a CPU is amid when it stops, and which frames are free before */
#include <string.h>

#include "crash.h"
#include "huge_calls.h"
#include "layout/metadata.h"

/* Setting up. */

static void free_frames(uint64_t first, uint64_t frames)
{
    must(shared_free_run(shared, 0, pa_of(first), frames), "setup: free");
}

static void give(uint64_t first, uint64_t frames)
{
    memset(giving + first, true, frames);
}

/** A few frames here and there, in both groups. */
static void some(void)
{
    free_frames(3, 2);
    free_frames(HUGE + 70, 3);
    free_frames(2 * HUGE - 1, 2);
    free_frames(GROUP + 100, 1);
}

static void setup_none(void)
{
}

static void setup_some(void)
{
    some();
}

static void setup_last_of_word(void)
{
    free_frames(5, 1);
    free_frames(GROUP + 100, 3);
}

static void setup_last(void)
{
    free_frames(5, 1);
}

static void setup_huge(void)
{
    free_frames(HUGE, HUGE);
    free_frames(GROUP + 100, 1);
}

static void setup_huges(void)
{
    free_frames(HUGE, 3 * HUGE);
    free_frames(GROUP + 100, 1);
}

static void setup_give_to_used(void)
{
    some();
    give(5, 1);
}

static void setup_give_to_empty(void)
{
    some();
    give(2 * HUGE + 70, 1);
}

static void setup_give_to_nothing(void)
{
    if (bitframe_shared_alloc(shared, 1) != 0) /* and remembered */
        fail("setup: there is a frame", 0);
    give(2 * HUGE + 70, 1);
}

static void setup_give_last_of_huge(void)
{
    free_frames(HUGE, 77);
    free_frames(HUGE + 78, HUGE - 78);
    give(HUGE + 77, 1);
}

static void setup_claim(void)
{
    some();
    free_frames(10 * 64 - 3, 3 * 64 + 5);
}

static void setup_claim_fails(void)
{
    setup_claim();
    must(bitframe_shared_alloc_at(shared, 0, pa_of(13 * 64 - 1), 1), "setup: claim");
}

static void setup_give_run(void)
{
    some();
    give(10 * 64 - 3, 3 * 64 + 5);
}

static void setup_give_huge(void)
{
    some();
    give(4 * HUGE, HUGE);
}

static void setup_bulk(void)
{
    some();
    free_frames(20 * 64 + 1, 62);
    free_frames(GROUP + 64, 30);
    free_frames(GROUP + 128, 64);
}

static void setup_bulk_fails(void)
{
    some();
    free_frames(20 * 64 + 1, 62);
}

static void setup_give_bulk(void)
{
    some();
    for (uint64_t i = 0; i < BULK; i++)
        give(7 * HUGE + i + i / 40, 1);
}

/** CPU 0's own group has nothing, the other one has. */
static void setup_other_group(void)
{
    free_frames(GROUP + 100, 3);
}

static void setup_offline(void)
{
    some();
    must(bitframe_set_offline(bitframe_shared_begin_exclusive(shared), &world.record, pa_of(RECORD),
                              HUGE * FRAME, world.offline_words, HUGE / WORD_BITS),
         "setup: offline");
    bitframe_shared_end_exclusive(shared);
    /* What is given back there goes out of use: it is free for nobody. */
}

/** A bit stands over a word that is empty: who meets it clears it. */
static void setup_stale(void)
{
    some();
    free_frames(5, 1);
    levels_at(pool, &pool->frames, 1)[0] |= 3;
    must(bitframe_shared_alloc_at(shared, 0, pa_of(3), 3), "setup: claim");
    levels_at(pool, &pool->frames, 1)[0] |= 3;
}

/* Operations of CPU 0. */

static void run_alloc(void)
{
    (void)bitframe_shared_alloc(shared, 0);
}

static void run_give_one(void)
{
    for (uint64_t i = 0; i < FRAMES; i++) {
        if (giving[i])
            (void)bitframe_shared_free(shared, 0, pa_of(i));
    }
}

static void run_claim(void)
{
    (void)bitframe_shared_alloc_at(shared, 0, pa_of(10 * 64 - 3), 3 * 64 + 5);
}

static void run_give_run(void)
{
    (void)shared_free_run(shared, 0, pa_of(10 * 64 - 3), 3 * 64 + 5);
}

static void alloc_run(uint64_t frames, uint64_t align, uint32_t flags)
{
    struct bitframe_request request = {.frames = frames, .align = align, .flags = flags};
    uint64_t pa;
    (void)shared_alloc_run(shared, 0, &request, &pa);
}

static void run_alloc_huge(void)
{
    alloc_run(HUGE, HUGE * FRAME, 0);
}

static void run_alloc_huges(void)
{
    alloc_run(2 * HUGE, HUGE * FRAME, BITFRAME_HIGHEST);
}

static void run_alloc_run(void)
{
    alloc_run(150, 0, 0);
}

static void run_give_huge(void)
{
    (void)shared_free_run(shared, 0, pa_of(4 * HUGE), HUGE);
}

static void run_alloc_bulk(void)
{
    struct bitframe_request request = {.frames = BULK};
    uint64_t pas[BULK], allocated;
    (void)bitframe_shared_alloc_bulk(shared, 0, &request, pas, &allocated);
}

static void run_give_bulk(void)
{
    uint64_t pas[BULK], count = 0, freed;
    for (uint64_t i = 0; i < FRAMES; i++) {
        if (giving[i])
            pas[count++] = pa_of(i);
    }
    (void)bitframe_shared_free_bulk(shared, 0, pas, count, 0, &freed);
}

static void run_alloc_range(void)
{
    (void)bitframe_shared_alloc_range(shared, 0, pa_of(9 * 64), pa_of(15 * 64));
}

static void run_give_offline(void)
{
    (void)bitframe_shared_free(shared, 0, pa_of(RECORD + 7));
}

static void run_give_run_offline(void)
{
    (void)shared_free_run(shared, 0, pa_of(RECORD + 60), 10);
}

const struct operation operations[] = {
    {"alloc", setup_some, run_alloc, 1},
    {"alloc, empties a word", setup_last_of_word, run_alloc, 1},
    {"alloc, empties the pool", setup_last, run_alloc, 1},
    {"alloc, opens a huge frame", setup_huge, run_alloc, 1},
    {"alloc, finds nothing", setup_none, run_alloc, 0},
    {"alloc, of another group", setup_other_group, run_alloc, 1},
    {"alloc, past empty words", setup_stale, run_alloc, 1},
    {"free", setup_give_to_used, run_give_one, 0},
    {"free, fills a word", setup_give_to_empty, run_give_one, 0},
    {"free, after none", setup_give_to_nothing, run_give_one, 0},
    {"free, completes a huge frame", setup_give_last_of_huge, run_give_one, 0},
    {"free, goes offline", setup_offline, run_give_offline, 0},
    {"free a run, goes offline", setup_offline, run_give_run_offline, 0},
    {"claim, 5 words", setup_claim, run_claim, 3 * 64 + 5},
    {"claim, rolled back", setup_claim_fails, run_claim, 3 * 64 + 5},
    {"alloc a run of 150", setup_claim, run_alloc_run, 150},
    {"free a run, 5 words", setup_give_run, run_give_run, 0},
    {"alloc a huge frame", setup_huge, run_alloc_huge, HUGE},
    {"alloc two huge frames", setup_huges, run_alloc_huges, 2 * HUGE},
    {"free a huge frame", setup_give_huge, run_give_huge, 0},
    {"alloc 100 frames", setup_bulk, run_alloc_bulk, BULK},
    {"alloc 100, too few", setup_bulk_fails, run_alloc_bulk, BULK},
    {"free 100 frames", setup_give_bulk, run_give_bulk, 0},
    {"alloc a range", setup_claim, run_alloc_range, 6 * 64},
    {0},
};
