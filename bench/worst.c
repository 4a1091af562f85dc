/* SPDX-License-Identifier: MIT */
/*
 * worst.c - the dearest single calls of an index
 *
 * A take is dearest when it empties a word of every level but the top, and descends as far again: the first
 * and the last frame are free, and the first is taken. A free is dearest when it refills a word of every
 * level: nothing is free.
 */
#include "bench.h"

static uint64_t operations(const struct stage *stage)
{
    return stage->on->indexed ? 1 : 0;
}

static void prepare_take(const struct stage *stage)
{
    stage_occupy(stage, stage->frames);
    stage->on->loops.drain(stage_pa(stage, 0), 1);
    stage->on->loops.drain(stage_pa(stage, stage->frames - 1), 1);
}

static void run_take(const struct stage *stage, const struct loops *loops)
{
    (void)loops->fill(stage->operations);
}

static void prepare_free(const struct stage *stage)
{
    stage_occupy(stage, stage->frames);
}

static void run_free(const struct stage *stage, const struct loops *loops)
{
    loops->drain(stage_pa(stage, stage->frames - 1), stage->operations);
}

const struct subject bench_worst_take = {
    .name = "worst-take",
    .operation = "take",
    .calls = 1,
    .count_only = true,
    .operations = operations,
    .prepare = prepare_take,
    .run = run_take,
};

const struct subject bench_worst_free = {
    .name = "worst-free",
    .operation = "free",
    .calls = 1,
    .count_only = true,
    .operations = operations,
    .prepare = prepare_free,
    .run = run_free,
};
