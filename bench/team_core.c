/* SPDX-License-Identifier: MIT */
/* team_core.c - a core cache for each worker, over a shared pool. */
#include <bitframe/core.h>

#include "bench.h"
#include "threads.h"

static struct bitframe pool ALONE;
static struct bitframe_core caches[THREADS_MAX];
static uint32_t joined;

static inline uint64_t take(struct bitframe_core *cache)
{
    uint64_t pa = 0;
    (void)bitframe_core_take(&pool, cache, &pa);
    return pa;
}

#define TAKE(self)     take(&caches[(self)->core])
#define FREE(self, pa) bitframe_core_free(&pool, &caches[(self)->core], pa)
#include "thread_loops.h"

static bool open_pool(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cores)
{
    struct bitframe_share_options options = {.policy = BITFRAME_LOCAL, .cores = cores};
    bool done = bench_open_shared(&pool, memory, first_pa, frames, &options);
    for (joined = 0; done && joined < cores; joined++)
        done = bitframe_core_join(&pool, &caches[joined], joined) == BITFRAME_OK;
    return done;
}

static uint64_t close_pool(void)
{
    for (uint32_t core = 0; core < joined; core++)
        bitframe_core_leave(&pool, &caches[core]);
    return bitframe_check(&pool) == BITFRAME_SOUND ? bitframe_free_frames(&pool) : 0;
}

const struct team team_core = {
    .name = "core",
    .allocates = true,
    .loops = LOOPS,
    .bytes = bench_shared_bytes,
    .open = open_pool,
    .close = close_pool,
};
