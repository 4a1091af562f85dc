/* SPDX-License-Identifier: MIT */
/*
 * churn.c - free a random frame and allocate one, with a percentage of the frames held
 *
 * "churn" is long after the start. Whatever the state was, an allocator that hands out the lowest frame packs
 * the low memory under such a load: each pair moves one free frame up, until all that is free lies above all
 * that is held (selfcheck.c runs one into it). Every pair then frees a frame of a full word, far below the
 * cursor, and allocates it again: the dearest pair there is for an index, and a search of half the held
 * memory on average without one.
 *
 * "scatter" is the start of it. Everything was allocated and random frames were freed. The lowest free frames
 * are near the bottom, so even a search from the start is short, whatever the size of memory. The calls of a
 * run are too few to leave this state. At the largest size only bitframe is measured: the other contenders
 * would need minutes to reach the state.
 */
#include "bench.h"

enum { BURST_PAIRS = 64, PAIRS = 2048, FRAMES_MAX = 1 << 24 };

static uint64_t held_frames(const struct bench_case *of)
{
    return bench_whole(of, of->frames / 100 * of->workload->percent);
}

/** Frames that are drawn. */
static uint64_t drawn_frames(const struct bench_case *of)
{
    uint64_t held = held_frames(of);
    return bench_limit(of, held < HELD_MAX ? held : HELD_MAX, held / 2);
}

/* Where all that is held is drawn, each is freed and allocated some times over. */
static uint64_t churn_pairs(const struct bench_case *of)
{
    uint64_t drawn = drawn_frames(of);
    if (!of->contender->loops->frames.churn)
        return 0;
    return drawn == held_frames(of) ? HELD_MAX / drawn * drawn : drawn;
}

static void churn(const struct bench_case *of)
{
    uint64_t held = held_frames(of);
    bench_occupy(of, held);
    /* One frame from each of as many equal parts, in random order: few pairs must stand for all of them. */
    uint64_t parts = drawn_frames(of);
    uint64_t part_frames = held / parts;
    uint64_t next = 0;
    for (uint64_t i = 0; i < parts; i++) {
        uint64_t part = bench_draw(&next, parts);
        uint64_t within = parts < 64 ? part_frames / 2 : bench_shuffle(part, 32) % part_frames;
        bench_held[i] = bench_pa(of, part * part_frames + within);
    }
}

static uint64_t burst_pairs(const struct bench_case *of)
{
    return churn_pairs(of) / BURST_PAIRS * BURST_PAIRS;
}

static uint64_t free_frames(const struct bench_case *of)
{
    return of->frames / 100 * (100 - of->workload->percent);
}

static uint64_t scatter_pairs(const struct bench_case *of)
{
    uint64_t few = free_frames(of) / 8;
    if (!of->contender->loops->frames.churn || (of->frames > FRAMES_MAX && !of->contender->indexed))
        return 0;
    return few < PAIRS ? few : PAIRS;
}

static void scatter(const struct bench_case *of)
{
    static uint64_t opened; /* bench_opened when the state was last made, and of what */
    static unsigned percent;
    static uint64_t next;
    static uint64_t pairs_left;

    /* Where a search takes no longer the further the state has moved on, it need not be made every time. */
    bool is_there = opened == bench_opened && percent == of->workload->percent &&
                    pairs_left >= of->operations && of->contender->walk == WALK_NOTHING;
    if (!is_there) {
        uint64_t to_free = free_frames(of);
        bench_occupy(of, of->frames);
        next = 0;
        for (uint64_t i = 0; i < to_free; i++)
            of->contender->loops->frames.drain(bench_pa(of, bench_draw(&next, of->frames)), 0, 1);
        opened = bench_opened;
        percent = of->workload->percent;
        pairs_left = to_free / 8;
    }
    for (uint64_t i = 0; i < of->operations; i++)
        bench_held[i] = bench_pa(of, bench_draw(&next, of->frames));
    pairs_left -= of->operations;
}

static void run(const struct bench_case *of, const struct loops *loops)
{
    loops->frames.churn(bench_held, of->operations);
}

static void run_passes(const struct bench_case *of, const struct loops *loops)
{
    uint64_t drawn = drawn_frames(of);
    for (uint64_t done = 0; done < of->operations; done += drawn)
        loops->frames.churn(bench_held, drawn);
}

static void run_bursts(const struct bench_case *of, const struct loops *loops)
{
    loops->frames.bursts(bench_held, BURST_PAIRS, of->operations / BURST_PAIRS);
}

const struct workload bench_churn_work[] = {
    {"churn50", "pair", 2, churn_pairs, churn, run_passes, .percent = 50, .sizes = EVERY_SIZE},
    {"churn99", "pair", 2, churn_pairs, churn, run_passes, .percent = 99},
    {"churn10", "pair", 2, churn_pairs, churn, run_passes, .percent = 10, .sizes = FIRST_SIZE},
    {"churn25", "pair", 2, churn_pairs, churn, run_passes, .percent = 25, .sizes = FIRST_SIZE},
    {"churn75", "pair", 2, churn_pairs, churn, run_passes, .percent = 75, .sizes = FIRST_SIZE},
    {"churn90", "pair", 2, churn_pairs, churn, run_passes, .percent = 90, .sizes = FIRST_SIZE},
    {"burst50", "pair", 2, burst_pairs, churn, run_bursts, .percent = 50},
    {"burst99", "pair", 2, burst_pairs, churn, run_bursts, .percent = 99},
    {"scatter50", "pair", 2, scatter_pairs, scatter, run, .percent = 50},
    {"scatter99", "pair", 2, scatter_pairs, scatter, run, .percent = 99},
    {0},
};
