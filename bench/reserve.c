/* SPDX-License-Identifier: MIT */
/* reserve.c - take ranges of 32768 frames (128 MiB of 4 KiB frames) one after the other from fresh memory. */
#include "bench.h"

enum { RANGES = 16, RANGE_FRAMES = 32768 };

static uint64_t operations(const struct stage *stage)
{
    if (!stage->on->loops.reserve || stage->frames < RANGES * RANGE_FRAMES)
        return 0;
    /* The byte map looks at every page. */
    return stage->on->walk == WALK_BYTES ? stage_limit(stage, RANGES, stage->frames) : RANGES;
}

static void run(const struct stage *stage, const struct loops *loops)
{
    loops->reserve(stage->first_pa, RANGE_FRAMES * BITFRAME_FRAME_BYTES, stage->operations);
}

const struct subject bench_reserve = {
    .name = "reserve",
    .operation = "range",
    .calls = 1,
    .operations = operations,
    .prepare = stage_open,
    .run = run,
};
