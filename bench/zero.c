/* SPDX-License-Identifier: MIT */
/* zero.c - clear pages, going round those of the stage: a power of two, in cache. */
#include "bench.h"

static uint64_t operations(const struct stage *stage)
{
    return stage->on->loops.zero ? 1 << 12 : 0;
}

static void prepare(const struct stage *stage)
{
    stage_open(stage);
    stage->on->loops.zero(stage_memory(stage), stage->frames - 1, stage->frames);
}

static void run(const struct stage *stage, const struct loops *loops)
{
    loops->zero(stage_memory(stage), stage->frames - 1, stage->operations);
}

const struct subject bench_zero = {
    .name = "zero",
    .operation = "page",
    .calls = 1,
    .operations = operations,
    .prepare = prepare,
    .run = run,
};
