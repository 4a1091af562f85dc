/* SPDX-License-Identifier: MIT */
/* team_locked_buddy.c - a binary buddy under a ticket lock. */
#include "threads.h"

#define TICKET_RELAX() thread_relax()
#include "ticket.h"

#include "buddy.h"

enum { RUN_ORDER = 9 };

static struct buddy buddy ALONE;
static struct ticket lock;

static inline uint64_t take(unsigned order)
{
    ticket_lock(&lock);
    uint64_t pa = order ? buddy_take_order(&buddy, order) : buddy_take(&buddy);
    ticket_unlock(&lock);
    return pa;
}

static inline uint64_t give_back(uint64_t pa, unsigned order)
{
    ticket_lock(&lock);
    if (order)
        buddy_free_order(&buddy, pa, order);
    else
        buddy_free(&buddy, pa);
    ticket_unlock(&lock);
    return 0; /* it classifies nothing */
}

#define TAKE(self)         take(0)
#define FREE(self, pa)     give_back(pa, 0)
#define TAKE_RUN(self)     take(RUN_ORDER)
#define FREE_RUN(self, pa) give_back(pa, RUN_ORDER)
#include "thread_loops.h"

static uint64_t bytes(uint64_t frames, uint32_t cores)
{
    (void)cores;
    return buddy_bytes(frames);
}

static bool open_buddy(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cores)
{
    (void)cores;
    lock = (struct ticket){0};
    buddy_init(&buddy, memory, first_pa, frames);
    return true;
}

static uint64_t close_buddy(void)
{
    return buddy_is_sound(&buddy) ? buddy.free_frames : 0;
}

const struct team team_locked_buddy = {
    .name = "locked-buddy",
    .allocates = true,
    .loops = LOOPS,
    .bytes = bytes,
    .open = open_buddy,
    .close = close_buddy,
};
