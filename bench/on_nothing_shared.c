/* SPDX-License-Identifier: MIT */
/* on_nothing_shared.c - the loops around calls that are told the core and return at once. */
#include "bench.h"
#include "nothing.h"

static struct nothing nothing;

/* The request is built for each call, as callers do. */
static inline uint64_t take_huge(void)
{
    struct bitframe_request request = {.frames = HUGE_FRAMES, .align = HUGE_FRAMES * BITFRAME_FRAME_BYTES};
    uint64_t pa = 0;
    (void)nothing_take_huge(&nothing, &request, &pa);
    return pa;
}

static inline uint64_t take_pair(void)
{
    struct bitframe_request request = {.frames = 2};
    uint64_t pa = 0;
    (void)nothing_take_huge(&nothing, &request, &pa);
    return pa;
}

static inline void take_bulk(uint64_t *pas)
{
    struct bitframe_request request = {.frames = BULK};
    uint64_t taken;
    (void)nothing_take_bulk(&nothing, &request, pas, &taken);
}

static inline void free_bulk(const uint64_t *pas)
{
    uint64_t freed;
    (void)nothing_free_bulk(&nothing, pas, BULK, 0, &freed);
}

#define TAKE()              nothing_take_on(&nothing, BENCH_CORE)
#define FREE(pa)            nothing_free_on(&nothing, pa, BENCH_CORE)
#define COUNT()             nothing_count(&nothing)
#define TAKE_RANGE(pa, end) nothing_reserve(&nothing, pa, end)
#define TAKE_HUGE()         take_huge()
#define FREE_HUGE(pa)       nothing_free_huge(&nothing, pa, HUGE_FRAMES)
#define TAKE_PAIR()         take_pair()
#define TAKE_BULK(pas)      take_bulk(pas)
#define FREE_BULK(pas)      free_bulk(pas)
#include "loops.h"

const struct loops bench_empty_shared_loops = LOOPS;
