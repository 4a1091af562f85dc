/* SPDX-License-Identifier: MIT */
/* bitframe.c - the contender that the others are compared with: a pool with one owner. */
#include <bitframe/bulk.h>

#include "bench.h"

static struct bitframe pool;
static void *metadata;
static uint64_t metadata_bytes;
static uint64_t pool_pa;
static uint64_t pool_bytes;

/* The count is an inline function: called here, so that it can be compared with calls. */
__attribute__((noinline)) static uint64_t count_frames(const struct bitframe *of)
{
    return bitframe_get_free_frames(of);
}

#define CONTENDER                           bitframe
#define ALLOC(cpu)                          bitframe_alloc(&pool)
#define FREE(pa, cpu)                       bitframe_free(&pool, pa)
#define ALLOC_RUN(request, pa, cpu)         bitframe_alloc_run(&pool, request, pa)
#define ALLOC_HUGE(cpu)                     bitframe_alloc_huge(&pool)
#define FREE_HUGE(pa, cpu)                  bitframe_free_huge(&pool, pa)
#define ALLOC_BULK(request, pas, done, cpu) bitframe_alloc_bulk(&pool, request, pas, done)
#define FREE_BULK(pas, done, cpu)           bitframe_free_bulk(&pool, pas, BULK, 0, done)
#define ALLOC_RANGE(pa, end, cpu)           bitframe_alloc_range(&pool, pa, end)
#define RESERVE(pa, end)                    bitframe_reserve(&pool, pa, (end) - (pa))
#define COUNT()                             count_frames(&pool)
#define INIT()                              bitframe_init(&pool, pool_pa, pool_bytes, metadata, metadata_bytes)
#include "loops.h"

static uint64_t bytes(uint64_t frames, uint32_t cpus)
{
    (void)cpus;
    return BITFRAME_METADATA_BYTES(0, frames * BITFRAME_FRAME_BYTES) + 64;
}

static bool open_pool(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cpus)
{
    bench_declare_platform();
    pool_pa = first_pa;
    pool_bytes = frames * BITFRAME_FRAME_BYTES;
    metadata = memory;
    metadata_bytes = bytes(frames, cpus);
    return INIT() == BITFRAME_OK;
}

static void occupy(uint64_t frames)
{
    (void)bitframe_alloc_range(&pool, pool_pa, pool_pa + frames * BITFRAME_FRAME_BYTES);
}

const struct contender bench_bitframe[] = {
    {
        .name = "bitframe",
        .places = IN_MEMORY,
        .indexed = true,
        .loops = &loops_of_bitframe,
        .empty = &loops_of_empty,
        .bytes = bytes,
        .open = open_pool,
        .occupy = occupy,
    },
    {0},
};
