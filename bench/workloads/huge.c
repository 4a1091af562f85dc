/* SPDX-License-Identifier: MIT */
/*
 * huge.c - 2 MiB, aligned: in sequence, at random, and where every other one has lost a frame
 *
 * In the nibbled state a frame is allocated of every other 2 MiB of all memory, so that no two free ones are
 * next to each other. In the scattered one all memory is held but for up to 32 lone 2 MiB as far apart as can
 * be, where an index helps least: 32 come back, 32 are allocated, and then others. worst.c has the dearest
 * single calls.
 */
#include "bench.h"

enum { SCATTERED = 32, BURST_PAIRS = 16, FRAMES_MAX = 1 << 24 };

static uint64_t huge_count(const struct bench_case *of)
{
    return of->frames / HUGE_FRAMES;
}

/* A quarter of them is enough for nibbled memory, half of which is left. */
static uint64_t operations(const struct bench_case *of)
{
    uint64_t quarter = huge_count(of) / 4;
    if (!of->contender->loops->huge.fill)
        return 0;
    return quarter < 8192 ? quarter : 8192;
}

static uint64_t operations_indexed(const struct bench_case *of)
{
    return of->contender->indexed ? operations(of) : 0;
}

static uint64_t operations_scattered(const struct bench_case *of)
{
    return operations(of) / SCATTERED * SCATTERED;
}

static uint64_t operations_burst(const struct bench_case *of)
{
    return operations(of) / BURST_PAIRS * BURST_PAIRS;
}

/* Without a call for ranges each frame needs a call to get there: minutes at the largest size. */
static uint64_t operations_nibbled(const struct bench_case *of)
{
    return of->contender->loops->alloc_range || of->frames <= FRAMES_MAX ? operations(of) : 0;
}

/** Hold the lower half of memory, 2 MiB by 2 MiB. */
static void hold_huge(const struct bench_case *of)
{
    bench_open(of);
    (void)of->contender->loops->huge.fill(huge_count(of) / 2);
}

/** Hold the lower half of memory, and draw some of its 2 MiB in random order. */
static void hold_and_draw(const struct bench_case *of)
{
    hold_huge(of);
    uint64_t next = 0;
    for (uint64_t i = 0; i < of->operations; i++)
        bench_held[i] = bench_pa(of, bench_draw(&next, of->operations * 2) * HUGE_FRAMES);
}

static void nibble(const struct bench_case *of)
{
    bench_nibble(of, 100, 2 * HUGE_FRAMES);
}

/** The same by a contender that does not allocate ranges: hold all, and free all but a frame of every other
 * one. */
static void nibble_by_frames(const struct bench_case *of)
{
    const struct loops *loops = of->contender->loops;
    bench_open(of);
    (void)loops->huge.fill(huge_count(of));
    for (uint64_t i = 0; i < huge_count(of); i += 2) {
        loops->frames.drain(bench_pa(of, i * HUGE_FRAMES), BITFRAME_FRAME_BYTES, 100);
        loops->frames.drain(bench_pa(of, i * HUGE_FRAMES + 101), BITFRAME_FRAME_BYTES, HUGE_FRAMES - 101);
        loops->huge.drain(bench_pa(of, (i + 1) * HUGE_FRAMES), 0, 1);
    }
}

/** Nibbled memory, half of whose free 2 MiB are held, in random order. */
static void nibble_and_draw(const struct bench_case *of)
{
    const struct loops *loops = of->contender->loops;
    if (loops->alloc_range)
        nibble(of);
    else
        nibble_by_frames(of);
    uint64_t next = 0;
    for (uint64_t i = 0; i < of->operations; i++)
        bench_held[bench_draw(&next, of->operations)] = loops->huge.fill(1);
}

static void nibble_and_hold(const struct bench_case *of)
{
    nibble(of);
    (void)of->contender->loops->huge.fill(of->operations);
}

static void run_free(const struct bench_case *of, const struct loops *loops)
{
    uint64_t middle = bench_pa(of, huge_count(of) / 2 * HUGE_FRAMES);
    loops->huge.drain(middle - of->operations * HUGE_BYTES, HUGE_BYTES, of->operations);
}

static void run_churn(const struct bench_case *of, const struct loops *loops)
{
    loops->huge.churn(bench_held, of->operations);
}

static void run_bursts(const struct bench_case *of, const struct loops *loops)
{
    loops->huge.bursts(bench_held, BURST_PAIRS, of->operations / BURST_PAIRS);
}

static void run_nibbled_free(const struct bench_case *of, const struct loops *loops)
{
    loops->huge.drain(bench_pa(of, HUGE_FRAMES), 2 * HUGE_BYTES, of->operations);
}

static void run_scattered(const struct bench_case *of, const struct loops *loops)
{
    uint64_t apart = huge_count(of) / SCATTERED;
    for (uint64_t i = 0; i < of->operations / SCATTERED; i++) {
        loops->huge.drain(bench_pa(of, i * HUGE_FRAMES), apart * HUGE_BYTES, SCATTERED);
        (void)loops->huge.fill(SCATTERED);
    }
}

const struct workload bench_huge_work[] = {
    {"huge-alloc", "2 MiB", 1, operations, bench_hold_half, .run = bench_fill_huge},
    {"huge-free", "2 MiB", 1, operations, hold_huge, .run = run_free},
    {"huge-churn", "pair", 2, operations, hold_and_draw, .run = run_churn},
    {"huge-burst", "pair", 2, operations_burst, hold_and_draw, .run = run_bursts},
    {"huge-nibbled-alloc", "2 MiB", 1, operations_indexed, nibble, .run = bench_fill_huge},
    {"huge-nibbled-free", "2 MiB", 1, operations_indexed, nibble_and_hold, .run = run_nibbled_free},
    {"huge-nibbled-churn", "pair", 2, operations_nibbled, nibble_and_draw, .run = run_churn},
    {"huge-scattered", "pair", 2, operations_scattered, bench_hold_all, .run = run_scattered},
    {0},
};
