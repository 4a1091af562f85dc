/* SPDX-License-Identifier: MIT */
/* on_core.c - a core cache over a shared pool, for counts. */
#include <stdlib.h>

#include <bitframe/core.h>

#include "bench.h"

static struct bitframe pool __attribute__((aligned(128)));
static struct bitframe_core cache;
static uint64_t base_pa;

static inline uint64_t take(void)
{
    uint64_t pa = 0;
    (void)bitframe_core_take(&pool, &cache, &pa);
    return pa;
}

#define TAKE()   take()
#define FREE(pa) (void)bitframe_core_free(&pool, &cache, pa)
#include "loops.h"

static uint64_t bytes(uint64_t frames)
{
    return bench_shared_bytes(frames, BENCH_CORES);
}

static void open_pool(void *memory, uint64_t first_pa, uint64_t frames)
{
    struct bitframe_share_options options = {.policy = BITFRAME_LOCAL, .cores = BENCH_CORES};
    base_pa = first_pa;
    if (!bench_open_shared(&pool, memory, first_pa, frames, &options) ||
        bitframe_core_join(&pool, &cache, BENCH_CORE) != BITFRAME_OK)
        abort();
}

static void occupy(uint64_t frames)
{
    (void)bitframe_take_range(&pool, base_pa, base_pa + frames * BITFRAME_FRAME_BYTES);
}

const struct contender bench_core = {
    .name = "core",
    .count_only = true,
    .loops = LOOPS,
    .empty = &bench_empty_core_loops,
    .bytes = bytes,
    .open = open_pool,
    .occupy = occupy,
};
