/* SPDX-License-Identifier: MIT */
/* team_shared.c - a shared pool under either policy. */
#include <bitframe/shared.h>

#include "bench.h"
#include "threads.h"

static struct bitframe pool ALONE;
static struct bitframe_shared *shared; /* of it */

static inline uint64_t take_run(const struct worker *self)
{
    struct bitframe_request request = {.frames = RUN_FRAMES, .align = RUN_FRAMES * BITFRAME_FRAME_BYTES};
    uint64_t pa = 0;
    (void)bitframe_shared_alloc_run(shared, self->core, &request, &pa);
    return pa;
}

#define TAKE(self)         bitframe_shared_alloc(shared, (self)->core)
#define FREE(self, pa)     bitframe_shared_free(shared, (self)->core, pa)
#define TAKE_RUN(self)     take_run(self)
#define FREE_RUN(self, pa) bitframe_shared_free_run(shared, (self)->core, pa, RUN_FRAMES)
#include "thread_loops.h"

static bool open_pool(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cores,
                      enum bitframe_policy policy)
{
    struct bitframe_share_options options = {.policy = policy, .cpus = cores};
    shared = bench_open_shared(&pool, memory, first_pa, frames, &options);
    return shared != NULL;
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
    return bitframe_shared_check(shared) == BITFRAME_SOUND ? bitframe_shared_free_frames(shared) : 0;
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
