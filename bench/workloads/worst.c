/* SPDX-License-Identifier: MIT */
/*
 * worst.c - only the first and the last frame are free; and the dearest single calls of an index that are
 * known
 *
 * In "adversarial" two allocations and two frees follow each other over and over. The first allocation leaves
 * the last frame as the only one: an index must climb to its top and descend again, a search crosses all of
 * memory. The others are single calls.
 *
 * An allocation is dear when it empties a word of every level but the top, and descends as far again: the
 * first and the last frame are free, and the first is allocated. It is dearest when it empties the first word
 * of 2 MiB that were given back whole and are loose, so that they must be tied into the index, where other 2
 * MiB beside them climb as well. A free is dear when it refills a word of every level, since nothing is free;
 * when it completes the only free 2 MiB; and dearest when it lies below 2 MiB that are loose and must be tied
 * into the index first.
 *
 * The worst allocation and the worst free of 2 MiB are those of the only free 2 MiB of memory, where another
 * frame is free. That frame lies above for the allocation, which has the cursor to move, and it is not the
 * one that was last freed, which costs less. It lies below for the free, which is not the lowest then. Dearer
 * still are those that find 2 MiB given back whole and loose. For the allocation they have lost a frame
 * since: it ties them into the index, looks from the top for others that are free, and removes those again.
 * The free lies above them, and they are tied in first.
 *
 * The refusal of 1 GiB is dearest when each 1 GiB has lost a frame where the search looks last.
 */
#include "bench.h"

enum { GROUP_HUGE = 8, HALF = HUGE_FRAMES / 2 };

static uint64_t rounds(const struct bench_case *of)
{
    /* A pair is half a round. */
    return of->contender->loops->edges ? 2 * bench_limit(of, 1 << 15, of->frames) : 0;
}

static uint64_t one_call(const struct bench_case *of)
{
    return of->contender->indexed ? 1 : 0;
}

static uint64_t one_call_if_huge(const struct bench_case *of)
{
    return of->contender->loops->fill_huge ? one_call(of) : 0;
}

static uint64_t one_call_if_gib(const struct bench_case *of)
{
    return of->contender->loops->fill_gib && !of->contender->shared ? one_call(of) : 0;
}

static void drain(const struct bench_case *of, uint64_t frame, uint64_t frames)
{
    of->contender->loops->drain(bench_pa(of, frame), frames);
}

static void drain_huge(const struct bench_case *of, uint64_t frame, uint64_t count)
{
    of->contender->loops->drain_huge(bench_pa(of, frame), HUGE_BYTES, count);
}

/** The frame, counted from the pool's first, that the last 2 MiB begin with: of those that are aligned. */
static uint64_t last_aligned(const struct bench_case *of)
{
    uint64_t first = bench_pa(of, 0) / BITFRAME_FRAME_BYTES;
    return (first + of->frames) / HUGE_FRAMES * HUGE_FRAMES - HUGE_FRAMES - first;
}

/** The same @p below the last 2 MiB, or of the first. The pool begins with 2 MiB. */
static uint64_t huge_from_top(const struct bench_case *of, uint64_t below)
{
    uint64_t last = of->frames / HUGE_FRAMES - 1;
    return (last > below ? last - below : 0) * HUGE_FRAMES;
}

/* --- What is free: all else is held. */

static void nothing_free(const struct bench_case *of)
{
    bench_occupy(of, of->frames);
}

static void edges_free(const struct bench_case *of)
{
    nothing_free(of);
    drain(of, 0, 1);
    drain(of, of->frames - 1, 1);
}

static void all_but_one_free(const struct bench_case *of)
{
    uint64_t first = last_aligned(of);
    nothing_free(of);
    drain(of, first, HALF);
    drain(of, first + HALF + 1, HALF - 1);
}

/** The last two 2 MiB, given back one by one. Of their first word all frames but one are held. */
static void two_free_word_held(const struct bench_case *of)
{
    nothing_free(of);
    drain_huge(of, last_aligned(of) - HUGE_FRAMES, 2);
    (void)of->contender->loops->fill(63);
}

/** The last two 2 MiB, given back one by one. A frame of the lower ones is held. */
static void two_free_frame_held(const struct bench_case *of)
{
    nothing_free(of);
    drain_huge(of, huge_from_top(of, 1), 2);
    (void)of->contender->loops->fill(1);
}

/** The last aligned 2 MiB, given back as one. */
static void last_aligned_free(const struct bench_case *of)
{
    nothing_free(of);
    drain_huge(of, last_aligned(of), 1);
}

/** The first 2 MiB and the last frame, and a call in between has tied them into the index. */
static void first_huge_free(const struct bench_case *of)
{
    nothing_free(of);
    drain_huge(of, 0, 1);
    drain(of, of->frames - 1, 1);
    of->contender->loops->alloc_range(bench_pa(of, of->frames / HUGE_FRAMES / 2 * HUGE_FRAMES),
                                      BITFRAME_FRAME_BYTES, 1);
}

/** The last 2 MiB, given back as one. */
static void last_huge_free(const struct bench_case *of)
{
    nothing_free(of);
    drain_huge(of, huge_from_top(of, 0), 1);
}

/** All but a frame of each 1 GiB. 1 GiB is 8 words of the 2 MiB index; the frame clears a bit of the seventh,
 * which the search reads last, after the first and the last one. */
static void gib_nibbled(const struct bench_case *of)
{
    const uint64_t before = 6 * GIB_BYTES / 8 / BITFRAME_FRAME_BYTES;
    bench_open(of);
    for (uint64_t frame = before; frame < of->frames; frame += GIB_BYTES / BITFRAME_FRAME_BYTES)
        of->contender->loops->alloc_range(bench_pa(of, frame), BITFRAME_FRAME_BYTES, 1);
}

/* --- The calls. */

static void run_edges(const struct bench_case *of, const struct loops *loops)
{
    loops->edges(bench_pa(of, 0), bench_pa(of, of->frames - 1), of->operations / 2);
}

static void alloc_frame(const struct bench_case *of, const struct loops *loops)
{
    (void)loops->fill(of->operations);
}

static void alloc_huge(const struct bench_case *of, const struct loops *loops)
{
    (void)loops->fill_huge(of->operations);
}

static void alloc_gib(const struct bench_case *of, const struct loops *loops)
{
    (void)loops->fill_gib(of->operations);
}

static void free_last(const struct bench_case *of, const struct loops *loops)
{
    loops->drain(bench_pa(of, of->frames - 1), of->operations);
}

static void free_missing(const struct bench_case *of, const struct loops *loops)
{
    loops->drain(bench_pa(of, last_aligned(of) + HALF), of->operations);
}

static void free_first(const struct bench_case *of, const struct loops *loops)
{
    loops->drain(bench_pa(of, 0), of->operations);
}

static void free_first_huge(const struct bench_case *of, const struct loops *loops)
{
    loops->drain_huge(bench_pa(of, 0), 0, 1);
}

/** In the same word of 2 MiB as those that are free, but in another word of the level above the bitmap. */
static void free_huge_of_group(const struct bench_case *of, const struct loops *loops)
{
    loops->drain_huge(bench_pa(of, huge_from_top(of, GROUP_HUGE)), 0, 1);
}

#define ROW(text, what, many, before, call)                                                                  \
    {                                                                                                        \
        .name = "worst-" text, .operation = what, .calls = 1, .count_only = true, .operations = many,        \
        .prepare = before, .run = call,                                                                      \
    }

const struct workload bench_worst_work[] = {
    {
        .name = "adversarial",
        .operation = "pair",
        .calls = 2,
        .operations = rounds,
        .prepare = edges_free,
        .run = run_edges,
    },
    ROW("take", "take", one_call, edges_free, alloc_frame),
    ROW("free", "free", one_call, nothing_free, free_last),
    ROW("line", "free", one_call, all_but_one_free, free_missing),
    ROW("open", "take", one_call_if_huge, two_free_word_held, alloc_frame),
    ROW("below", "free", one_call_if_huge, last_aligned_free, free_first),
    ROW("gib", "1 GiB", one_call_if_gib, gib_nibbled, alloc_gib),
    ROW("huge-take", "2 MiB", one_call_if_huge, first_huge_free, alloc_huge),
    ROW("huge-free", "2 MiB", one_call_if_huge, last_huge_free, free_first_huge),
    ROW("loose-take", "2 MiB", one_call_if_huge, two_free_frame_held, alloc_huge),
    ROW("loose-free", "2 MiB", one_call_if_huge, last_huge_free, free_huge_of_group),
    {0},
};
