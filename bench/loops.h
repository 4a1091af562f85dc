/* SPDX-License-Identifier: MIT */
/*
 * loops.h - the measured loops, around one contender's calls; to be included once for each contender
 *
 * by a file that defines CONTENDER, a name, and any of
 *   ALLOC(cpu)                           the lowest free frame
 *   FREE(pa, cpu)                        give a frame back; for several threads 0 unless it is refused
 *   ALLOC_RUN(request, pa, cpu)          a run
 *   ALLOC_HUGE(cpu)                      2 MiB, aligned
 *   FREE_HUGE(pa, cpu)                   give 2 MiB back; as FREE()
 *   ALLOC_BULK(request, pas, done, cpu)  single frames
 *   FREE_BULK(pas, done, cpu)            give BULK frames back
 *   ALLOC_RANGE(pa, end, cpu)            a range
 *   RESERVE(pa, end)                     a range that no free gives back, or the contender's nearest call
 *   COUNT()                              free frames
 *   SEARCH()                             what is not there, where that is no run
 *   INIT()                               every frame free
 *   ZERO(page)                           clear a page
 *   WORKERS                              it is for several threads
 * and has then `loops_of_CONTENDER`, a struct loops. CONTENDER is undefined again, the calls stay defined.
 * The loops are the same text for every contender, and each is kept from being inlined, so that the empty
 * ones cost exactly what the others do less the calls.
 */
#include "bench.h"

#ifndef BITFRAME_BENCH_LOOPS_H
#define BITFRAME_BENCH_LOOPS_H

#define LOOP            __attribute__((noinline)) static
#define PASTE_OF(a, b)  a##_of_##b
#define EXPAND_OF(a, b) PASTE_OF(a, b)
#define OF(name)        EXPAND_OF(name, CONTENDER)

/* The sum keeps the answers. BEFORE is done before each call. */
#define SUM_LOOP(name, BEFORE, CALL)                                                                         \
    LOOP uint64_t OF(name)(uint64_t calls)                                                                   \
    {                                                                                                        \
        uint64_t sum = 0;                                                                                    \
        for (uint64_t i = 0; i < calls; i++) {                                                               \
            BEFORE;                                                                                          \
            sum += CALL;                                                                                     \
        }                                                                                                    \
        return sum;                                                                                          \
    }

#define STEP_LOOP(STEP, CALL)                                                                                \
    {                                                                                                        \
        for (uint64_t i = 0; i < calls; i++) {                                                               \
            (void)CALL;                                                                                      \
            pa += STEP;                                                                                      \
        }                                                                                                    \
    }

#define CHURN_LOOP(name, FREE_ONE, ALLOC_ONE)                                                                \
    LOOP void OF(name)(uint64_t * held, uint64_t pairs)                                                      \
    {                                                                                                        \
        for (uint64_t i = 0; i < pairs; i++) {                                                               \
            (void)FREE_ONE(held[i], BENCH_CPU);                                                              \
            held[i] = ALLOC_ONE(BENCH_CPU);                                                                  \
        }                                                                                                    \
    }

#define BURST_LOOP(name, FREE_ONE, ALLOC_ONE)                                                                \
    LOOP void OF(name)(uint64_t * held, uint64_t size, uint64_t bursts)                                      \
    {                                                                                                        \
        for (; bursts != 0; bursts--, held += size) {                                                        \
            for (uint64_t i = 0; i < size; i++)                                                              \
                (void)FREE_ONE(held[i], BENCH_CPU);                                                          \
            for (uint64_t i = 0; i < size; i++)                                                              \
                held[i] = ALLOC_ONE(BENCH_CPU);                                                              \
        }                                                                                                    \
    }

#define HOLD_LOOP(name, ALLOC_ONE)                                                                           \
    LOOP void OF(name)(struct worker * self, uint64_t count)                                                 \
    {                                                                                                        \
        for (uint64_t i = 0; i < count; i++)                                                                 \
            self->held[i] = ALLOC_ONE(self->cpu);                                                            \
        self->count = count;                                                                                 \
    }

#define RELEASE_LOOP(name, FREE_ONE)                                                                         \
    LOOP void OF(name)(struct worker * self)                                                                 \
    {                                                                                                        \
        for (uint64_t i = 0; i < self->count; i++)                                                           \
            self->refused |= (uint64_t)FREE_ONE(self->held[i], self->cpu);                                   \
        self->count = 0;                                                                                     \
    }

#endif

#ifdef ALLOC
SUM_LOOP(fill, (void)0, ALLOC(BENCH_CPU))
#endif

#ifdef FREE
LOOP void OF(drain)(uint64_t pa, uint64_t calls) STEP_LOOP(BITFRAME_FRAME_BYTES, FREE(pa, BENCH_CPU))
#endif

#if defined(ALLOC) && defined(FREE)
    CHURN_LOOP(churn, FREE, ALLOC)

        LOOP void OF(edges)(uint64_t a, uint64_t b, uint64_t rounds)
{
    for (uint64_t i = 0; i < rounds; i++) {
        (void)ALLOC(BENCH_CPU);
        (void)ALLOC(BENCH_CPU);
        (void)FREE(a, BENCH_CPU);
        (void)FREE(b, BENCH_CPU);
    }
}

BURST_LOOP(bursts, FREE, ALLOC)
#endif

#ifdef COUNT
/* The answer may have changed: the barrier has each call ask again. */
SUM_LOOP(count, __asm__ volatile("" ::: "memory"), COUNT())
#endif

#ifdef RESERVE
LOOP void OF(reserve)(uint64_t pa, uint64_t step, uint64_t calls) STEP_LOOP(step, RESERVE(pa, pa + step))
#endif

#ifdef ALLOC_RANGE
    LOOP void OF(alloc_range)(uint64_t pa, uint64_t step, uint64_t calls)
        STEP_LOOP(step, ALLOC_RANGE(pa, pa + step, BENCH_CPU))
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
static inline uint64_t OF(alloc_run)(uint64_t frames, uint64_t align, uint32_t cpu)
{
    struct bitframe_request request = {.frames = frames};
    if (align)
        request.align = align;
    uint64_t pa = 0;
    (void)cpu;
    (void)ALLOC_RUN(&request, &pa, cpu);
    return pa;
}

SUM_LOOP(fill_pair, (void)0, OF(alloc_run)(2, 0, BENCH_CPU))
SUM_LOOP(fill_aligned, (void)0, OF(alloc_run)(3, 2 * BITFRAME_FRAME_BYTES, BENCH_CPU))
SUM_LOOP(fill_gib, (void)0, OF(alloc_run)(GIB_BYTES / BITFRAME_FRAME_BYTES, GIB_BYTES, BENCH_CPU))
/* A run longer than any that is free, and that need not be aligned. */
SUM_LOOP(search, (void)0, OF(alloc_run)(HUGE_FRAMES + 1, 0, BENCH_CPU))
#elif defined(SEARCH)
SUM_LOOP(search, (void)0, SEARCH())
#endif

#ifdef ALLOC_HUGE
SUM_LOOP(fill_huge, (void)0, ALLOC_HUGE(BENCH_CPU))
LOOP void OF(drain_huge)(uint64_t pa, uint64_t step, uint64_t calls) STEP_LOOP(step, FREE_HUGE(pa, BENCH_CPU))
    CHURN_LOOP(churn_huge, FREE_HUGE, ALLOC_HUGE) BURST_LOOP(bursts_huge, FREE_HUGE, ALLOC_HUGE)
#endif

#ifdef ALLOC_BULK
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
#endif

#ifdef ZERO
LOOP void OF(zero)(void *pages, uint64_t mask, uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++)
        (void)ZERO((char *)pages + (i & mask) * BITFRAME_FRAME_BYTES);
}
#endif

#ifdef WORKERS
HOLD_LOOP(hold, ALLOC)
RELEASE_LOOP(release, FREE)

LOOP void OF(worker_bursts)(struct worker *self, uint64_t pairs)
{
    uint64_t refused = 0;
    for (uint64_t done = 0; done < pairs; done += BURST) {
        for (unsigned i = 0; i < BURST; i++)
            self->held[i] = ALLOC(self->cpu);
        for (unsigned i = 0; i < BURST; i++)
            refused |= (uint64_t)FREE(self->held[i], self->cpu);
    }
    self->refused |= refused;
}

LOOP void OF(worker_churn)(struct worker *self, uint64_t pairs)
{
    uint64_t refused = 0;
    for (uint64_t i = 0; i < pairs; i++) {
        uint64_t *which = &self->held[worker_random(self, self->count)];
        refused |= (uint64_t)FREE(*which, self->cpu);
        *which = ALLOC(self->cpu);
    }
    self->refused |= refused;
}

#ifdef ALLOC_HUGE
HOLD_LOOP(hold_huge, ALLOC_HUGE)
RELEASE_LOOP(release_huge, FREE_HUGE)

LOOP void OF(worker_huge)(struct worker *self, uint64_t pairs)
{
    uint64_t refused = 0;
    for (uint64_t i = 0; i < pairs; i++) {
        uint64_t pa = ALLOC_HUGE(self->cpu);
        refused |= (uint64_t)FREE_HUGE(pa, self->cpu);
    }
    self->refused |= refused;
}
#endif
#endif

extern const struct loops OF(loops);
const struct loops OF(loops) = {
#ifdef ALLOC
    .fill = OF(fill),
#endif
#ifdef FREE
    .drain = OF(drain),
#endif
#if defined(ALLOC) && defined(FREE)
    .churn = OF(churn),
    .edges = OF(edges),
    .bursts = OF(bursts),
#endif
#ifdef COUNT
    .count = OF(count),
#endif
#ifdef RESERVE
    .reserve = OF(reserve),
#endif
#ifdef ALLOC_RANGE
    .alloc_range = OF(alloc_range),
#endif
#ifdef INIT
    .init = OF(init),
#endif
#ifdef ALLOC_RUN
    .fill_pair = OF(fill_pair),
    .fill_aligned = OF(fill_aligned),
    .fill_gib = OF(fill_gib),
#endif
#if defined(ALLOC_RUN) || defined(SEARCH)
    .search = OF(search),
#endif
#ifdef ALLOC_HUGE
    .fill_huge = OF(fill_huge),
    .drain_huge = OF(drain_huge),
    .churn_huge = OF(churn_huge),
    .bursts_huge = OF(bursts_huge),
#endif
#ifdef ALLOC_BULK
    .fill_bulk = OF(fill_bulk),
    .drain_bulk = OF(drain_bulk),
#endif
#ifdef ZERO
    .zero = OF(zero),
#endif
#ifdef WORKERS
    .frames = {.hold = OF(hold), .release = OF(release)},
    .run[BURSTS] = OF(worker_bursts),
    .run[CHURN] = OF(worker_churn),
#ifdef ALLOC_HUGE
    .huge = {.hold = OF(hold_huge), .release = OF(release_huge)},
    .run[HUGE_PAIRS] = OF(worker_huge),
#endif
#endif
};

#undef CONTENDER
