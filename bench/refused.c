/* SPDX-License-Identifier: MIT */
/*
 * refused.c - what a shared pool refuses, and what is left when nearly all was taken by 2 MiB
 *
 * A request is refused for the first time, and again in the same state: nothing free, or of each 2 MiB a
 * frame taken. And with all but the last 2 MiB taken by 2 MiB a run of 2 and a bulk take are granted, which
 * must pass what was taken.
 */
#include "bench.h"

static uint64_t operations(const struct stage *stage)
{
    return stage->on->loops.fill_pair && stage->on->count_only ? 1 : 0;
}

static void prepare_none(const struct stage *stage)
{
    stage_occupy(stage, stage->frames);
}

/** A frame of each 2 MiB is taken, in a word that is not its first. */
static void prepare_nibbled(const struct stage *stage)
{
    stage_open(stage);
    for (uint64_t i = 77; i < stage->frames; i += HUGE_FRAMES)
        stage->on->loops.take_range(stage_pa(stage, i), BITFRAME_FRAME_BYTES, 1);
}

/** All is taken by 2 MiB, and the last 2 MiB are given back. */
static void prepare_left(const struct stage *stage)
{
    uint64_t first = (HUGE_FRAMES - stage_pa(stage, 0) / BITFRAME_FRAME_BYTES % HUGE_FRAMES) % HUGE_FRAMES;
    uint64_t huge = (stage->frames - first) / HUGE_FRAMES;
    stage_open(stage);
    (void)stage->on->loops.fill_huge(huge);
    (void)stage->on->loops.fill(stage->frames - huge * HUGE_FRAMES); /* what is no 2 MiB */
    stage->on->loops.drain_huge(stage_pa(stage, first + (huge - 1) * HUGE_FRAMES), 0, 1);
}

static void run_take(const struct stage *stage, const struct loops *loops)
{
    (void)loops->fill(stage->operations);
}

static void run_pair(const struct stage *stage, const struct loops *loops)
{
    (void)loops->fill_pair(stage->operations);
}

static void run_huge(const struct stage *stage, const struct loops *loops)
{
    (void)loops->fill_huge(stage->operations);
}

static void run_bulk(const struct stage *stage, const struct loops *loops)
{
    static uint64_t pas[BULK];
    loops->fill_bulk(pas, stage->operations);
}

static void prepare_take_again(const struct stage *stage)
{
    prepare_none(stage);
    run_take(stage, &stage->on->loops);
}

static void prepare_pair_again(const struct stage *stage)
{
    prepare_none(stage);
    run_pair(stage, &stage->on->loops);
}

static void prepare_huge_again(const struct stage *stage)
{
    prepare_nibbled(stage);
    run_huge(stage, &stage->on->loops);
}

static void prepare_bulk_again(const struct stage *stage)
{
    prepare_none(stage);
    run_bulk(stage, &stage->on->loops);
}

#define SUBJECT(id, text, what, before, loop)                                                                \
    const struct subject bench_##id = {                                                                      \
        .name = text,                                                                                        \
        .operation = what,                                                                                   \
        .calls = 1,                                                                                          \
        .count_only = true,                                                                                  \
        .operations = operations,                                                                            \
        .prepare = before,                                                                                   \
        .run = loop,                                                                                         \
    }

SUBJECT(refused_take, "refused-take", "take", prepare_none, run_take);
SUBJECT(refused_take_again, "refused-take-again", "take", prepare_take_again, run_take);
SUBJECT(refused_pair, "refused-pair", "run of 2", prepare_none, run_pair);
SUBJECT(refused_pair_again, "refused-pair-again", "run of 2", prepare_pair_again, run_pair);
SUBJECT(refused_huge, "refused-huge", "2 MiB", prepare_nibbled, run_huge);
SUBJECT(refused_huge_again, "refused-huge-again", "2 MiB", prepare_huge_again, run_huge);
SUBJECT(refused_bulk, "refused-bulk", "512 frames", prepare_none, run_bulk);
SUBJECT(refused_bulk_again, "refused-bulk-again", "512 frames", prepare_bulk_again, run_bulk);
SUBJECT(left_pair, "left-pair", "run of 2", prepare_left, run_pair);
SUBJECT(left_bulk, "left-bulk", "512 frames", prepare_left, run_bulk);
