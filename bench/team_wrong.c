/* SPDX-License-Identifier: MIT */
/* team_wrong.c - hands out every frame again after a while, and must be caught at it. */
#include "threads.h"

enum { AGAIN = 100 };

static uint64_t base_pa;
static uint64_t all_frames;
static struct line {
    uint64_t taken;
} ALONE lines[THREADS_MAX];

static inline uint64_t take(uint32_t core)
{
    return base_pa + (core * AGAIN + lines[core].taken++ % AGAIN) * RUN_FRAMES * BITFRAME_FRAME_BYTES;
}

#define TAKE(self)     take((self)->core)
#define FREE(self, pa) ((void)(pa), 0)
#include "thread_loops.h"

static uint64_t bytes(uint64_t frames, uint32_t cores)
{
    (void)frames;
    (void)cores;
    return 1;
}

static bool open_wrong(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cores)
{
    (void)memory;
    (void)cores;
    base_pa = first_pa;
    all_frames = frames;
    return true;
}

static uint64_t close_wrong(void)
{
    return all_frames;
}

const struct team team_wrong = {
    .name = "wrong",
    .allocates = true,
    .loops = LOOPS,
    .bytes = bytes,
    .open = open_wrong,
    .close = close_wrong,
};
