/* SPDX-License-Identifier: MIT */
/* count.c - ask how many frames are free. */
#include "bench.h"

static uint64_t operations(const struct stage *stage)
{
    return stage->on->loops.count ? stage_limit(stage, 1 << 16, stage->frames) : 0;
}

static void run(const struct stage *stage, const struct loops *loops)
{
    (void)loops->count(stage->operations);
}

const struct subject bench_count = {
    .name = "count",
    .operation = "count",
    .calls = 1,
    .operations = operations,
    .prepare = stage_open,
    .run = run,
};
