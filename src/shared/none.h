/* SPDX-License-Identifier: MIT */
/*
 * none.h - when a shared pool has nothing that answers a request, and how it remembers that
 *
 * That nothing answers a request stays so until a free ends: takes only make it truer. So a refusal is noted
 * with the sum of all frees that it was found for, and while the sum is the same the next such request is
 * refused without a look at the bitmap. docs/concurrency.md has the proof.
 *
 * A record holds several words. Its turn is odd while a call writes it. A second writer leaves such a record
 * alone, and a reader takes it for none, so no call waits. A CPU that stops there leaves one record out of
 * use.
 */
#ifndef BITFRAME_SHARED_NONE_H
#define BITFRAME_SHARED_NONE_H

#include "layout/request.h"

#include "shared/slots.h"

/** May any refusal hold still? If not, there is no need for a sum. */
static inline bool has_refusals(const struct bitframe_shared *shared)
{
    return atomic_load_relaxed(&shared->refusals.live) != 0;
}

/** A request for @p wanted->frames frames that need not be in a row. */
static inline struct wanted scattered(const struct wanted *wanted)
{
    return wanted_as(wanted, wanted->frames, 0);
}

/** Was a request that asks for no more than @p wanted refused for @p sum? */
bool bitframe_is_refused(struct bitframe_shared *shared, const struct wanted *wanted, uint64_t sum);

/** Nothing answered @p wanted at a moment when the sum of frees was @p sum. */
void bitframe_refuse(struct bitframe_shared *shared, const struct wanted *wanted, uint64_t sum);

/** Was a request that asks for no more than @p wanted refused, and has nothing been freed since? */
static inline bool is_refused_still(struct bitframe_shared *shared, const struct wanted *wanted)
{
    return has_refusals(shared) && bitframe_is_refused(shared, wanted, bitframe_sum_of_frees(shared));
}

/**
 * The index knows of no run that @p wanted allows. Take one after all, or find that there is none.
 *
 * @param pa  Becomes the PA of the run.
 *
 * @retval BITFRAME_OK    It was allocated and counted.
 * @retval BITFRAME_NONE  At some instant of the call there was none.
 * @retval BITFRAME_BUSY  During each of LOOKS looks frames were freed: by another CPU, or by this call,
 * which had claimed a part of a run that another CPU had the rest of.
 */
enum bitframe_status bitframe_alloc_by_scan(struct bitframe_shared *shared, struct slot *slot,
                                            const struct wanted *wanted, uint64_t *pa);

/** The index did not know of the frames at @p pa: set what bits are missing above others like them. */
void bitframe_mend(struct bitframe *pool, uint64_t pa, uint64_t frames);

/** Allocate a run, whatever that takes. @p pa becomes its first frame's. */
enum bitframe_status bitframe_alloc_wanted(struct bitframe_shared *shared, struct slot *slot,
                                           const struct wanted *wanted, uint64_t *pa);

#endif
