/* SPDX-License-Identifier: MIT */
/*
 * refused.c - what a shared pool refuses, and what is left when nearly all was allocated by 2 MiB
 *
 * A request is refused for the first time, and again in the same state: nothing free, or of each 2 MiB a
 * frame allocated, or every fourth frame. Then each word has 16 pieces that are long enough for a run of 3,
 * and none of them begins at an even frame, as the run must. That is measured for one owner as well, who
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

static void hold_all(const struct bench_case *of)
{
    bench_occupy(of, of->frames);
}

static void hold_frame(const struct bench_case *of, uint64_t frame)
{
    of->contender->loops->alloc_range(bench_pa(of, frame), BITFRAME_FRAME_BYTES, 1);
}

/** A frame of each 2 MiB is allocated, in a word that is not its first. */
static void nibble(const struct bench_case *of)
{
    bench_open(of);
    for (uint64_t i = 77; i < of->frames; i += HUGE_FRAMES)
        hold_frame(of, i);
}

/** Free are frames 1 to 3 of each 4 in memory; but not the pool's first 3, which may begin at an even one. */
static void cut(const struct bench_case *of)
{
    uint64_t to_multiple = (0 - bench_pa(of, 0) / BITFRAME_FRAME_BYTES) % 4;
    bench_open(of);
    for (uint64_t i = to_multiple; i < of->frames; i += 4)
        hold_frame(of, i);
    for (uint64_t i = 0; i < 3; i++)
        hold_frame(of, i);
}

/** All is allocated by 2 MiB, and the last 2 MiB are given back. */
static void leave_last(const struct bench_case *of)
{
    uint64_t first = (HUGE_FRAMES - bench_pa(of, 0) / BITFRAME_FRAME_BYTES % HUGE_FRAMES) % HUGE_FRAMES;
    uint64_t huge = (of->frames - first) / HUGE_FRAMES;
    bench_open(of);
    (void)of->contender->loops->fill_huge(huge);
    (void)of->contender->loops->fill(of->frames - huge * HUGE_FRAMES); /* what is no 2 MiB */
    of->contender->loops->drain_huge(bench_pa(of, first + (huge - 1) * HUGE_FRAMES), 0, 1);
}

static void alloc_frame(const struct bench_case *of, const struct loops *loops)
{
    (void)loops->fill(of->operations);
}

static void alloc_pair(const struct bench_case *of, const struct loops *loops)
{
    (void)loops->fill_pair(of->operations);
}

static void alloc_aligned(const struct bench_case *of, const struct loops *loops)
{
    (void)loops->fill_aligned(of->operations);
}

static void alloc_huge(const struct bench_case *of, const struct loops *loops)
{
    (void)loops->fill_huge(of->operations);
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
    }

AGAIN(frame_refused, hold_all, alloc_frame)
AGAIN(pair_refused, hold_all, alloc_pair)
AGAIN(aligned_refused, cut, alloc_aligned)
AGAIN(huge_refused, nibble, alloc_huge)
AGAIN(bulk_refused, hold_all, alloc_bulk)

#define ROW(text, what, before, call) ROW_OF(text, what, one_call, before, call)
#define ROW_OF(text, what, many, before, call)                                                               \
    {                                                                                                        \
        .name = text, .operation = what, .calls = 1, .count_only = true, .operations = many,                 \
        .prepare = before, .run = call,                                                                      \
    }

const struct workload bench_refused_work[] = {
    ROW("refused-take", "take", hold_all, alloc_frame),
    ROW("refused-take-again", "take", frame_refused, alloc_frame),
    ROW("refused-pair", "run of 2", hold_all, alloc_pair),
    ROW("refused-pair-again", "run of 2", pair_refused, alloc_pair),
    ROW_OF("refused-aligned", "run of 3", one_call_if_small, cut, alloc_aligned),
    ROW_OF("refused-aligned-again", "run of 3", one_call_if_small_shared, aligned_refused, alloc_aligned),
    ROW("refused-huge", "2 MiB", nibble, alloc_huge),
    ROW("refused-huge-again", "2 MiB", huge_refused, alloc_huge),
    ROW("refused-bulk", "512 frames", hold_all, alloc_bulk),
    ROW("refused-bulk-again", "512 frames", bulk_refused, alloc_bulk),
    ROW("left-pair", "run of 2", leave_last, alloc_pair),
    ROW("left-bulk", "512 frames", leave_last, alloc_bulk),
    {0},
};
