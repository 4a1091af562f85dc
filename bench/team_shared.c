/* SPDX-License-Identifier: MIT */
/* team_shared.c - a shared pool under either policy. */
#include <bitframe/shared.h>

#include "bench.h"
#include "threads.h"

static struct bitframe pool ALONE;

static inline uint64_t take_run(void)
{
    struct bitframe_request request = {.frames = RUN_FRAMES, .align = RUN_FRAMES * BITFRAME_FRAME_BYTES};
    uint64_t pa = 0;
    (void)bitframe_take_run(&pool, &request, &pa);
    return pa;
}

#define TAKE(self)         bitframe_take_on(&pool, (self)->core)
#define FREE(self, pa)     bitframe_free_on(&pool, pa, (self)->core)
#define TAKE_RUN(self)     take_run()
#define FREE_RUN(self, pa) bitframe_free_run(&pool, pa, RUN_FRAMES)
#include "thread_loops.h"

static bool open_pool(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cores,
                      enum bitframe_policy policy)
{
    struct bitframe_share_options options = {.policy = policy, .cores = cores};
    return bench_open_shared(&pool, memory, first_pa, frames, &options);
}

static bool open_local(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cores)
{
    return open_pool(memory, first_pa, frames, cores, BITFRAME_LOCAL);
}

static bool open_lowest(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cores)
{
    return open_pool(memory, first_pa, frames, cores, BITFRAME_LOWEST);
}

static uint64_t close_pool(void)
{
    return bitframe_check(&pool) == BITFRAME_SOUND ? bitframe_free_frames(&pool) : 0;
}

const struct team team_local = {
    .name = "local",
    .allocates = true,
    .loops = LOOPS,
    .bytes = bench_shared_bytes,
    .open = open_local,
    .close = close_pool,
};

const struct team team_lowest = {
    .name = "lowest",
    .allocates = true,
    .loops = LOOPS,
    .bytes = bench_shared_bytes,
    .open = open_lowest,
    .close = close_pool,
};
