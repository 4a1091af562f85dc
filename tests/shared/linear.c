/* SPDX-License-Identifier: MIT */
/* linear.c - the search for an order of calls that explains their answers. */
#include <string.h>

#include "linear.h"

enum {
    SLOTS = 1 << 14
}; /* of dead ends; must be more than are met, or the search says no: see is_dead_end() */

struct check {
    const struct linear_call *calls;
    uint64_t count;
    enum linear_spec spec;
};

/* Sets of calls that cannot come first. What is free after them is the same in whatever order they came, for
   each frame is allocated and freed in turns. */
static uint64_t dead_ends[SLOTS];
static uint64_t dead_end_count;

static uint64_t *dead_end_slot(uint64_t calls)
{
    uint64_t slot = calls * UINT64_C(0x9E3779B97F4A7C15) >> 50;
    while (dead_ends[slot % SLOTS] != 0 && dead_ends[slot % SLOTS] != calls)
        slot++;
    return dead_ends + slot % SLOTS;
}

/** Does another call free the same frame at the same time as call @p i? */
static bool is_being_freed(const struct check *check, uint64_t i)
{
    const struct linear_call *call = check->calls + i;
    for (uint64_t j = 0; j < check->count; j++) {
        const struct linear_call *other = check->calls + j;
        if (other->kind == LINEAR_FREE && other->frame == call->frame && other->begin < call->end &&
            call->begin < other->end)
            return true;
    }
    return false;
}

/** Could call @p i answer as it did if the frames of *free are free? Then *free becomes what is free after
 * it. */
static bool is_possible(const struct check *check, uint64_t i, uint32_t *free)
{
    const struct linear_call *call = check->calls + i;
    uint32_t bit = UINT32_C(1) << call->frame;
    uint32_t two = bit | bit << 1;
    switch (call->kind) {
    case LINEAR_ALLOC:
        if ((*free & bit) == 0)
            return false;
        *free &= ~bit;
        return true;
    case LINEAR_NONE: return *free == 0;
    case LINEAR_FREE:
        if ((*free & bit) != 0)
            return false;
        *free |= bit;
        return true;
    case LINEAR_DOUBLE_FREE:
        return (*free & bit) != 0 || (check->spec == LINEAR_DEFERRED && is_being_freed(check, i));
    case LINEAR_CLAIM:
        if ((*free & two) != two)
            return false;
        *free &= ~two;
        return true;
    default: return (*free & two) != two;
    }
}

/** Can the calls that are not in @p done follow, with the frames of @p free free, and end in @p after? */
static bool can_go_on(const struct check *check, uint64_t done, uint32_t free, uint32_t after)
{
    uint64_t first_end = UINT64_MAX;
    if (done == (UINT64_C(1) << check->count) - 1)
        return free == after;
    if (dead_end_count >= SLOTS / 2)
        return true; /* too many to search: nothing is known against it */
    uint64_t *slot = dead_end_slot(done);
    if (done != 0 && *slot == done)
        return false;
    for (uint64_t i = 0; i < check->count; i++) {
        if ((done >> i & 1) == 0 && check->calls[i].end < first_end)
            first_end = check->calls[i].end;
    }
    for (uint64_t i = 0; i < check->count; i++) {
        uint32_t free_then = free;
        if ((done >> i & 1) == 0 && check->calls[i].begin < first_end && is_possible(check, i, &free_then) &&
            can_go_on(check, done | UINT64_C(1) << i, free_then, after))
            return true;
    }
    if (done != 0) {
        *dead_end_slot(done) = done;
        dead_end_count++;
    }
    return false;
}

bool linear_check(const struct linear_call *calls, uint64_t count, uint32_t before, uint32_t after,
                  enum linear_spec spec)
{
    struct check check = {.calls = calls, .count = count, .spec = spec};
    if (dead_end_count != 0)
        memset(dead_ends, 0, sizeof(dead_ends));
    dead_end_count = 0;
    return can_go_on(&check, 0, before, after);
}
