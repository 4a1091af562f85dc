/* SPDX-License-Identifier: MIT */
/*
 * huge_calls.h - runs by either of the calls that answer: 2 MiB by the call for huge frames in every other state
 *
 * Which one it is follows from the count of free frames, so that a trace makes the same calls each time.
 */
#ifndef BITFRAME_TESTS_HUGE_CALLS_H
#define BITFRAME_TESTS_HUGE_CALLS_H

#include <stdbool.h>

#include <bitframe/bitframe.h>

static inline bool huge_call_turn(const struct bitframe *pool)
{
    return (bitframe_get_free_frames(pool) >> 9 & 1) != 0;
}

/** bitframe_alloc_run(), or bitframe_alloc_huge() if that answers @p request. */
static inline enum bitframe_status alloc_run_or_huge(struct bitframe *pool,
                                                     const struct bitframe_request *request, uint64_t *pa)
{
    if (request->frames != BITFRAME_HUGE_FRAMES ||
        request->align != BITFRAME_HUGE_FRAMES * BITFRAME_FRAME_BYTES ||
        (request->min_pa | request->max_pa | request->flags) != 0 || !huge_call_turn(pool))
        return bitframe_alloc_run(pool, request, pa);
    uint64_t got = bitframe_alloc_huge(pool);
    if (got == 0)
        return BITFRAME_NONE;
    *pa = got;
    return BITFRAME_OK;
}

/** bitframe_free_run(), or bitframe_free_huge() of a huge frame. */
static inline enum bitframe_status free_run_or_huge(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    if (frames == BITFRAME_HUGE_FRAMES && pa % (BITFRAME_HUGE_FRAMES * BITFRAME_FRAME_BYTES) == 0 &&
        huge_call_turn(pool))
        return bitframe_free_huge(pool, pa);
    return bitframe_free_run(pool, pa, frames);
}

#endif
