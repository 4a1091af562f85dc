/* SPDX-License-Identifier: MIT */
/*
 * worst.c - only the first and the last frame are free; and the dearest single calls of an index that are
 * known
 *
 * In "first-and-last" two allocations and two frees follow each other over and over. The second allocation
 * finds the last frame as the only one: an index must climb to its top, a search crosses all of memory. The
 * others are single calls.
 *
 * An allocation is dear when it takes the only free 2 MiB out of the index, at every level, and descends as
 * far again to the last frame of memory. It is cheap where a word of the cursor's own 2 MiB empties
 * ("alloc-open"). A free is dear when it puts the last frame into an index that is empty, while the first
 * frame is free; when it completes the only free 2 MiB of the index; and dearest when it lies below 2 MiB
 * that are free and outside the index ("free-below").
 *
 * A CPU of a shared pool under `local` whose group is used up looks for another ("alloc-elsewhere"): it passes
 * groups that have a free frame, and hopes for one that has many.
 *
 * An allocation of 2 MiB is dear when it takes the only ones out of the index, and dearer when it must look
 * for them from the top ("huge-alloc-above"). A free of 2 MiB is dear when it lies below others that are
 * free and outside the index. "huge-free-beside" is one that goes into the index itself.
 *
 * The refusal of 1 GiB is dearest when each 1 GiB has lost a frame where the search looks last.
 */
#include "bench.h"

enum { GROUP_HUGE = 8, GROUP_FRAMES = GROUP_HUGE * HUGE_FRAMES, HALF = HUGE_FRAMES / 2 };

static uint64_t cycles(const struct bench_case *of)
{
    return of->contender->loops->frames.edges ? bench_limit(of, 1 << 15, of->frames) : 0;
}

static uint64_t one_call(const struct bench_case *of)
{
    return of->contender->indexed ? 1 : 0;
}

static uint64_t one_call_if_huge(const struct bench_case *of)
{
    return of->contender->loops->huge.fill ? one_call(of) : 0;
}

static uint64_t one_call_if_gib(const struct bench_case *of)
{
    return of->contender->loops->fill_gib && !of->contender->shared ? one_call(of) : 0;
}

static void drain(const struct bench_case *of, uint64_t frame, uint64_t frames)
{
    of->contender->loops->frames.drain(bench_pa(of, frame), BITFRAME_FRAME_BYTES, frames);
}

static void drain_huge(const struct bench_case *of, uint64_t frame, uint64_t count)
{
    of->contender->loops->huge.drain(bench_pa(of, frame), HUGE_BYTES, count);
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

static void edges_free(const struct bench_case *of)
{
    bench_hold_all(of);
    drain(of, 0, 1);
    drain(of, of->frames - 1, 1);
}

/** A range that is held already is allocated: to do so bitframe puts all that is free into the index. */
static void put_into_index(const struct bench_case *of)
{
    of->contender->loops->alloc_range(bench_pa(of, of->frames / HUGE_FRAMES / 2 * HUGE_FRAMES),
                                      BITFRAME_FRAME_BYTES, 1);
}

static void all_but_one_free(const struct bench_case *of)
{
    uint64_t first = last_aligned(of);
    bench_hold_all(of);
    drain(of, first, HALF);
    drain(of, first + HALF + 1, HALF - 1);
    put_into_index(of);
}

/** A frame of each 16 MiB is free, a group of the bitmap, but none of the first, where the CPU begins. */
static void groups_have_one(const struct bench_case *of)
{
    uint64_t first = GROUP_FRAMES < of->frames ? GROUP_FRAMES : 0;
    bench_hold_all(of);
    of->contender->loops->frames.drain(bench_pa(of, first), GROUP_FRAMES * BITFRAME_FRAME_BYTES,
                                       (of->frames - first + GROUP_FRAMES - 1) / GROUP_FRAMES);
}

/** Only the first frame is free. */
static void first_free(const struct bench_case *of)
{
    bench_hold_all(of);
    drain(of, 0, 1);
}

/** The last two 2 MiB, freed one by one. Of their first word all frames but one are held. */
static void two_free_word_held(const struct bench_case *of)
{
    bench_hold_all(of);
    drain_huge(of, last_aligned(of) - HUGE_FRAMES, 2);
    (void)of->contender->loops->frames.fill(63);
}

/** The last two 2 MiB, freed one by one. A frame of the lower ones is held. */
static void two_free_frame_held(const struct bench_case *of)
{
    bench_hold_all(of);
    drain_huge(of, huge_from_top(of, 1), 2);
    (void)of->contender->loops->frames.fill(1);
}

/** The last aligned 2 MiB, freed as one. */
static void last_aligned_free(const struct bench_case *of)
{
    bench_hold_all(of);
    drain_huge(of, last_aligned(of), 1);
}

/** The first 2 MiB and the last frame, both in the index. */
static void first_huge_free(const struct bench_case *of)
{
    bench_hold_all(of);
    drain_huge(of, 0, 1);
    drain(of, of->frames - 1, 1);
    put_into_index(of);
}

/** The last 2 MiB, freed as one. */
static void last_huge_free(const struct bench_case *of)
{
    bench_hold_all(of);
    drain_huge(of, huge_from_top(of, 0), 1);
}

/** All but a frame of each 1 GiB. 1 GiB is 8 words of the 2 MiB index; the frame clears a bit of the seventh,
 * which the search reads last, after the first and the last one. */
static void gib_nibbled(const struct bench_case *of)
{
    bench_nibble(of, 6 * GIB_BYTES / 8 / BITFRAME_FRAME_BYTES, GIB_BYTES / BITFRAME_FRAME_BYTES);
}

/* --- The calls. */

static void run_edges(const struct bench_case *of, const struct loops *loops)
{
    loops->frames.edges(bench_pa(of, 0), bench_pa(of, of->frames - 1), of->operations);
}

static void alloc_gib(const struct bench_case *of, const struct loops *loops)
{
    (void)loops->fill_gib(of->operations);
}

static void free_last(const struct bench_case *of, const struct loops *loops)
{
    loops->frames.drain(bench_pa(of, of->frames - 1), 0, of->operations);
}

static void free_missing(const struct bench_case *of, const struct loops *loops)
{
    loops->frames.drain(bench_pa(of, last_aligned(of) + HALF), 0, of->operations);
}

static void free_first(const struct bench_case *of, const struct loops *loops)
{
    loops->frames.drain(bench_pa(of, 0), 0, of->operations);
}

static void free_first_huge(const struct bench_case *of, const struct loops *loops)
{
    loops->huge.drain(bench_pa(of, 0), 0, 1);
}

/** In the same word of 2 MiB as those that are free, but in another word of the level above the bitmap. */
static void free_huge_of_group(const struct bench_case *of, const struct loops *loops)
{
    loops->huge.drain(bench_pa(of, huge_from_top(of, GROUP_HUGE)), 0, 1);
}

#define ROW(text, what, many, before, call)                                                                  \
    {                                                                                                        \
        "worst-" text, what, 1, many, before, call, .count_only = true                                       \
    }

const struct workload bench_worst_work[] = {
    {"first-and-last", "cycle", 4, cycles, edges_free, .run = run_edges},
    ROW("alloc", "alloc", one_call_if_huge, first_huge_free, bench_fill),
    ROW("alloc-elsewhere", "alloc", one_call, groups_have_one, bench_fill),
    ROW("free", "free", one_call, first_free, free_last),
    ROW("complete", "free", one_call_if_huge, all_but_one_free, free_missing),
    ROW("alloc-open", "alloc", one_call_if_huge, two_free_word_held, bench_fill),
    ROW("free-below", "free", one_call_if_huge, last_aligned_free, free_first),
    ROW("gib", "1 GiB", one_call_if_gib, gib_nibbled, alloc_gib),
    ROW("huge-alloc", "2 MiB", one_call_if_huge, first_huge_free, bench_fill_huge),
    ROW("huge-free", "2 MiB", one_call_if_huge, last_huge_free, free_first_huge),
    ROW("huge-alloc-above", "2 MiB", one_call_if_huge, two_free_frame_held, bench_fill_huge),
    ROW("huge-free-beside", "2 MiB", one_call_if_huge, last_huge_free, free_huge_of_group),
    {0},
};
