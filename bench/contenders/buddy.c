/* SPDX-License-Identifier: MIT */
/* buddy.c - a binary buddy with free lists: constant cost, some frame, nine bytes a frame. */
#include "../buddy.h"

#include "bench.h"

static struct buddy buddy;
static void *lists;

/* It cannot allocate a given range: it allocates as many frames in its largest blocks. */
static void alloc_blocks(uint64_t frames)
{
    for (uint64_t done = 0; done < frames; done += BUDDY_LARGEST)
        (void)buddy_alloc_order(&buddy, BUDDY_ORDERS - 1);
}

__attribute__((noinline)) static uint64_t count_frames(const struct buddy *of)
{
    return of->free_frames;
}

#define CONTENDER          buddy
#define ALLOC(cpu)         buddy_alloc(&buddy)
#define FREE(pa, cpu)      (buddy_free(&buddy, pa), 0)
#define ALLOC_HUGE(cpu)    buddy_alloc_order(&buddy, 9)
#define FREE_HUGE(pa, cpu) (buddy_free_order(&buddy, pa, 9), 0)
#define RESERVE(pa, end)   alloc_blocks(((end) - (pa)) / BITFRAME_FRAME_BYTES)
#define COUNT()            count_frames(&buddy)
#define INIT()             buddy_init(&buddy, lists, buddy.first_pa, buddy.frames)
#include "loops.h"

static bool open_buddy(const struct bench_memory *memory)
{
    lists = memory->metadata;
    buddy_init(&buddy, lists, memory->first_pa, memory->frames);
    return true;
}

const struct contender bench_buddy[] = {
    {"buddy", IN_MEMORY, &loops_of_buddy, &loops_of_empty, buddy_bytes, open_buddy, alloc_blocks,
     .granule = BUDDY_LARGEST},
    {0},
};
