/* SPDX-License-Identifier: MIT */
/* init.c - make every frame free, the metadata in cache as far as they fit. */
#include "bench.h"

static uint64_t operations(const struct stage *stage)
{
    return stage->on->loops.init ? (UINT64_C(1) << 28) / stage->frames : 0;
}

static void run(const struct stage *stage, const struct loops *loops)
{
    loops->init(stage->operations);
}

const struct subject bench_init = {
    .name = "init",
    .operation = "init",
    .calls = 1,
    .operations = operations,
    .prepare = stage_open,
    .run = run,
};
