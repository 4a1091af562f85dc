/* SPDX-License-Identifier: MIT */
/*
 * reserve.c - ranges of 32768 frames (128 MiB of 4 KiB frames) one after the other, from fresh memory
 *
 * Reserved, or taken as any frames are.
 */
#include "bench.h"

enum { RANGES_MAX = 256, RANGE_FRAMES = 32768 };

static uint64_t ranges(const struct stage *stage)
{
    uint64_t all = stage->frames / RANGE_FRAMES;
    return all < RANGES_MAX ? all : RANGES_MAX;
}

static uint64_t operations(const struct stage *stage)
{
    if (!stage->on->loops.reserve)
        return 0;
    /* The byte map looks at every page. */
    return stage->on->walk == WALK_BYTES ? stage_limit(stage, ranges(stage), stage->frames) : ranges(stage);
}

static void run(const struct stage *stage, const struct loops *loops)
{
    loops->reserve(stage->first_pa, RANGE_FRAMES * BITFRAME_FRAME_BYTES, stage->operations);
}

static uint64_t operations_take(const struct stage *stage)
{
    return stage->on->loops.take_range ? ranges(stage) : 0;
}

static void run_take(const struct stage *stage, const struct loops *loops)
{
    loops->take_range(stage->first_pa, RANGE_FRAMES * BITFRAME_FRAME_BYTES, stage->operations);
}

const struct subject bench_reserve = {
    .name = "reserve",
    .operation = "range",
    .calls = 1,
    .operations = operations,
    .prepare = stage_open,
    .run = run,
};

const struct subject bench_take_range = {
    .name = "take-range",
    .operation = "range",
    .calls = 1,
    .operations = operations_take,
    .prepare = stage_open,
    .run = run_take,
};
