/* SPDX-License-Identifier: MIT */
/*
 * shared.c - a shared pool under either policy, as one CPU sees it and on several threads
 *
 * Every call of <bitframe/shared.h> that the benchmarks make is in this file.
 */
#include <bitframe/check.h>
#include <bitframe/shared.h>

#include "bench.h"

static struct {
    uint64_t first_pa;
    struct bitframe_shared *shared;
    struct bitframe pool ALONE;
} own;

__attribute__((noinline)) static uint64_t count_frames(const struct bitframe_shared *of)
{
    return bitframe_shared_get_free_frames(of);
}

#define CONTENDER                           shared
#define ALLOC(cpu)                          bitframe_shared_alloc(own.shared, cpu)
#define FREE(pa, cpu)                       bitframe_shared_free(own.shared, cpu, pa)
#define ALLOC_RUN(request, pa, cpu)         bitframe_shared_alloc_run(own.shared, cpu, request, pa)
#define ALLOC_HUGE(cpu)                     bitframe_shared_alloc_huge(own.shared, cpu)
#define FREE_HUGE(pa, cpu)                  bitframe_shared_free_huge(own.shared, cpu, pa)
#define ALLOC_BULK(request, pas, done, cpu) bitframe_shared_alloc_bulk(own.shared, cpu, request, pas, done)
#define FREE_BULK(pas, done, cpu)           bitframe_shared_free_bulk(own.shared, cpu, pas, BULK, 0, done)
#define ALLOC_RANGE(pa, end, cpu)           bitframe_shared_alloc_range(own.shared, cpu, pa, end)
#define COUNT()                             count_frames(own.shared)
#include "loops.h"

/** Where the storage of the CPUs begins: behind the metadata. */
static uint64_t storage_at(uint64_t frames)
{
    uint64_t bytes = BITFRAME_METADATA_BYTES(0, frames * BITFRAME_FRAME_BYTES) + 64;
    return (bytes + BITFRAME_SHARE_ALIGN - 1) / BITFRAME_SHARE_ALIGN * BITFRAME_SHARE_ALIGN;
}

/* A range that begins within a group touches one more than is counted here. */
static uint64_t storage_bytes(uint64_t frames)
{
    return BITFRAME_SHARE_BYTES(THREADS_MAX, BITFRAME_BITMAP_WORDS(0, frames * BITFRAME_FRAME_BYTES) + 64);
}

static uint64_t bytes(uint64_t frames)
{
    return storage_at(frames) + storage_bytes(frames);
}

static bool open_pool(const struct bench_memory *memory, enum bitframe_policy policy)
{
    struct bitframe_share_options options = {.policy = policy, .cpus = memory->cpus};
    uint64_t at = storage_at(memory->frames);
    bench_declare_platform();
    own.first_pa = memory->first_pa;
    return bitframe_init(&own.pool, memory->first_pa, memory->frames * BITFRAME_FRAME_BYTES, memory->metadata,
                         at) == BITFRAME_OK &&
           bitframe_share(&own.shared, &own.pool, &options, (char *)memory->metadata + at,
                          storage_bytes(memory->frames)) == BITFRAME_OK;
}

static bool open_local(const struct bench_memory *memory)
{
    return open_pool(memory, BITFRAME_LOCAL);
}

static bool open_lowest(const struct bench_memory *memory)
{
    return open_pool(memory, BITFRAME_LOWEST);
}

static void occupy(uint64_t frames)
{
    (void)bitframe_shared_alloc_range(own.shared, BENCH_CPU, own.first_pa,
                                      own.first_pa + frames * BITFRAME_FRAME_BYTES);
}

static uint64_t close_pool(void)
{
    return bitframe_shared_check(own.shared) == BITFRAME_SOUND ? bitframe_shared_get_free_frames(own.shared)
                                                               : 0;
}

#define ROW(text, open)                                                                                      \
    {                                                                                                        \
        text, IN_MEMORY, &loops_of_shared, &loops_of_empty_shared, bytes, open, occupy, close_pool,          \
            .shared = true, .indexed = true, .allocates = true                                               \
    }

const struct contender bench_shared[] = {
    ROW("shared-local", open_local),
    ROW("shared-lowest", open_lowest),
    {0},
};
