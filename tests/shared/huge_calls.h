/* SPDX-License-Identifier: MIT */
/*
 * huge_calls.h - runs of a shared pool, a huge frame by its own call
 *
 * bitframe_shared_alloc_huge() does not tell BITFRAME_NONE from BITFRAME_BUSY; what it calls does.
 */
#ifndef BITFRAME_TESTS_SHARED_HUGE_CALLS_H
#define BITFRAME_TESTS_SHARED_HUGE_CALLS_H

#include <bitframe/shared.h>

#include "shared/huge.h"

#define HUGE_FRAME_BYTES (BITFRAME_HUGE_FRAMES * BITFRAME_FRAME_BYTES)

static inline enum bitframe_status shared_alloc_run(struct bitframe_shared *shared, uint32_t cpu,
                                                    const struct bitframe_request *request, uint64_t *pa)
{
    if (request->frames == BITFRAME_HUGE_FRAMES && request->align == HUGE_FRAME_BYTES &&
        (request->min_pa | request->max_pa | request->boundary | request->flags) == 0)
        return bitframe_claim_huge(shared, slot_of(shared, cpu), pa);
    return bitframe_shared_alloc_run(shared, cpu, request, pa);
}

static inline enum bitframe_status shared_free_run(struct bitframe_shared *shared, uint32_t cpu, uint64_t pa,
                                                   uint64_t frames)
{
    if (frames == BITFRAME_HUGE_FRAMES && pa % HUGE_FRAME_BYTES == 0)
        return bitframe_shared_free_huge(shared, cpu, pa);
    return bitframe_shared_free_run(shared, cpu, pa, frames);
}

#endif
