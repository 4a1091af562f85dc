/* SPDX-License-Identifier: MIT */
/* team_locked.c - a pool with one owner, and that is whoever holds a ticket lock. */
#include "threads.h"

#define TICKET_RELAX() thread_relax()
#include "ticket.h"

#include "bench.h"

static struct bitframe pool ALONE;
static struct ticket lock;

static inline uint64_t take(void)
{
    ticket_lock(&lock);
    uint64_t pa = bitframe_take(&pool);
    ticket_unlock(&lock);
    return pa;
}

static inline enum bitframe_status give_back(uint64_t pa)
{
    ticket_lock(&lock);
    enum bitframe_status status = bitframe_free(&pool, pa);
    ticket_unlock(&lock);
    return status;
}

static inline uint64_t take_run(void)
{
    struct bitframe_request request = {.frames = RUN_FRAMES, .align = RUN_FRAMES * BITFRAME_FRAME_BYTES};
    uint64_t pa = 0;
    ticket_lock(&lock);
    (void)bitframe_take_run(&pool, &request, &pa);
    ticket_unlock(&lock);
    return pa;
}

static inline enum bitframe_status free_run(uint64_t pa)
{
    ticket_lock(&lock);
    enum bitframe_status status = bitframe_free_run(&pool, pa, RUN_FRAMES);
    ticket_unlock(&lock);
    return status;
}

#define TAKE(self)         take()
#define FREE(self, pa)     give_back(pa)
#define TAKE_RUN(self)     take_run()
#define FREE_RUN(self, pa) free_run(pa)
#include "thread_loops.h"

static uint64_t bytes(uint64_t frames, uint32_t cores)
{
    (void)cores;
    return BITFRAME_METADATA_BYTES(0, frames * BITFRAME_FRAME_BYTES) + 64;
}

static bool open_pool(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cores)
{
    bench_declare_platform();
    lock = (struct ticket){0};
    return bitframe_init(&pool, first_pa, frames * BITFRAME_FRAME_BYTES, memory, bytes(frames, cores)) ==
           BITFRAME_OK;
}

static uint64_t close_pool(void)
{
    return bitframe_free_frames(&pool);
}

const struct team team_locked = {
    .name = "locked",
    .allocates = true,
    .loops = LOOPS,
    .bytes = bytes,
    .open = open_pool,
    .close = close_pool,
};
