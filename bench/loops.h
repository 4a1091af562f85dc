/* SPDX-License-Identifier: MIT */
/*
 * loops.h - the measured loops, around one contender's calls; to be included once for each contender
 *
 * by a file that defines CONTENDER, a name, and any of
 *   ALLOC(cpu), FREE(pa, cpu)            a frame; of several threads a free is 0 unless it is refused
 *   ALLOC_HUGE(cpu), FREE_HUGE(pa, cpu)  the same of 2 MiB, aligned
 *   ALLOC_RUN(request, pa, cpu)          a run; and with it all of
 *     ALLOC_RANGE(pa, end, cpu)          a range
 *     ALLOC_BULK(request, pas, done, cpu), FREE_BULK(pas, done, cpu)  BULK single frames
 *   RESERVE(pa, end)                     a range that no free gives back, or the contender's nearest call
 *   COUNT()                              free frames
 *   SEARCH()                             what is not there, where that is no run
 *   INIT()                               every frame free
 *   ZERO(page)                           clear a page
 * and has then `loops_of_CONTENDER`, a struct loops. CONTENDER is undefined again, the calls stay defined
 * until no_calls.h is included. The loops are the same text for every contender, and each is kept from being
 * inlined, so that the empty ones cost exactly what the others do less the calls. Macros that make a loop end
 * with a declaration, so that a semicolon follows them as it follows a call.
 */
#include "bench.h"

#ifndef BITFRAME_BENCH_LOOPS_H
#define BITFRAME_BENCH_LOOPS_H

#define LOOP              __attribute__((noinline)) static
#define PASTE_OF(a, b)    a##_of_##b
#define EXPAND_OF(a, b)   PASTE_OF(a, b)
#define OF(name)          EXPAND_OF(name, CONTENDER)
#define PASTE_UNIT(a, b)  a##_##b
#define EXPAND_UNIT(a, b) PASTE_UNIT(a, b)
#define OF_UNIT(name)     OF(EXPAND_UNIT(UNIT, name))
#define UNIT_LOOPS(prefix)                                                                                   \
    {                                                                                                        \
        .fill = OF(prefix##_fill), .drain = OF(prefix##_drain), .churn = OF(prefix##_churn),                 \
        .bursts = OF(prefix##_bursts), .edges = OF(prefix##_edges), .hold = OF(prefix##_hold),               \
        .release = OF(prefix##_release), .cycle = OF(prefix##_cycle), .replace = OF(prefix##_replace),       \
    }

/* The sum keeps the answers. The barrier has each call ask again, where it is an inline function. */
#define SUM_LOOP(name, CALL)                                                                                 \
    LOOP uint64_t OF(name)(uint64_t calls)                                                                   \
    {                                                                                                        \
        uint64_t sum = 0;                                                                                    \
        for (uint64_t i = 0; i < calls; i++) {                                                               \
            __asm__ volatile("" ::: "memory");                                                               \
            sum += CALL;                                                                                     \
        }                                                                                                    \
        return sum;                                                                                          \
    }                                                                                                        \
    extern const struct loops OF(loops)

#define STEP_LOOP(name, CALL)                                                                                \
    LOOP void OF(name)(uint64_t pa, uint64_t step, uint64_t calls)                                           \
    {                                                                                                        \
        for (uint64_t i = 0; i < calls; i++) {                                                               \
            (void)CALL;                                                                                      \
            pa += step;                                                                                      \
        }                                                                                                    \
    }                                                                                                        \
    extern const struct loops OF(loops)

#endif

#ifdef ALLOC
#define UNIT      frame
#define ALLOC_ONE ALLOC
#define FREE_ONE  FREE
#include "unit_loops.h"
#endif

#ifdef ALLOC_HUGE
#define UNIT      huge
#define ALLOC_ONE ALLOC_HUGE
#define FREE_ONE  FREE_HUGE
#include "unit_loops.h"
#endif

#ifdef COUNT
SUM_LOOP(count, COUNT());
#endif

#ifdef RESERVE
STEP_LOOP(reserve, RESERVE(pa, pa + step));
#endif

#ifdef INIT
LOOP void OF(init)(uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++)
        (void)INIT();
}
#endif

/* The request is built for each call, as callers do. */
#ifdef ALLOC_RUN
static inline uint64_t OF(alloc_run)(uint64_t frames, uint64_t align)
{
    struct bitframe_request request = {.frames = frames};
    if (align)
        request.align = align;
    uint64_t pa = 0;
    (void)ALLOC_RUN(&request, &pa, BENCH_CPU);
    return pa;
}

SUM_LOOP(fill_pair, OF(alloc_run)(2, 0));
SUM_LOOP(fill_aligned, OF(alloc_run)(3, 2 * BITFRAME_FRAME_BYTES));
SUM_LOOP(fill_gib, OF(alloc_run)(GIB_BYTES / BITFRAME_FRAME_BYTES, GIB_BYTES));
/* A run longer than any that is free, and that need not be aligned. */
SUM_LOOP(search, OF(alloc_run)(HUGE_FRAMES + 1, 0));
STEP_LOOP(alloc_range, ALLOC_RANGE(pa, pa + step, BENCH_CPU));

LOOP void OF(fill_bulk)(uint64_t *pas, uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++) {
        struct bitframe_request request = {.frames = BULK};
        uint64_t done;
        (void)ALLOC_BULK(&request, pas + i * BULK, &done, BENCH_CPU);
    }
}

LOOP void OF(drain_bulk)(const uint64_t *pas, uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++) {
        uint64_t done;
        (void)FREE_BULK(pas + i * BULK, &done, BENCH_CPU);
    }
}
#elif defined(SEARCH)
SUM_LOOP(search, SEARCH());
#endif

#ifdef ZERO
LOOP void OF(zero)(void *pages, uint64_t mask, uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++)
        (void)ZERO((char *)pages + (i & mask) * BITFRAME_FRAME_BYTES);
}
#endif

extern const struct loops OF(loops);
const struct loops OF(loops) = {
#ifdef ALLOC
    .frames = UNIT_LOOPS(frame),
#endif
#ifdef ALLOC_HUGE
    .huge = UNIT_LOOPS(huge),
#endif
#ifdef COUNT
    .count = OF(count),
#endif
#ifdef RESERVE
    .reserve = OF(reserve),
#endif
#ifdef INIT
    .init = OF(init),
#endif
#ifdef ALLOC_RUN
    .fill_pair = OF(fill_pair),
    .fill_aligned = OF(fill_aligned),
    .fill_gib = OF(fill_gib),
    .alloc_range = OF(alloc_range),
    .fill_bulk = OF(fill_bulk),
    .drain_bulk = OF(drain_bulk),
#endif
#if defined(ALLOC_RUN) || defined(SEARCH)
    .search = OF(search),
#endif
#ifdef ZERO
    .zero = OF(zero),
#endif
};

#undef CONTENDER
