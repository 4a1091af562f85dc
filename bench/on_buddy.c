/* SPDX-License-Identifier: MIT */
/* on_buddy.c - a binary buddy with free lists: constant cost, some frame, nine bytes a frame. */
#include "buddy.h"

#include "bench.h"

static struct buddy buddy;
static void *lists;

static void take_range(uint64_t frames)
{
    for (uint64_t taken = 0; taken < frames; taken += BUDDY_LARGEST)
        (void)buddy_take_order(&buddy, BUDDY_ORDERS - 1);
}

/* It cannot take a given range: it takes as many frames in its largest blocks. */
#define TAKE()           buddy_take(&buddy)
#define FREE(pa)         buddy_free(&buddy, pa)
#define COUNT()          count_frames(&buddy)
#define RESERVE(pa, end) take_range(((end) - (pa)) / BITFRAME_FRAME_BYTES)
#define TAKE_HUGE()      buddy_take_order(&buddy, 9)
#define FREE_HUGE(pa)    buddy_free_order(&buddy, pa, 9)
#define INIT()           buddy_init(&buddy, lists, buddy.first_pa, buddy.frames)

__attribute__((noinline)) static uint64_t count_frames(const struct buddy *of)
{
    return of->free_frames;
}

#include "loops.h"

static void open_buddy(void *memory, uint64_t first_pa, uint64_t frames)
{
    lists = memory;
    buddy_init(&buddy, memory, first_pa, frames);
}

const struct contender bench_buddy = {
    .name = "buddy",
    .granule = BUDDY_LARGEST,
    .loops = LOOPS,
    .empty = &bench_empty_loops,
    .bytes = buddy_bytes,
    .open = open_buddy,
    .occupy = take_range,
};
