/* SPDX-License-Identifier: MIT */
/* interleave_runs.c - scenarios of runs, huge frames and many frames at once
 *
 * Frames 0 to 63 are word 0.
 */
#include <string.h>

#include "interleave.h"
#include "layout/levels.h"

/* Claims of runs that overlap. */
static void setup_runs(void)
{
    words(0, 4);
    leave_free(62, 2 + 64 + 2);
}

static void claim_low(void)
{
    if (claim(62, 66, 66))
        give_run(62, 66);
}

static void claim_high(void)
{
    if (claim(64, 66, 66))
        give_run(64, 66);
}

static void alloc_in_run(void)
{
    give(alloc());
}

/* A claim that fails when it has one of two frames that are free. */
static void setup_fails(void)
{
    words(0, 3);
    leave_free(63, 1);
    leave_free(130, 1);
}

static void claim_in_vain(void)
{
    if (claim(63, 2, 1))
        found("a frame is claimed that is held", 64);
}

static void claims_in_vain(void)
{
    for (int i = 0; i < 3; i++)
        claim_in_vain();
}

/** The other one of the two frames, again and again. */
static void alloc_give_130(void)
{
    for (int i = 0; i < 3 && claim(130, 1, 1); i++)
        give(130);
    (void)claim(130, 1, 1);
}

/* A huge frame, whole but for a frame that comes back. */
static void setup_huge(void)
{
    words(8, 8);
    leave_free(HUGE, 300);
    leave_free(HUGE + 301, HUGE - 301);
}

static void give_300_alloc_huge(void)
{
    give(HUGE + 300);
    uint64_t huge_frame = alloc_run(HUGE, HUGE * FRAME);
    if (huge_frame != FRAMES)
        give_run(huge_frame, HUGE);
}

static void alloc_huge(void)
{
    (void)alloc_run(HUGE, HUGE * FRAME);
}

/* Two huge frames in different groups, one given back whole. */
static void setup_huges(void)
{
    words(8, 8);
    words(72, 8);
    leave_free(HUGE, HUGE);
}

static void alloc_give_huge(void)
{
    uint64_t huge_frame = alloc_run(HUGE, HUGE * FRAME);
    if (huge_frame != FRAMES)
        give_run(huge_frame, HUGE);
}

static void give_huge_alloc_huge(void)
{
    give_run(GROUP + HUGE, HUGE);
    alloc_huge();
}

/* Two huge frames, the lower one with a bit that a frame of it belies; the frame comes back, and one of the
 * other goes. */
static void setup_two_huges(void)
{
    words(1, 1);
    words(8, 16);
    leave_free(64, 3); /* for tickets */
    leave_free(HUGE, 300);
    leave_free(HUGE + 301, 2 * HUGE - 301);
    levels_at(pool, &pool->huge, 0)[0] |= 2;
}

static void alloc_two_huges(void)
{
    (void)alloc_run(2 * HUGE, HUGE * FRAME);
}

static void give_300_alloc_other(void)
{
    give(HUGE + 300);
    (void)claim(2 * HUGE + 3, 1, 1);
}

/* Two CPUs give back the same huge frame: one of them is told. */
static void setup_huge_twice(void)
{
    words(8, 8);
    memset(world.owner + HUGE, 0, HUGE);
}

static void give_huge_twice(void)
{
    give_twice(HUGE, HUGE);
}

/* Any run. */
static void alloc_run_of_3(void)
{
    uint64_t first = alloc_run(3, 0);
    if (first != FRAMES)
        give_run(first, 3);
}

static void setup_pieces(void)
{
    words(0, 3);
    leave_free(61, 5);
    leave_free(130, 2);
}

static void give_run_of_words(void)
{
    give_run(100, 30);
    (void)alloc();
}

/* Many at once. */
static void bulk_5(void)
{
    alloc_bulk(5, 0);
}

static void bulk_partial(void)
{
    static const uint64_t back[] = {132, 133, 10};
    alloc_bulk(4, BITFRAME_PARTIAL);
    give_bulk(back, 3);
}

/** All of two frames that are free and two that come back one after the other: one access decides. */
static void alloc_130_to_134(void)
{
    alloc_range(130, 2, 4);
}

static void give_to_range(void)
{
    give(132);
    give(133);
    give(alloc());
}

/* Frames in two runs, beside allocations out of both. */
static void scatter_4(void)
{
    alloc_scatter(4, true);
}

static void scatter_5(void)
{
    alloc_scatter(5, false);
}

static void claim_131_alloc(void)
{
    if (claim(131, 1, 1))
        give(131);
    (void)alloc();
}

/* A frame is free at each instant, but not the same one: a pass may meet neither. */
static void setup_moved(void)
{
    words(0, 3);
    leave_free(130, 1);
}

static void scatter_1(void)
{
    alloc_scatter(1, true);
}

static void give_10_claim_130(void)
{
    give(10);
    (void)claim(130, 1, 1);
}

const struct scenario run_scenarios[] = {
    {"claims that overlap", BITFRAME_LOWEST, setup_runs, {claim_low, claim_high}},
    {"claims and an alloc", BITFRAME_LOWEST, setup_runs, {claim_low, claim_high, alloc_in_run}},
    {"a claim in vain", BITFRAME_LOWEST, setup_fails, {alloc_one, claim_in_vain, alloc_one}},
    {"claims in vain", BITFRAME_LOWEST, setup_fails, {alloc_one, claims_in_vain, alloc_give_130}},
    {"a huge frame comes back", BITFRAME_LOWEST, setup_huge, {give_300_alloc_huge, alloc_alloc_give}},
    {"a huge frame, three CPUs",
     BITFRAME_LOCAL,
     setup_huge,
     {give_300_alloc_huge, alloc_huge, alloc_alloc_give}},
    {"huge frames", BITFRAME_LOWEST, setup_huges, {alloc_give_huge, give_huge_alloc_huge}},
    {"two huge frames at once", BITFRAME_LOWEST, setup_two_huges, {alloc_two_huges, give_300_alloc_other}},
    {"a huge frame freed twice", BITFRAME_LOWEST, setup_huge_twice, {give_huge_twice, give_huge_twice}},
    {"runs", BITFRAME_LOWEST, setup_pieces, {alloc_run_of_3, give_run_of_words, alloc_alloc_give}},
    {"many at once", BITFRAME_LOWEST, setup_pieces, {bulk_5, bulk_partial, alloc_alloc_give}},
    {"two runs at once", BITFRAME_LOWEST, setup_pieces, {scatter_4, alloc_alloc_give}},
    {"two runs, three CPUs", BITFRAME_LOWEST, setup_pieces, {scatter_5, claim_131_alloc, alloc_one}},
    {"one run, moved", BITFRAME_LOWEST, setup_moved, {scatter_1, give_10_claim_130}},
    {"a range", BITFRAME_LOCAL, setup_pieces, {alloc_130_to_134, give_to_range}},
    {0},
};
