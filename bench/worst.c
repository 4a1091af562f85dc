/* SPDX-License-Identifier: MIT */
/*
 * worst.c - the dearest single calls of an index that are known
 *
 * A take is dear when it empties a word of every level but the top, and descends as far again: the first
 * and the last frame are free, and the first is taken. It is dearest when it empties the first word of a line
 * that was given back whole and is loose, so that it must be tied into the index, where another line beside
 * it climbs as well. A free is dear when it refills a word of every level, since nothing is free; when it
 * makes the only whole line; and dearest when it lies below a line that is loose and must be tied into the
 * index first. 1 GiB is refused dearest when each has lost a frame where the search looks last.
 */
#include "bench.h"

static uint64_t operations(const struct stage *stage)
{
    return stage->on->indexed ? 1 : 0;
}

static uint64_t operations_huge(const struct stage *stage)
{
    return stage->on->loops.drain_huge ? operations(stage) : 0;
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

/** The frame, counted from the stage's first, that the last line in memory begins with. */
static uint64_t last_line(const struct stage *stage)
{
    uint64_t first = stage_pa(stage, 0) / BITFRAME_FRAME_BYTES;
    uint64_t end = (first + stage->frames) / BITFRAME_LINE_FRAMES * BITFRAME_LINE_FRAMES;
    return end - BITFRAME_LINE_FRAMES - first;
}

/** All of it is free but for a frame in its middle. */
static void prepare_line(const struct stage *stage)
{
    uint64_t first = last_line(stage);
    stage_occupy(stage, stage->frames);
    stage->on->loops.drain(stage_pa(stage, first), BITFRAME_LINE_FRAMES / 2);
    stage->on->loops.drain(stage_pa(stage, first + BITFRAME_LINE_FRAMES / 2 + 1),
                           BITFRAME_LINE_FRAMES / 2 - 1);
}

static void run_line(const struct stage *stage, const struct loops *loops)
{
    loops->drain(stage_pa(stage, last_line(stage) + BITFRAME_LINE_FRAMES / 2), stage->operations);
}

/** Only the last two lines are free, given back one by one, and of their first word all but one frame are
 * taken. */
static void prepare_open(const struct stage *stage)
{
    uint64_t line = last_line(stage);
    stage_occupy(stage, stage->frames);
    stage->on->loops.drain_huge(stage_pa(stage, line - BITFRAME_LINE_FRAMES),
                                BITFRAME_LINE_FRAMES * BITFRAME_FRAME_BYTES, 2);
    (void)stage->on->loops.fill(63);
}

/** Only the last line is free, given back as one. */
static void prepare_below(const struct stage *stage)
{
    stage_occupy(stage, stage->frames);
    stage->on->loops.drain_huge(stage_pa(stage, last_line(stage)), 0, 1);
}

static void run_below(const struct stage *stage, const struct loops *loops)
{
    loops->drain(stage_pa(stage, 0), stage->operations);
}

static uint64_t operations_gib(const struct stage *stage)
{
    return stage->on->loops.fill_gib ? operations(stage) : 0;
}

/** A frame is taken of each 1 GiB. A word of lines is 128 MiB; the first and the last are looked at before.
 */
static void prepare_gib(const struct stage *stage)
{
    stage_open(stage);
    for (uint64_t offset = 6 * GIB / 8; offset < stage->frames * BITFRAME_FRAME_BYTES; offset += GIB)
        stage->on->loops.take_range(stage_pa(stage, 0) + offset, BITFRAME_FRAME_BYTES, 1);
}

static void run_gib(const struct stage *stage, const struct loops *loops)
{
    (void)loops->fill_gib(stage->operations);
}

const struct subject bench_worst_gib = {
    .name = "worst-gib",
    .operation = "1 GiB",
    .calls = 1,
    .count_only = true,
    .operations = operations_gib,
    .prepare = prepare_gib,
    .run = run_gib,
};

const struct subject bench_worst_open = {
    .name = "worst-open",
    .operation = "take",
    .calls = 1,
    .count_only = true,
    .operations = operations_huge,
    .prepare = prepare_open,
    .run = run_take,
};

const struct subject bench_worst_below = {
    .name = "worst-below",
    .operation = "free",
    .calls = 1,
    .count_only = true,
    .operations = operations_huge,
    .prepare = prepare_below,
    .run = run_below,
};

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

const struct subject bench_worst_line = {
    .name = "worst-line",
    .operation = "free",
    .calls = 1,
    .count_only = true,
    .operations = operations,
    .prepare = prepare_line,
    .run = run_line,
};
