/* SPDX-License-Identifier: MIT */
/* on_nothing.c - the loops around calls that return at once, and a contender made of them. */
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

/* A run longer than any that is free, and that need not be aligned. */
static inline uint64_t search_run(void)
{
    struct bitframe_request request = {.frames = HUGE_FRAMES + 1};
    uint64_t pa = 0;
    (void)nothing_take_huge(&nothing, &request, &pa);
    return pa;
}

static inline uint64_t take_gib(void)
{
    struct bitframe_request request = {.frames = GIB / BITFRAME_FRAME_BYTES, .align = GIB};
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

#define TAKE()              nothing_take(&nothing)
#define FREE(pa)            nothing_free(&nothing, pa)
#define COUNT()             nothing_count(&nothing)
#define RESERVE(pa, end)    nothing_reserve(&nothing, pa, (end) - (pa))
#define TAKE_RANGE(pa, end) nothing_reserve(&nothing, pa, end)
#define INIT()              nothing_init(&nothing)
#define ZERO(page)          nothing_zero(page)
#define TAKE_HUGE()         take_huge()
#define FREE_HUGE(pa)       nothing_free_huge(&nothing, pa, HUGE_FRAMES)
#define SEARCH()            search_run()
#define TAKE_GIB()          take_gib()
#define TAKE_BULK(pas)      take_bulk(pas)
#define FREE_BULK(pas)      free_bulk(pas)
#include "loops.h"

const struct loops bench_empty_loops = LOOPS;

static uint64_t bytes(uint64_t frames)
{
    (void)frames;
    return 64 * BITFRAME_FRAME_BYTES; /* what the zeroing benchmarks walk over */
}

static void open_nothing(void *memory, uint64_t first_pa, uint64_t frames)
{
    (void)memory;
    (void)first_pa;
    (void)frames;
}

static void occupy(uint64_t frames)
{
    (void)frames;
}

const struct contender bench_empty = {
    .name = "empty",
    .loops = LOOPS,
    .empty = &bench_empty_loops,
    .bytes = bytes,
    .open = open_nothing,
    .occupy = occupy,
};
