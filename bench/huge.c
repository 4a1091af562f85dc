/* SPDX-License-Identifier: MIT */
/*
 * huge.c - 2 MiB runs, aligned: in sequence, at random, and where every other one has lost a frame
 *
 * In the nibbled state a frame is taken of every other 2 MiB of all memory, so that no two whole ones are
 * next to each other. In the scattered one all memory is held but for up to 32 lone 2 MiB as far apart as can
 * be, which is where an index helps least: 32 come back, 32 are taken, and then others. The worst take and
 * the worst free are those of the only whole line of memory, where another frame is free: above it, so that
 * the take has the cursor to move, and not the one that was last freed, which costs less; below it, so that
 * it is not the lowest. Dearer still are those that find a line given back whole and loose: the take one that
 * has lost a frame since, so that it ties this one into the index, looks from the top for another that is
 * whole, and takes that out again; the free one that lies above it, and is tied in first.
 */
#include "bench.h"

enum { SCATTERED = 32, GROUP_HUGE = 8 };

#define HUGE_BYTES (HUGE_FRAMES * BITFRAME_FRAME_BYTES)

static uint64_t huge_count(const struct stage *stage)
{
    return stage->frames / HUGE_FRAMES;
}

/* A quarter of them is enough for nibbled memory, half of which is left. */
static uint64_t operations(const struct stage *stage)
{
    uint64_t quarter = huge_count(stage) / 4;
    if (!stage->on->loops.fill_huge)
        return 0;
    return quarter < 8192 ? quarter : 8192;
}

static uint64_t operations_indexed(const struct stage *stage)
{
    return stage->on->indexed ? operations(stage) : 0;
}

static uint64_t operations_scattered(const struct stage *stage)
{
    return operations(stage) / SCATTERED * SCATTERED;
}

static uint64_t operations_worst(const struct stage *stage)
{
    return stage->on->indexed && stage->on->loops.fill_huge ? 1 : 0;
}

/** PA of the 2 MiB in the middle of memory. */
static uint64_t middle(const struct stage *stage)
{
    return stage_pa(stage, huge_count(stage) / 2 * HUGE_FRAMES);
}

static uint64_t down_to_granule(const struct stage *stage, uint64_t frames)
{
    return stage->on->granule ? frames / stage->on->granule * stage->on->granule : frames;
}

/** Hold the lower half of memory, as single frames. */
static void prepare_take(const struct stage *stage)
{
    stage_occupy(stage, down_to_granule(stage, stage->frames / 2));
}

/** Hold the lower half of memory, 2 MiB by 2 MiB. */
static void prepare_free(const struct stage *stage)
{
    stage_open(stage);
    (void)stage->on->loops.fill_huge(huge_count(stage) / 2);
}

static void run_take(const struct stage *stage, const struct loops *loops)
{
    (void)loops->fill_huge(stage->operations);
}

static void run_free(const struct stage *stage, const struct loops *loops)
{
    loops->drain_huge(middle(stage) - stage->operations * HUGE_BYTES, HUGE_BYTES, stage->operations);
}

/** Hold the lower half of memory, and free and take single runs of it in random order. */
static void prepare_churn(const struct stage *stage)
{
    prepare_free(stage);
    uint64_t next = 0;
    for (uint64_t i = 0; i < stage->operations; i++) {
        uint64_t run;
        do
            run = stage_shuffle(next++, stage_bits(stage->operations * 2));
        while (run >= stage->operations * 2);
        bench_held[i] = stage_pa(stage, run * HUGE_FRAMES);
    }
}

static void run_churn(const struct stage *stage, const struct loops *loops)
{
    loops->churn_huge(bench_held, stage->operations);
}

static void nibble(const struct stage *stage)
{
    stage_open(stage);
    for (uint64_t i = 0; i < huge_count(stage); i += 2)
        stage->on->loops.take_range(stage_pa(stage, i * HUGE_FRAMES + 100), BITFRAME_FRAME_BYTES, 1);
}

static void prepare_scattered(const struct stage *stage)
{
    stage_occupy(stage, down_to_granule(stage, stage->frames));
}

static void run_scattered(const struct stage *stage, const struct loops *loops)
{
    uint64_t apart = huge_count(stage) / SCATTERED;
    for (uint64_t i = 0; i < stage->operations / SCATTERED; i++) {
        loops->drain_huge(stage_pa(stage, i * HUGE_FRAMES), apart * HUGE_BYTES, SCATTERED);
        (void)loops->fill_huge(SCATTERED);
    }
}

static void prepare_nibbled_free(const struct stage *stage)
{
    nibble(stage);
    (void)stage->on->loops.fill_huge(stage->operations);
}

static void run_nibbled_free(const struct stage *stage, const struct loops *loops)
{
    loops->drain_huge(stage_pa(stage, HUGE_FRAMES), 2 * HUGE_BYTES, stage->operations);
}

/** All is taken but the first 2 MiB and the last frame, and a call in between has tied them into the index.
 */
static void prepare_worst_take(const struct stage *stage)
{
    stage_occupy(stage, stage->frames);
    stage->on->loops.drain_huge(stage_pa(stage, 0), 0, 1);
    stage->on->loops.drain(stage_pa(stage, stage->frames - 1), 1);
    stage->on->loops.take_range(middle(stage), BITFRAME_FRAME_BYTES, 1);
}

/** All is taken but the last 2 MiB, given back as one. */
static void prepare_worst_free(const struct stage *stage)
{
    stage_occupy(stage, stage->frames);
    stage->on->loops.drain_huge(stage_pa(stage, (huge_count(stage) - 1) * HUGE_FRAMES), 0, 1);
}

static void run_worst_free(const struct stage *stage, const struct loops *loops)
{
    loops->drain_huge(stage_pa(stage, 0), 0, 1);
}

/** PA of the 2 MiB that is @p below the last one, or of the first. */
static uint64_t huge_from_top(const struct stage *stage, uint64_t below)
{
    uint64_t last = huge_count(stage) - 1;
    return stage_pa(stage, (last > below ? last - below : 0) * HUGE_FRAMES);
}

/** All is taken but the last two 2 MiB, given back one by one, and of the lower one a frame is taken. */
static void prepare_loose_take(const struct stage *stage)
{
    stage_occupy(stage, stage->frames);
    stage->on->loops.drain_huge(huge_from_top(stage, 1), HUGE_BYTES, 2);
    (void)stage->on->loops.fill(1);
}

/** In the same word of lines as the one that is free, but in another word of the level above the bitmap. */
static void run_loose_free(const struct stage *stage, const struct loops *loops)
{
    loops->drain_huge(huge_from_top(stage, GROUP_HUGE), 0, 1);
}

const struct subject bench_huge_take = {
    .name = "huge-take",
    .operation = "2 MiB",
    .calls = 1,
    .operations = operations,
    .prepare = prepare_take,
    .run = run_take,
};

const struct subject bench_huge_free = {
    .name = "huge-free",
    .operation = "2 MiB",
    .calls = 1,
    .operations = operations,
    .prepare = prepare_free,
    .run = run_free,
};

const struct subject bench_huge_churn = {
    .name = "huge-churn",
    .operation = "pair",
    .calls = 2,
    .operations = operations,
    .prepare = prepare_churn,
    .run = run_churn,
};

const struct subject bench_huge_nibbled_take = {
    .name = "huge-nibbled-take",
    .operation = "2 MiB",
    .calls = 1,
    .operations = operations_indexed,
    .prepare = nibble,
    .run = run_take,
};

const struct subject bench_huge_nibbled_free = {
    .name = "huge-nibbled-free",
    .operation = "2 MiB",
    .calls = 1,
    .operations = operations_indexed,
    .prepare = prepare_nibbled_free,
    .run = run_nibbled_free,
};

const struct subject bench_huge_scattered = {
    .name = "huge-scattered",
    .operation = "pair",
    .calls = 2,
    .operations = operations_scattered,
    .prepare = prepare_scattered,
    .run = run_scattered,
};

const struct subject bench_worst_huge_take = {
    .name = "worst-huge-take",
    .operation = "2 MiB",
    .calls = 1,
    .count_only = true,
    .operations = operations_worst,
    .prepare = prepare_worst_take,
    .run = run_take,
};

const struct subject bench_worst_huge_free = {
    .name = "worst-huge-free",
    .operation = "2 MiB",
    .calls = 1,
    .count_only = true,
    .operations = operations_worst,
    .prepare = prepare_worst_free,
    .run = run_worst_free,
};

const struct subject bench_loose_huge_take = {
    .name = "worst-loose-take",
    .operation = "2 MiB",
    .calls = 1,
    .count_only = true,
    .operations = operations_worst,
    .prepare = prepare_loose_take,
    .run = run_take,
};

const struct subject bench_loose_huge_free = {
    .name = "worst-loose-free",
    .operation = "2 MiB",
    .calls = 1,
    .count_only = true,
    .operations = operations_worst,
    .prepare = prepare_worst_free,
    .run = run_loose_free,
};
