/* SPDX-License-Identifier: MIT */
/* bulk.c - single frames, 512 in a call: taken in sequence, and given back in the order they came. */
#include "bench.h"

static uint64_t pas[HELD_MAX];

static uint64_t operations(const struct stage *stage)
{
    uint64_t frames = stage->frames / 2 / BULK * BULK;
    if (!stage->on->loops.fill_bulk)
        return 0;
    return frames < HELD_MAX ? frames : HELD_MAX;
}

static void prepare_take(const struct stage *stage)
{
    stage_occupy(stage, stage->frames / 2);
}

static void run_take(const struct stage *stage, const struct loops *loops)
{
    loops->fill_bulk(pas, stage->operations / BULK);
}

static void prepare_free(const struct stage *stage)
{
    prepare_take(stage);
    stage->on->loops.fill_bulk(pas, stage->operations / BULK);
}

static void run_free(const struct stage *stage, const struct loops *loops)
{
    loops->drain_bulk(pas, stage->operations / BULK);
}

const struct subject bench_bulk_take = {
    .name = "bulk-take",
    .operation = "frame",
    .calls = 0, /* a return in 512 frames */
    .operations = operations,
    .prepare = prepare_take,
    .run = run_take,
};

const struct subject bench_bulk_free = {
    .name = "bulk-free",
    .operation = "frame",
    .calls = 0, /* a return in 512 frames */
    .operations = operations,
    .prepare = prepare_free,
    .run = run_free,
};
