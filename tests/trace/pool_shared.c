/* SPDX-License-Identifier: MIT */
/*
 * pool_shared.c - the calls of a trace on a pool that is shared now and then
 *
 * While it is, the calls are those of the shared pool, by its one CPU that calls, and what is the owner's is
 * done with exclusive access.
 */
#include <bitframe/adopt.h>
#include <bitframe/bulk.h>
#include <bitframe/check.h>

#include <stddef.h>

#include "core/owner.h"
#include "order_calls.h"
#include "pool_trace.h"
#include "shared/slots.h"

/** What shares @p pool, which is shared: its cursor leads there. */
static struct bitframe_shared *shared_of(const struct bitframe *pool)
{
    uintptr_t always_zero = (uintptr_t)pool_word(pool, pool->cursor);
    return (struct bitframe_shared *)(always_zero - offsetof(struct bitframe_shared, always_zero));
}

static uint64_t alloc(struct bitframe *pool)
{
    return pool_is_lent(pool) ? bitframe_shared_alloc(shared_of(pool), 0) : bitframe_alloc(pool);
}

static enum bitframe_status free_one(struct bitframe *pool, uint64_t pa)
{
    return pool_is_lent(pool) ? bitframe_shared_free(shared_of(pool), 0, pa) : bitframe_free(pool, pa);
}

static enum bitframe_status alloc_run(struct bitframe *pool, const struct bitframe_request *request,
                                      uint64_t *pa)
{
    return pool_is_lent(pool) ? shared_alloc_run_or_order(shared_of(pool), request, pa)
                              : alloc_run_or_order(pool, request, pa);
}

static enum bitframe_status claim(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    return pool_is_lent(pool) ? bitframe_shared_alloc_at(shared_of(pool), 0, pa, frames)
                              : bitframe_alloc_at(pool, pa, frames);
}

static enum bitframe_status free_run(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    return pool_is_lent(pool) ? shared_free_run_or_order(shared_of(pool), pa, frames)
                              : free_run_or_order(pool, pa, frames);
}

static enum bitframe_status alloc_bulk(struct bitframe *pool, const struct bitframe_request *request,
                                       uint64_t *pas, uint64_t *allocated)
{
    return pool_is_lent(pool) ? bitframe_shared_alloc_bulk(shared_of(pool), 0, request, pas, allocated)
                              : bitframe_alloc_bulk(pool, request, pas, allocated);
}

static enum bitframe_status free_bulk(struct bitframe *pool, const uint64_t *pas, uint64_t frames,
                                      uint32_t flags, uint64_t *freed)
{
    return pool_is_lent(pool) ? bitframe_shared_free_bulk(shared_of(pool), 0, pas, frames, flags, freed)
                              : bitframe_free_bulk(pool, pas, frames, flags, freed);
}

static uint64_t alloc_range(struct bitframe *pool, uint64_t first_pa, uint64_t end_pa)
{
    return pool_is_lent(pool) ? bitframe_shared_alloc_range(shared_of(pool), 0, first_pa, end_pa)
                              : bitframe_alloc_range(pool, first_pa, end_pa);
}

/** Begin what needs exclusive access, if @p pool is shared. Null if it is not. */
static struct bitframe_shared *begin_exclusive(struct bitframe *pool)
{
    struct bitframe_shared *shared = pool_is_lent(pool) ? shared_of(pool) : NULL;
    if (shared)
        (void)bitframe_shared_begin_exclusive(shared);
    return shared;
}

static enum bitframe_status end_exclusive(struct bitframe_shared *shared, enum bitframe_status status)
{
    if (shared)
        bitframe_shared_end_exclusive(shared);
    return status;
}

static enum bitframe_status reserve(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    struct bitframe_shared *shared = begin_exclusive(pool);
    return end_exclusive(shared, bitframe_reserve(pool, pa, bytes));
}

static enum bitframe_status unreserve(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    struct bitframe_shared *shared = begin_exclusive(pool);
    return end_exclusive(shared, bitframe_unreserve(pool, pa, bytes));
}

static uint64_t free_frames(const struct bitframe *pool)
{
    return pool_is_lent(pool) ? bitframe_shared_get_free_frames(shared_of(pool))
                              : bitframe_get_free_frames(pool);
}

static enum bitframe_invariant check(const struct bitframe *pool)
{
    return pool_is_lent(pool) ? bitframe_shared_check(shared_of(pool)) : bitframe_check(pool);
}

static enum bitframe_status share(struct bitframe *pool, const struct bitframe_share_options *options,
                                  void *storage, uint64_t bytes)
{
    struct bitframe_shared *shared = NULL;
    enum bitframe_status status = bitframe_share(&shared, pool, options, storage, bytes);
    return (status == BITFRAME_OK) == (shared != NULL) ? status : BITFRAME_MALFORMED; /* which none expects */
}

static void unshare(struct bitframe *pool)
{
    (void)begin_exclusive(pool);
}

const struct pool_subject pool_subject_shared = {
    .calls =
        {
            .init_map = bitframe_init_map,
            .adopt = bitframe_adopt,
            .alloc = alloc,
            .free = free_one,
            .alloc_run = alloc_run,
            .claim = claim,
            .free_run = free_run,
            .alloc_bulk = alloc_bulk,
            .free_bulk = free_bulk,
            .alloc_range = alloc_range,
            .reserve = reserve,
            .unreserve = unreserve,
            .free_frames = free_frames,
            .check = check,
            .share = share,
            .unshare = unshare,
        },
    .shape = POOL_MIXED,
};
