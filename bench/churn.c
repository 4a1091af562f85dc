/* SPDX-License-Identifier: MIT */
/*
 * churn.c - free a random frame and take one, long after the start
 *
 * Whatever the state was, an allocator that takes the lowest frame packs the low memory under such a load:
 * each pair moves one free frame up, until all that is free lies above all that is held (selfcheck.c runs one
 * into it). Every pair then frees a frame of a full word, far below the cursor, and takes it again: the
 * dearest pair there is for an index, and a search of half the held memory on average without one.
 */
#include "bench.h"

static uint64_t held_frames(const struct stage *stage)
{
    uint64_t frames = stage->frames / 100 * stage->percent;
    return stage->on->granule ? frames / stage->on->granule * stage->on->granule : frames;
}

static uint64_t operations(const struct stage *stage)
{
    return stage->on->loops.churn ? stage_limit(stage, HELD_MAX, held_frames(stage) / 2) : 0;
}

static void prepare(const struct stage *stage)
{
    uint64_t held = held_frames(stage);
    stage_occupy(stage, held);
    /* One frame from each of as many equal parts, in random order: few pairs must stand for all of them. */
    uint64_t parts = stage->operations;
    uint64_t part_frames = held / parts;
    uint64_t next = 0;
    for (uint64_t i = 0; i < parts; i++) {
        uint64_t part;
        do
            part = stage_shuffle(next++, stage_bits(parts));
        while (part >= parts);
        uint64_t within = parts < 64 ? part_frames / 2 : stage_shuffle(part, 32) % part_frames;
        bench_held[i] = stage_pa(stage, part * part_frames + within);
    }
}

const struct subject bench_churn50 = {
    .name = "churn50",
    .operation = "pair",
    .calls = 2,
    .percent = 50,
    .operations = operations,
    .prepare = prepare,
    .run = stage_churn,
};

const struct subject bench_churn99 = {
    .name = "churn99",
    .operation = "pair",
    .calls = 2,
    .percent = 99,
    .operations = operations,
    .prepare = prepare,
    .run = stage_churn,
};
