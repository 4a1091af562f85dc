/* SPDX-License-Identifier: MIT */
/*
 * sharing.h - what the calls do on a shared pool
 *
 * To a pool with one owner all of this costs next to nothing. While a pool is shared its cursor leads to a
 * word that is always 0 and its gap is empty, so that bitframe_take() and bitframe_free() come by where they
 * go when nothing is free or a PA is outside the gap, and only there does anybody ask whether it is shared.
 */
#ifndef BITFRAME_CORE_SHARING_H
#define BITFRAME_CORE_SHARING_H

#include <bitframe/shared.h>

#include "geometry.h"
#include "request.h"

#if BITFRAME_SHARED
static inline bool pool_is_shared(const struct bitframe *pool)
{
    return pool->sharing.cores != 0;
}
#else
#define pool_is_shared(pool) false /* a macro, so that what it guards is compiled away, calls and all */
#endif

/** The core that runs, as far as the platform tells. */
static inline uint32_t this_core(void)
{
    return bitframe_machine.core ? bitframe_machine.core() : 0;
}

/* The calls of <bitframe/bitframe.h> on a shared pool, arguments checked as far as it says here. */

uint64_t bitframe_shared_take(struct bitframe *pool, uint32_t core);
enum bitframe_status bitframe_shared_free(struct bitframe *pool, uint64_t pa, uint32_t core);

/** A line, wherever it is. Its PA; 0 if the index knows of none. */
uint64_t bitframe_shared_take_line(struct bitframe *pool);

/** A run as @p wanted. @p pa becomes its first. */
enum bitframe_status bitframe_shared_take_run(struct bitframe *pool, const struct wanted *wanted,
                                              uint64_t *pa);

enum bitframe_status bitframe_shared_claim(struct bitframe *pool, uint64_t pa, uint64_t frames);
enum bitframe_status bitframe_shared_free_run(struct bitframe *pool, uint64_t pa, uint64_t frames);

/** As many frames as @p wanted, or at least one if @p is_partial. @p taken becomes how many. */
enum bitframe_status bitframe_shared_take_bulk(struct bitframe *pool, const struct wanted *wanted,
                                               bool is_partial, uint64_t *pas, uint64_t *taken);
enum bitframe_status bitframe_shared_free_bulk(struct bitframe *pool, const uint64_t *pas, uint64_t frames,
                                               bool is_partial, uint64_t *freed);

/** Make bits [@p first, @p end), at least one, clear. Returns how many were set. */
uint64_t bitframe_shared_clear(struct bitframe *pool, uint64_t first, uint64_t end);

/**
 * Make a shared pool its caller's for a call that wants it for itself, as bitframe_unshare() but for the
 * storage, which stays the pool's.
 *
 * @return  What bitframe_sharing_resume() needs to know.
 */
uint32_t bitframe_sharing_pause(struct bitframe *pool);
void bitframe_sharing_resume(struct bitframe *pool, uint32_t cores);

#if BITFRAME_SHARED
static inline uint32_t sharing_pause(struct bitframe *pool)
{
    return pool_is_shared(pool) ? bitframe_sharing_pause(pool) : 0;
}

static inline void sharing_resume(struct bitframe *pool, uint32_t cores)
{
    if (cores != 0)
        bitframe_sharing_resume(pool, cores);
}
#else
#define sharing_pause(pool)         0
#define sharing_resume(pool, cores) ((void)(cores))
#endif

#endif
