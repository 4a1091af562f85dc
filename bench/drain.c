/* SPDX-License-Identifier: MIT */
/* drain.c - give one frame after the other back, in ascending order, up to the middle of memory. */
#include "bench.h"

static uint64_t operations(const struct stage *stage)
{
    return stage->on->loops.drain ? 1 << 18 : 0;
}

static void prepare(const struct stage *stage)
{
    stage_occupy(stage, stage->frames / 2);
}

static void run(const struct stage *stage, const struct loops *loops)
{
    loops->drain(stage_pa(stage, stage->frames / 2 - stage->operations), stage->operations);
}

const struct subject bench_drain = {
    .name = "drain",
    .operation = "free",
    .calls = 1,
    .operations = operations,
    .prepare = prepare,
    .run = run,
};
