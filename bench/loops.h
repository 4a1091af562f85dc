/* SPDX-License-Identifier: MIT */
/*
 * loops.h - the measured loops, around one contender's calls
 *
 * To be included once by a file that defines any of
 *   TAKE()               the lowest free frame
 *   FREE(pa)             give a frame back
 *   COUNT()              free frames
 *   RESERVE(pa, end)     take a range that no free gives back, or as near as the contender comes to that
 *   TAKE_RANGE(pa, end)  take a range
 *   INIT()               every frame free
 *   TAKE_HUGE()          2 MiB, aligned
 *   FREE_HUGE(pa)        give 2 MiB back
 *   TAKE_BULK(pas)       BULK single frames
 *   FREE_BULK(pas)       give BULK frames back
 *   TAKE_PAIR()          a run of 2 frames
 *   SEARCH()             what is not there
 *   ZERO(page)           clear a page
 * and uses LOOPS, an initialiser of struct loops. The loops are the same text for every contender, and each
 * is kept from being inlined, so that the empty ones cost exactly what the others do less the
 * calls.
 */
#ifndef BITFRAME_BENCH_LOOPS_H
#define BITFRAME_BENCH_LOOPS_H

#include "bench.h"

#define LOOP __attribute__((noinline)) static

#ifdef TAKE
LOOP uint64_t fill(uint64_t calls)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < calls; i++)
        sum += TAKE();
    return sum;
}
#define LOOP_TAKE .fill = fill,
#else
#define LOOP_TAKE
#endif

#ifdef FREE
LOOP void drain(uint64_t pa, uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++) {
        FREE(pa);
        pa += BITFRAME_FRAME_BYTES;
    }
}
#define LOOP_FREE .drain = drain,
#else
#define LOOP_FREE
#endif

#if defined(TAKE) && defined(FREE)
LOOP void churn(uint64_t *held, uint64_t pairs)
{
    for (uint64_t i = 0; i < pairs; i++) {
        FREE(held[i]);
        held[i] = TAKE();
    }
}

LOOP void edges(uint64_t a, uint64_t b, uint64_t rounds)
{
    for (uint64_t i = 0; i < rounds; i++) {
        (void)TAKE();
        (void)TAKE();
        FREE(a);
        FREE(b);
    }
}
#define LOOP_PAIRS .churn = churn, .edges = edges,
#else
#define LOOP_PAIRS
#endif

#ifdef COUNT
LOOP uint64_t count(uint64_t calls)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < calls; i++) {
        __asm__ volatile("" ::: "memory"); /* the answer may have changed: ask again */
        sum += COUNT();
    }
    return sum;
}
#define LOOP_COUNT .count = count,
#else
#define LOOP_COUNT
#endif

#ifdef RESERVE
LOOP void reserve(uint64_t pa, uint64_t bytes, uint64_t ranges)
{
    for (uint64_t i = 0; i < ranges; i++) {
        RESERVE(pa, pa + bytes);
        pa += bytes;
    }
}
#define LOOP_RESERVE .reserve = reserve,
#else
#define LOOP_RESERVE
#endif

#ifdef TAKE_RANGE
LOOP void take_range(uint64_t pa, uint64_t bytes, uint64_t ranges)
{
    for (uint64_t i = 0; i < ranges; i++) {
        TAKE_RANGE(pa, pa + bytes);
        pa += bytes;
    }
}
#define LOOP_TAKE_RANGE .take_range = take_range,
#else
#define LOOP_TAKE_RANGE
#endif

#ifdef INIT
LOOP void init(uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++)
        INIT();
}
#define LOOP_INIT .init = init,
#else
#define LOOP_INIT
#endif

#ifdef TAKE_HUGE
LOOP uint64_t fill_huge(uint64_t calls)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < calls; i++)
        sum += TAKE_HUGE();
    return sum;
}

LOOP void drain_huge(uint64_t pa, uint64_t step, uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++) {
        FREE_HUGE(pa);
        pa += step;
    }
}

LOOP void churn_huge(uint64_t *held, uint64_t pairs)
{
    for (uint64_t i = 0; i < pairs; i++) {
        FREE_HUGE(held[i]);
        held[i] = TAKE_HUGE();
    }
}
#define LOOP_HUGE .fill_huge = fill_huge, .drain_huge = drain_huge, .churn_huge = churn_huge,
#else
#define LOOP_HUGE
#endif

#ifdef TAKE_BULK
LOOP void fill_bulk(uint64_t *pas, uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++)
        TAKE_BULK(pas + i * BULK);
}

LOOP void drain_bulk(const uint64_t *pas, uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++)
        FREE_BULK(pas + i * BULK);
}
#define LOOP_BULK .fill_bulk = fill_bulk, .drain_bulk = drain_bulk,
#else
#define LOOP_BULK
#endif

#ifdef TAKE_PAIR
LOOP uint64_t fill_pair(uint64_t calls)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < calls; i++)
        sum += TAKE_PAIR();
    return sum;
}
#define LOOP_PAIR .fill_pair = fill_pair,
#else
#define LOOP_PAIR
#endif

#ifdef SEARCH
LOOP uint64_t search(uint64_t calls)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < calls; i++)
        sum += SEARCH();
    return sum;
}
#define LOOP_SEARCH .search = search,
#else
#define LOOP_SEARCH
#endif

#ifdef TAKE_GIB
LOOP uint64_t fill_gib(uint64_t calls)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < calls; i++)
        sum += TAKE_GIB();
    return sum;
}
#define LOOP_GIB .fill_gib = fill_gib,
#else
#define LOOP_GIB
#endif

#ifdef ZERO
LOOP void zero(void *pages, uint64_t mask, uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++)
        ZERO((char *)pages + (i & mask) * BITFRAME_FRAME_BYTES);
}
#define LOOP_ZERO .zero = zero,
#else
#define LOOP_ZERO
#endif

#define LOOPS                                                                                                \
    {                                                                                                        \
        LOOP_TAKE LOOP_FREE LOOP_PAIRS LOOP_COUNT LOOP_RESERVE LOOP_TAKE_RANGE LOOP_INIT LOOP_HUGE LOOP_BULK \
            LOOP_SEARCH LOOP_GIB LOOP_PAIR LOOP_ZERO                                                         \
    }

#endif
