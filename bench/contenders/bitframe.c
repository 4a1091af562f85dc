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

static uint64_t bytes(uint64_t frames)
{
    return BITFRAME_METADATA_BYTES(0, frames * BITFRAME_FRAME_BYTES) + 64;
}

static bool open_pool(const struct bench_memory *memory)
{
    bench_declare_platform();
    pool_pa = memory->first_pa;
    pool_bytes = memory->frames * BITFRAME_FRAME_BYTES;
    metadata = memory->metadata;
    metadata_bytes = bytes(memory->frames);
    return INIT() == BITFRAME_OK;
}

static void occupy(uint64_t frames)
{
    (void)bitframe_alloc_range(&pool, pool_pa, pool_pa + frames * BITFRAME_FRAME_BYTES);
}

const struct contender bench_bitframe[] = {
    {"bitframe", IN_MEMORY, &loops_of_bitframe, &loops_of_empty, bytes, open_pool, occupy, .indexed = true},
    {0},
};
