/* SPDX-License-Identifier: MIT */
/* buddy.c - a plain binary buddy allocator. */
#include "buddy.h"

#include <string.h>

#include <bitframe/bitframe.h>

static const uint32_t none = UINT32_MAX;

static inline void push(struct buddy *buddy, uint32_t frame, unsigned order)
{
    uint32_t first = buddy->head[order];
    buddy->next[frame] = first;
    buddy->prev[frame] = none;
    if (first != none)
        buddy->prev[first] = frame;
    buddy->head[order] = frame;
    buddy->order[frame] = (uint8_t)(order + 1);
}

static inline void unlink_block(struct buddy *buddy, uint32_t frame, unsigned order)
{
    uint32_t next = buddy->next[frame];
    uint32_t prev = buddy->prev[frame];
    if (prev != none)
        buddy->next[prev] = next;
    else
        buddy->head[order] = next;
    if (next != none)
        buddy->prev[next] = prev;
    buddy->order[frame] = 0;
}

uint64_t buddy_bytes(uint64_t frames)
{
    return frames * (2 * sizeof(uint32_t) + 1);
}

void buddy_init(struct buddy *buddy, void *memory, uint64_t first_pa, uint64_t frames)
{
    buddy->next = memory;
    buddy->prev = buddy->next + frames;
    buddy->order = (uint8_t *)(buddy->prev + frames);
    buddy->first_pa = first_pa;
    buddy->frames = frames;
    buddy->free_frames = frames;
    for (unsigned order = 0; order < BUDDY_ORDERS; order++)
        buddy->head[order] = none;
    memset(buddy->order, 0, frames);
    for (uint64_t frame = frames; frame != 0;) {
        frame -= BUDDY_LARGEST;
        push(buddy, (uint32_t)frame, BUDDY_ORDERS - 1);
    }
}

static inline uint64_t alloc_order(struct buddy *buddy, unsigned order)
{
    unsigned found = order;
    while (buddy->head[found] == none) {
        if (++found == BUDDY_ORDERS)
            return 0;
    }
    uint32_t frame = buddy->head[found];
    unlink_block(buddy, frame, found);
    while (found > order) {
        found--;
        push(buddy, frame + (UINT32_C(1) << found), found);
    }
    buddy->free_frames -= UINT64_C(1) << order;
    return buddy->first_pa + frame * BITFRAME_FRAME_BYTES;
}

uint64_t buddy_alloc(struct buddy *buddy)
{
    return alloc_order(buddy, 0);
}

uint64_t buddy_alloc_order(struct buddy *buddy, unsigned order)
{
    return alloc_order(buddy, order);
}

static inline void free_order(struct buddy *buddy, uint64_t pa, unsigned order)
{
    uint32_t frame = (uint32_t)((pa - buddy->first_pa) / BITFRAME_FRAME_BYTES);
    buddy->free_frames += UINT64_C(1) << order;
    for (; order < BUDDY_ORDERS - 1; order++) {
        uint32_t other = frame ^ UINT32_C(1) << order;
        if (buddy->order[other] != order + 1)
            break;
        unlink_block(buddy, other, order);
        frame &= other;
    }
    push(buddy, frame, order);
}

void buddy_free(struct buddy *buddy, uint64_t pa)
{
    free_order(buddy, pa, 0);
}

void buddy_free_order(struct buddy *buddy, uint64_t pa, unsigned order)
{
    free_order(buddy, pa, order);
}

/** Frames on the list of @p order, or UINT64_MAX if the list is broken. */
static uint64_t list_frames(const struct buddy *buddy, unsigned order)
{
    uint64_t frames = 0;
    uint32_t prev = none;
    for (uint32_t at = buddy->head[order]; at != none; at = buddy->next[at]) {
        uint32_t mask = (UINT32_C(1) << order) - 1;
        if (at >= buddy->frames || (at & mask) || buddy->prev[at] != prev || buddy->order[at] != order + 1)
            return UINT64_MAX;
        if (order < BUDDY_ORDERS - 1 && buddy->order[at ^ (mask + 1)] == order + 1)
            return UINT64_MAX;
        frames += mask + 1;
        if (frames > buddy->frames)
            return UINT64_MAX;
        prev = at;
    }
    return frames;
}

bool buddy_is_sound(const struct buddy *buddy)
{
    uint64_t listed = 0;
    for (unsigned order = 0; order < BUDDY_ORDERS; order++) {
        uint64_t frames = list_frames(buddy, order);
        if (frames == UINT64_MAX)
            return false;
        listed += frames;
    }
    uint64_t begun = 0;
    for (uint64_t frame = 0; frame < buddy->frames;) {
        unsigned order = buddy->order[frame];
        uint64_t frames = order ? UINT64_C(1) << (order - 1) : 1;
        if (order)
            begun += frames;
        for (uint64_t i = 1; i < frames; i++) {
            if (buddy->order[frame + i])
                return false;
        }
        frame += frames;
    }
    return listed == begun && listed == buddy->free_frames;
}
