/* SPDX-License-Identifier: MIT */
/*
 * refusals.h - requests that a shared pool has refused, and that cannot be met until another frame is given
 * back
 *
 * That nothing answers a request stays so until a free ends: takes only make it truer. So a refusal is noted
 * with the sum of all frees that it was found for, and while the sum is the same the next such request is
 * refused without a look at the bitmap. docs/concurrency.md has the proof.
 *
 * A record holds several words. Its turn is odd while a call writes it. A second writer leaves such a record
 * alone, and a reader takes it for none, so no call waits. A CPU that stops there leaves one record out of
 * use.
 */
#ifndef BITFRAME_CORE_REFUSALS_H
#define BITFRAME_CORE_REFUSALS_H

#include "atomic.h"
#include "request.h"

enum { REFUSALS = 8 };

/** A request and the sum of frees that it was refused for, on a cache line of its own. */
struct refusal {
    uint64_t turn; /* odd while the record is written */
    uint64_t sum;
    uint64_t frames;
    uint64_t align; /* 0: of frames that need not be in a row */
    uint64_t first;
    uint64_t end;
    uint64_t unused[2];
};

/** At the start of a shared pool's storage. */
struct refusals {
    uint64_t live; /* a bit per record: its sum may be the present one */
    uint64_t next; /* the record, modulo their number, to be written where all are live: a hint */
    uint64_t unused[14];
    struct refusal record[REFUSALS];
};

_Static_assert(sizeof(struct refusals) == 640, "BITFRAME_SHARE_BYTES() says so");

static inline struct refusals *pool_refusals(const struct bitframe *pool)
{
    return (struct refusals *)(void *)pool_word(pool, pool->sharing.refusals);
}

/** May any refusal hold still? If not, there is no need for a sum. */
static inline bool has_refusals(const struct bitframe *pool)
{
    return atomic_peek(&pool_refusals(pool)->live) != 0;
}

/** A request for @p wanted->frames frames that need not be in a row. */
static inline struct wanted scattered(const struct wanted *wanted)
{
    return wanted_as(wanted, wanted->frames, 0);
}

/** Was a request that asks for no more than @p wanted refused for @p sum? */
bool bitframe_is_refused(struct bitframe *pool, const struct wanted *wanted, uint64_t sum);

/** Nothing answered @p wanted at a moment when the sum of frees was @p sum. */
void bitframe_refuse(struct bitframe *pool, const struct wanted *wanted, uint64_t sum);

#endif
