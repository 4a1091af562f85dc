/* SPDX-License-Identifier: MIT */
/*
 * adversarial.c - only the first and the last frame are free
 *
 * Two takes and two frees, over and over. The first take leaves the last frame as the only one: an index
 * must climb to its top and descend again, a search crosses all of memory.
 */
#include "bench.h"

static uint64_t operations(const struct stage *stage)
{
    /* A pair is half a round. */
    return stage->on->loops.edges ? 2 * stage_limit(stage, 1 << 15, stage->frames) : 0;
}

static void prepare(const struct stage *stage)
{
    stage_occupy(stage, stage->frames);
    stage->on->loops.drain(stage_pa(stage, 0), 1);
    stage->on->loops.drain(stage_pa(stage, stage->frames - 1), 1);
}

static void run(const struct stage *stage, const struct loops *loops)
{
    loops->edges(stage_pa(stage, 0), stage_pa(stage, stage->frames - 1), stage->operations / 2);
}

const struct subject bench_adversarial = {
    .name = "adversarial",
    .operation = "pair",
    .calls = 2,
    .operations = operations,
    .prepare = prepare,
    .run = run,
};
