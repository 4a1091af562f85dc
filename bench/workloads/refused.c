/* SPDX-License-Identifier: MIT */
/*
 * refused.c - what a shared pool refuses, and what is left when nearly all was allocated by 2 MiB
 *
 * A request is refused for the first time, and again in the same state: nothing free, or of each 2 MiB a
 * frame allocated, or every fourth frame. Then each word has 16 pieces that are long enough for a run of 3,
 * and none of them begins at an even frame, as the run must. That is measured for one owner as well, which
 * remembers nothing. And with all but the last 2 MiB allocated by 2 MiB a run of 2 and a bulk call are granted,
 * which must pass what is held.
 */
#include "bench.h"

static uint64_t one_call(const struct bench_case *of)
{
    return of->contender->shared ? 1 : 0;
}

/** Every fourth frame is allocated by a call of its own, so memory must not be too large. */
static uint64_t one_call_if_small(const struct bench_case *of)
{
    const uint64_t most = UINT64_C(1) << 24;
    return of->contender->loops->fill_aligned && of->contender->indexed && of->frames <= most ? 1 : 0;
}

static uint64_t one_call_if_small_shared(const struct bench_case *of)
{
    return of->contender->shared ? one_call_if_small(of) : 0;
}

/** A frame of each 2 MiB is allocated, in a word that is not its first. */
static void nibble(const struct bench_case *of)
{
    bench_nibble(of, 77, HUGE_FRAMES);
}

/** Free are frames 1 to 3 of each 4 in memory; but not the pool's first 3, which may begin at an even one. */
static void cut(const struct bench_case *of)
{
    uint64_t to_multiple = (0 - bench_pa(of, 0) / BITFRAME_FRAME_BYTES) % 4;
    bench_nibble(of, to_multiple, 4);
    of->contender->loops->alloc_range(bench_pa(of, 0), BITFRAME_FRAME_BYTES, 3);
}

/** All is allocated by 2 MiB, and the last 2 MiB are freed. */
static void leave_last(const struct bench_case *of)
{
    uint64_t first = (HUGE_FRAMES - bench_pa(of, 0) / BITFRAME_FRAME_BYTES % HUGE_FRAMES) % HUGE_FRAMES;
    uint64_t huge = (of->frames - first) / HUGE_FRAMES;
    bench_open(of);
    (void)of->contender->loops->huge.fill(huge);
    (void)of->contender->loops->frames.fill(of->frames - huge * HUGE_FRAMES); /* what is no 2 MiB */
    of->contender->loops->huge.drain(bench_pa(of, first + (huge - 1) * HUGE_FRAMES), 0, 1);
}

static void alloc_pair(const struct bench_case *of, const struct loops *loops)
{
    (void)loops->fill_pair(of->operations);
}

static void alloc_aligned(const struct bench_case *of, const struct loops *loops)
{
    (void)loops->fill_aligned(of->operations);
}

static void alloc_bulk(const struct bench_case *of, const struct loops *loops)
{
    static uint64_t pas[BULK];
    loops->fill_bulk(pas, of->operations);
}

/* A second refusal begins in the state of the first, after it. */
#define AGAIN(name, before, call)                                                                            \
    static void name(const struct bench_case *of)                                                            \
    {                                                                                                        \
        before(of);                                                                                          \
        call(of, of->contender->loops);                                                                      \
    }                                                                                                        \
    extern const struct workload bench_refused_work[]

AGAIN(frame_refused, bench_hold_all, bench_fill);
AGAIN(pair_refused, bench_hold_all, alloc_pair);
AGAIN(aligned_refused, cut, alloc_aligned);
AGAIN(huge_refused, nibble, bench_fill_huge);
AGAIN(bulk_refused, bench_hold_all, alloc_bulk);

#define ROW(text, what, before, call)                                                                        \
    {                                                                                                        \
        "refused-" text, what, 1, one_call, before, call, .count_only = true                                 \
    }

const struct workload bench_refused_work[] = {
    ROW("alloc", "alloc", bench_hold_all, bench_fill),
    ROW("alloc-again", "alloc", frame_refused, bench_fill),
    ROW("pair", "run of 2", bench_hold_all, alloc_pair),
    ROW("pair-again", "run of 2", pair_refused, alloc_pair),
    {"refused-aligned", "run of 3", 1, one_call_if_small, cut, alloc_aligned, .count_only = true},
    {"refused-aligned-again", "run of 3", 1, one_call_if_small_shared, aligned_refused, alloc_aligned,
     .count_only = true},
    ROW("huge", "2 MiB", nibble, bench_fill_huge),
    ROW("huge-again", "2 MiB", huge_refused, bench_fill_huge),
    ROW("bulk", "512 frames", bench_hold_all, alloc_bulk),
    ROW("bulk-again", "512 frames", bulk_refused, alloc_bulk),
    {"left-pair", "run of 2", 1, one_call, leave_last, alloc_pair, .count_only = true},
    {"left-bulk", "512 frames", 1, one_call, leave_last, alloc_bulk, .count_only = true},
    {0},
};
