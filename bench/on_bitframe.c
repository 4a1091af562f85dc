/* SPDX-License-Identifier: MIT */
/* on_bitframe.c - the contender that the others are compared with. */
#include "bench.h"

static struct bitframe pool;
static void *metadata;
static uint64_t metadata_bytes;
static uint64_t pool_pa;
static uint64_t pool_bytes;

/* The count is an inline function: called here, so that it can be compared with calls. */
__attribute__((noinline)) static uint64_t count_frames(const struct bitframe *of)
{
    return bitframe_free_frames(of);
}

/* The request is built for each call, as callers do. */
static inline uint64_t take_huge(void)
{
    struct bitframe_request request = {.frames = HUGE_FRAMES, .align = HUGE_FRAMES * BITFRAME_FRAME_BYTES};
    uint64_t pa = 0;
    (void)bitframe_take_run(&pool, &request, &pa);
    return pa;
}

/* A run longer than any that is free, and that need not be aligned. */
static inline uint64_t search_run(void)
{
    struct bitframe_request request = {.frames = HUGE_FRAMES + 1};
    uint64_t pa = 0;
    (void)bitframe_take_run(&pool, &request, &pa);
    return pa;
}

static inline uint64_t take_gib(void)
{
    struct bitframe_request request = {.frames = GIB / BITFRAME_FRAME_BYTES, .align = GIB};
    uint64_t pa = 0;
    (void)bitframe_take_run(&pool, &request, &pa);
    return pa;
}

static inline void take_bulk(uint64_t *pas)
{
    struct bitframe_request request = {.frames = BULK};
    uint64_t taken;
    (void)bitframe_take_bulk(&pool, &request, pas, &taken);
}

static inline void free_bulk(const uint64_t *pas)
{
    uint64_t freed;
    (void)bitframe_free_bulk(&pool, pas, BULK, 0, &freed);
}

#define TAKE()              bitframe_take(&pool)
#define FREE(pa)            (void)bitframe_free(&pool, pa)
#define COUNT()             count_frames(&pool)
#define RESERVE(pa, end)    (void)bitframe_reserve(&pool, pa, (end) - (pa))
#define TAKE_RANGE(pa, end) (void)bitframe_take_range(&pool, pa, end)
#define INIT()              (void)bitframe_init(&pool, pool_pa, pool_bytes, metadata, metadata_bytes)
#define TAKE_HUGE()         take_huge()
#define FREE_HUGE(pa)       (void)bitframe_free_run(&pool, pa, HUGE_FRAMES)
#define SEARCH()            search_run()
#define TAKE_GIB()          take_gib()
#define TAKE_BULK(pas)      take_bulk(pas)
#define FREE_BULK(pas)      free_bulk(pas)
#include "loops.h"

static uint64_t bytes(uint64_t frames)
{
    return BITFRAME_METADATA_BYTES(0, frames * BITFRAME_FRAME_BYTES) + 64;
}

static void open_pool(void *memory, uint64_t first_pa, uint64_t frames)
{
    bench_declare_platform();
    pool_pa = first_pa;
    pool_bytes = frames * BITFRAME_FRAME_BYTES;
    metadata = memory;
    metadata_bytes = bytes(frames);
    INIT();
}

static void occupy(uint64_t frames)
{
    (void)bitframe_take_range(&pool, pool_pa, pool_pa + frames * BITFRAME_FRAME_BYTES);
}

const struct contender bench_bitframe = {
    .name = "bitframe",
    .indexed = true,
    .loops = LOOPS,
    .empty = &bench_empty_loops,
    .bytes = bytes,
    .open = open_pool,
    .occupy = occupy,
};
