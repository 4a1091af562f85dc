/* SPDX-License-Identifier: MIT */
/*
 * owner.h - does the pool belong to its owner right now?
 *
 * An owner may lend the pool to calls that keep counts of their own. A pool that is lent has the count
 * FRAMES_LENT, its window is empty, and its cursor leads to a word that is 0. So the calls that hand out and
 * take back single frames find out for nothing: they end in their slow paths, and only these ask.
 */
#ifndef BITFRAME_CORE_OWNER_H
#define BITFRAME_CORE_OWNER_H

#include <stdbool.h>

#include "base/platform.h"

/** free_frames of a pool that is lent: more than any pool has. */
#define FRAMES_LENT UINT64_MAX

static inline bool pool_is_lent(const struct bitframe *pool)
{
    return pool->free_frames >> 63 != 0;
}

/** Say that a call of the owner's came while the pool is lent. */
_Noreturn void bitframe_panic_lent(void);

/** In each call that changes a pool, on the way that all calls of its kind come by: two instructions. */
static inline void check_owner(const struct bitframe *pool)
{
    if (pool_is_lent(pool))
        bitframe_panic_lent();
}

#endif
