/* SPDX-License-Identifier: MIT */
/* fill.c - take one frame after the other, from the middle of memory: what a whole fill costs on average. */
#include "bench.h"

static uint64_t operations(const struct stage *stage)
{
    return stage->on->loops.fill ? stage_limit(stage, 1 << 18, stage->frames / 2) : 0;
}

static void prepare(const struct stage *stage)
{
    stage_occupy(stage, stage->frames / 2);
}

static void run(const struct stage *stage, const struct loops *loops)
{
    (void)loops->fill(stage->operations);
}

const struct subject bench_fill = {
    .name = "fill",
    .operation = "take",
    .calls = 1,
    .operations = operations,
    .prepare = prepare,
    .run = run,
};
