/* SPDX-License-Identifier: MIT */
/*
 * sequence.c - one call after the other: frames, bulk calls, ranges, counts, searches, pages
 *
 * "fill" begins in the middle of memory, and "drain" ends there: what all of memory costs on average.
 * "reserve" and "alloc-range" use ranges of 32768 frames (128 MiB of 4 KiB frames) of fresh memory. "init"
 * makes every frame free, the metadata in cache as far as they fit. "zero" goes round pages that are in
 * cache.
 *
 * "search" looks through all of memory for what is not there. For bitframe that is a run of 513 frames, where
 * a frame of each word is allocated: no index helps, every word of the bitmap is read. For the flat bitmaps,
 * that know no runs, it is a frame where none is free: the pace of the scan kernel over as many words.
 */
#include "bench.h"

enum { RANGES_MAX = 256, RANGE_FRAMES = 32768, WORD_FRAMES = 64 };

static uint64_t pas[HELD_MAX];

/* --- How many operations. */

static uint64_t fills(const struct bench_case *of)
{
    return of->contender->loops->frames.fill ? bench_limit(of, 1 << 18, of->frames / 2) : 0;
}

static uint64_t drains(const struct bench_case *of)
{
    return of->contender->loops->frames.drain ? 1 << 18 : 0;
}

static uint64_t counts(const struct bench_case *of)
{
    return of->contender->loops->count ? bench_limit(of, 1 << 16, of->frames) : 0;
}

static uint64_t ranges(const struct bench_case *of)
{
    uint64_t all = of->frames / RANGE_FRAMES;
    return all < RANGES_MAX ? all : RANGES_MAX;
}

static uint64_t reserves(const struct bench_case *of)
{
    if (!of->contender->loops->reserve)
        return 0;
    /* The byte map looks at every page. */
    return of->contender->walk == WALK_BYTES ? bench_limit(of, ranges(of), of->frames) : ranges(of);
}

static uint64_t range_allocs(const struct bench_case *of)
{
    return of->contender->loops->alloc_range ? ranges(of) : 0;
}

static uint64_t inits(const struct bench_case *of)
{
    return of->contender->loops->init ? (UINT64_C(1) << 28) / of->frames : 0;
}

static uint64_t bulks(const struct bench_case *of)
{
    uint64_t frames = of->frames / 2 / BULK * BULK;
    if (!of->contender->loops->fill_bulk)
        return 0;
    return frames < HELD_MAX ? frames : HELD_MAX;
}

static uint64_t searches(const struct bench_case *of)
{
    const struct contender *contender = of->contender;
    bool is_worth_it = contender->indexed ? !contender->shared : contender->walk != WALK_NOTHING;
    return contender->loops->search && is_worth_it ? 8 : 0;
}

static uint64_t zeros(const struct bench_case *of)
{
    return of->contender->loops->zero ? 1 << 12 : 0;
}

/* --- The states they begin in. */

static void fill_bulk(const struct bench_case *of)
{
    bench_hold_half(of);
    of->contender->loops->fill_bulk(pas, of->operations / BULK);
}

static void pierce_words(const struct bench_case *of)
{
    if (of->contender->walk != WALK_NOTHING) {
        bench_occupy(of, of->frames);
        return;
    }
    bench_open(of);
    for (uint64_t word = 0; word < of->frames / WORD_FRAMES; word++)
        of->contender->loops->alloc_range(bench_pa(of, word * WORD_FRAMES + word % WORD_FRAMES),
                                          BITFRAME_FRAME_BYTES, 1);
}

static void warm_pages(const struct bench_case *of)
{
    bench_open(of);
    of->contender->loops->zero(bench_memory(of), of->frames - 1, of->frames);
}

/* --- The operations. */

static void run_drain(const struct bench_case *of, const struct loops *loops)
{
    loops->frames.drain(bench_pa(of, of->frames / 2 - of->operations), BITFRAME_FRAME_BYTES, of->operations);
}

static void run_count(const struct bench_case *of, const struct loops *loops)
{
    (void)loops->count(of->operations);
}

static void run_reserve(const struct bench_case *of, const struct loops *loops)
{
    loops->reserve(of->first_pa, RANGE_FRAMES * BITFRAME_FRAME_BYTES, of->operations);
}

static void run_alloc_range(const struct bench_case *of, const struct loops *loops)
{
    loops->alloc_range(of->first_pa, RANGE_FRAMES * BITFRAME_FRAME_BYTES, of->operations);
}

static void run_init(const struct bench_case *of, const struct loops *loops)
{
    loops->init(of->operations);
}

static void run_fill_bulk(const struct bench_case *of, const struct loops *loops)
{
    loops->fill_bulk(pas, of->operations / BULK);
}

static void run_drain_bulk(const struct bench_case *of, const struct loops *loops)
{
    loops->drain_bulk(pas, of->operations / BULK);
}

static void run_search(const struct bench_case *of, const struct loops *loops)
{
    (void)loops->search(of->operations);
}

static void run_zero(const struct bench_case *of, const struct loops *loops)
{
    loops->zero(bench_memory(of), of->frames - 1, of->operations);
}

/* Bulk calls are counted by the frame: a call's return is 1 in 512. */
const struct workload bench_sequence_work[] = {
    {"fill", "alloc", 1, fills, bench_hold_half, .run = bench_fill},
    {"drain", "free", 1, drains, bench_hold_half, .run = run_drain},
    {"count", "count", 1, counts, bench_open, .run = run_count},
    {"reserve", "range", 1, reserves, bench_open, .run = run_reserve},
    {"alloc-range", "range", 1, range_allocs, bench_open, .run = run_alloc_range},
    {"init", "init", 1, inits, bench_open, .run = run_init},
    {"bulk-alloc", "frame", 0, bulks, bench_hold_half, .run = run_fill_bulk},
    {"bulk-free", "frame", 0, bulks, fill_bulk, .run = run_drain_bulk},
    {"search", "search", 1, searches, pierce_words, .run = run_search},
    {"zero", "page", 1, zeros, warm_pages, run_zero, .pages = true},
    {0},
};
