/* SPDX-License-Identifier: MIT */
/* locked.c - a pool with one owner and a binary buddy, each used by several threads under a ticket lock. */
#include "../buddy.h"

#include "bench.h"

#define TICKET_RELAX() bench_relax()
#include "../ticket.h"

enum { HUGE_ORDER = 9 };

static struct bitframe pool ALONE;
static struct buddy buddy ALONE;
static struct ticket lock; /* only one contender is open at a time */

/* A function that makes a call while it holds the lock, and returns what the call answers. */
#define LOCKED(answer, name, parameters, call)                                                               \
    static inline answer name parameters                                                                     \
    {                                                                                                        \
        ticket_lock(&lock);                                                                                  \
        answer result = call;                                                                                \
        ticket_unlock(&lock);                                                                                \
        return result;                                                                                       \
    }

LOCKED(uint64_t, pool_alloc, (void), bitframe_alloc(&pool))
LOCKED(enum bitframe_status, pool_free, (uint64_t pa), bitframe_free(&pool, pa))
LOCKED(uint64_t, pool_alloc_huge, (void), bitframe_alloc_huge(&pool))
LOCKED(enum bitframe_status, pool_free_huge, (uint64_t pa), bitframe_free_huge(&pool, pa))

/* The buddy refuses nothing. */
LOCKED(uint64_t, locked_buddy_alloc, (void), buddy_alloc(&buddy))
LOCKED(int, buddy_release, (uint64_t pa), (buddy_free(&buddy, pa), 0))
LOCKED(uint64_t, buddy_alloc_huge, (void), buddy_alloc_order(&buddy, HUGE_ORDER))
LOCKED(int, buddy_release_huge, (uint64_t pa), (buddy_free_order(&buddy, pa, HUGE_ORDER), 0))

#define CONTENDER          locked
#define ALLOC(cpu)         pool_alloc()
#define FREE(pa, cpu)      pool_free(pa)
#define ALLOC_HUGE(cpu)    pool_alloc_huge()
#define FREE_HUGE(pa, cpu) pool_free_huge(pa)
#include "loops.h"
#include "no_calls.h"

#define CONTENDER          locked_buddy
#define ALLOC(cpu)         locked_buddy_alloc()
#define FREE(pa, cpu)      buddy_release(pa)
#define ALLOC_HUGE(cpu)    buddy_alloc_huge()
#define FREE_HUGE(pa, cpu) buddy_release_huge(pa)
#include "loops.h"

static uint64_t pool_bytes(uint64_t frames)
{
    return BITFRAME_METADATA_BYTES(0, frames * BITFRAME_FRAME_BYTES) + 64;
}

static bool open_pool(const struct bench_memory *memory)
{
    bench_declare_platform();
    lock = (struct ticket){0};
    return bitframe_init(&pool, memory->first_pa, memory->frames * BITFRAME_FRAME_BYTES, memory->metadata,
                         pool_bytes(memory->frames)) == BITFRAME_OK;
}

static uint64_t close_pool(void)
{
    return bitframe_get_free_frames(&pool);
}

static bool open_buddy(const struct bench_memory *memory)
{
    lock = (struct ticket){0};
    buddy_init(&buddy, memory->metadata, memory->first_pa, memory->frames);
    return true;
}

static uint64_t close_buddy(void)
{
    return buddy_is_sound(&buddy) ? buddy.free_frames : 0;
}

#define ROW(text, of, bytes, open, close)                                                                    \
    {                                                                                                        \
        text, 0, &loops_of_##of, NULL, bytes, open, NULL, close, .allocates = true                           \
    }

const struct contender bench_locked[] = {
    ROW("locked", locked, pool_bytes, open_pool, close_pool),
    ROW("locked-buddy", locked_buddy, buddy_bytes, open_buddy, close_buddy),
    {0},
};
