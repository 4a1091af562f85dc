/* SPDX-License-Identifier: MIT */
/*
 * shared_contender.h - a shared pool as one of its cores sees it, for counts; to be included once
 *
 * by a file that defines SHARED_NAME, SHARED_CONTENDER and SHARED_POLICY. How long is measured on several
 * threads, by team_shared.c.
 */
#ifndef BITFRAME_BENCH_SHARED_CONTENDER_H
#define BITFRAME_BENCH_SHARED_CONTENDER_H

#include <stdlib.h>

#include <bitframe/shared.h>

#include "bench.h"

static struct bitframe pool __attribute__((aligned(128)));
static struct bitframe_shared *shared; /* of it */
static uint64_t base_pa;

__attribute__((noinline)) static uint64_t count_frames(const struct bitframe_shared *of)
{
    return bitframe_shared_free_frames(of);
}

/* The request is built for each call, as callers do. */
static inline uint64_t take_huge(void)
{
    struct bitframe_request request = {.frames = HUGE_FRAMES, .align = HUGE_FRAMES * BITFRAME_FRAME_BYTES};
    uint64_t pa = 0;
    (void)bitframe_shared_alloc_run(shared, BENCH_CORE, &request, &pa);
    return pa;
}

static inline uint64_t take_pair(void)
{
    struct bitframe_request request = {.frames = 2};
    uint64_t pa = 0;
    (void)bitframe_shared_alloc_run(shared, BENCH_CORE, &request, &pa);
    return pa;
}

static inline void take_bulk(uint64_t *pas)
{
    struct bitframe_request request = {.frames = BULK};
    uint64_t taken;
    (void)bitframe_shared_alloc_bulk(shared, BENCH_CORE, &request, pas, &taken);
}

static inline void free_bulk(const uint64_t *pas)
{
    uint64_t freed;
    (void)bitframe_shared_free_bulk(shared, BENCH_CORE, pas, BULK, 0, &freed);
}

#define TAKE()              bitframe_shared_alloc(shared, BENCH_CORE)
#define FREE(pa)            (void)bitframe_shared_free(shared, BENCH_CORE, pa)
#define COUNT()             count_frames(shared)
#define TAKE_RANGE(pa, end) (void)bitframe_shared_alloc_range(shared, BENCH_CORE, pa, end)
#define TAKE_HUGE()         take_huge()
#define FREE_HUGE(pa)       (void)bitframe_shared_free_run(shared, BENCH_CORE, pa, HUGE_FRAMES)
#define TAKE_PAIR()         take_pair()
#define TAKE_BULK(pas)      take_bulk(pas)
#define FREE_BULK(pas)      free_bulk(pas)
#include "loops.h"

static uint64_t bytes(uint64_t frames)
{
    return bench_shared_bytes(frames, BENCH_CORES);
}

static void open_pool(void *memory, uint64_t first_pa, uint64_t frames)
{
    struct bitframe_share_options options = {.policy = SHARED_POLICY, .cpus = BENCH_CORES};
    base_pa = first_pa;
    shared = bench_open_shared(&pool, memory, first_pa, frames, &options);
    if (!shared)
        abort();
}

static void occupy(uint64_t frames)
{
    (void)bitframe_shared_alloc_range(shared, BENCH_CORE, base_pa, base_pa + frames * BITFRAME_FRAME_BYTES);
}

const struct contender SHARED_CONTENDER = {
    .name = SHARED_NAME,
    .count_only = true,
    .indexed = true,
    .loops = LOOPS,
    .empty = &bench_empty_shared_loops,
    .bytes = bytes,
    .open = open_pool,
    .occupy = occupy,
};

#endif
