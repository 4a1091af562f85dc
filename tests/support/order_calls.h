/* SPDX-License-Identifier: MIT */
/*
 * order_calls.h - runs by either of the calls that answer: a block by the call for its order in every other state
 *
 * Which one it is follows from the count of free frames, so that a trace makes the same calls each time.
 */
#ifndef BITFRAME_TESTS_ORDER_CALLS_H
#define BITFRAME_TESTS_ORDER_CALLS_H

#include <stdbool.h>

#include <bitframe/bitframe.h>
#include <bitframe/shared.h>

enum { NO_ORDER = 64 };

/** The order of blocks of @p frames frames at multiples of @p align bytes; NO_ORDER if no block is meant. */
static inline unsigned order_of(uint64_t frames, uint64_t align)
{
    if ((frames & (frames - 1)) != 0 || align != frames * BITFRAME_FRAME_BYTES)
        return NO_ORDER;
    return (unsigned)__builtin_ctzll(frames);
}

static inline unsigned order_of_request(const struct bitframe_request *request)
{
    if ((request->min_pa | request->max_pa | request->boundary | request->flags) != 0 || request->frames == 0)
        return NO_ORDER;
    return order_of(request->frames, request->align);
}

/** The order of the block of @p frames frames at @p pa. */
static inline unsigned order_at(uint64_t pa, uint64_t frames)
{
    uint64_t bytes = frames * BITFRAME_FRAME_BYTES;
    return frames != 0 && bytes != 0 && pa % bytes == 0 ? order_of(frames, bytes) : NO_ORDER;
}

/** Does the call for an order have its turn, with so many frames free? */
static inline bool order_turn(uint64_t free_frames)
{
    return ((free_frames >> 9 ^ free_frames) & 1) != 0;
}

static inline enum bitframe_status order_answer(uint64_t got, uint64_t *pa)
{
    if (got == 0)
        return BITFRAME_NONE;
    *pa = got;
    return BITFRAME_OK;
}

/** bitframe_alloc_run(), or bitframe_alloc_order() if that answers @p request. */
static inline enum bitframe_status alloc_run_or_order(struct bitframe *pool,
                                                      const struct bitframe_request *request, uint64_t *pa)
{
    unsigned order = order_of_request(request);
    if (order == NO_ORDER || !order_turn(bitframe_get_free_frames(pool)))
        return bitframe_alloc_run(pool, request, pa);
    return order_answer(bitframe_alloc_order(pool, order), pa);
}

/** bitframe_free_run(), or bitframe_free_order() of a block. */
static inline enum bitframe_status free_run_or_order(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    unsigned order = order_at(pa, frames);
    if (order == NO_ORDER || !order_turn(bitframe_get_free_frames(pool)))
        return bitframe_free_run(pool, pa, frames);
    return bitframe_free_order(pool, pa, order);
}

/** The same of a shared pool that one CPU uses. */
static inline enum bitframe_status shared_alloc_run_or_order(struct bitframe_shared *shared,
                                                             const struct bitframe_request *request,
                                                             uint64_t *pa)
{
    unsigned order = order_of_request(request);
    if (order == NO_ORDER || !order_turn(bitframe_shared_get_free_frames(shared)))
        return bitframe_shared_alloc_run(shared, 0, request, pa);
    return order_answer(bitframe_shared_alloc_order(shared, 0, order), pa);
}

static inline enum bitframe_status shared_free_run_or_order(struct bitframe_shared *shared, uint64_t pa,
                                                            uint64_t frames)
{
    unsigned order = order_at(pa, frames);
    if (order == NO_ORDER || !order_turn(bitframe_shared_get_free_frames(shared)))
        return bitframe_shared_free_run(shared, 0, pa, frames);
    return bitframe_shared_free_order(shared, 0, pa, order);
}

#endif
