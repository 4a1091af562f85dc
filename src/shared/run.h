/* SPDX-License-Identifier: MIT */
/* run.h - bits of the bitmap that are taken and given back many at a time, and the look for a run. */
#ifndef BITFRAME_SHARED_RUN_H
#define BITFRAME_SHARED_RUN_H

#include "core/request.h"

#include "shared/slots.h"

/**
 * Take bits [@p first, @p end), at least one, if all are set. Index and count are the caller's.
 *
 * @return  NO_BIT if they were taken, or else one that was clear.
 */
uint64_t bitframe_claim_bits(struct bitframe_shared *shared, struct slot *slot, uint64_t first, uint64_t end);

/** Set the bits @p mask of word @p word, and repair the index. Returns what the word was. The count is the
 * caller's. */
uint64_t bitframe_give_to(struct bitframe_shared *shared, uint64_t word, uint64_t mask);

/** Set bits [@p first, @p end), at least one, and count. Returns how many were clear: fewer if another CPU
 * set any. */
uint64_t bitframe_set_range(struct bitframe_shared *shared, struct slot *slot, uint64_t first, uint64_t end);

/** How a run is looked for. */
enum how { BY_LINES, BY_FRAMES, BY_BITMAP };

/**
 * Look for a run once, and take it: whether it could. Where another CPU takes a frame of a run first, no run
 * that holds this frame will do. So the look goes on behind it, and is one pass however many are lost.
 */
bool bitframe_look(struct bitframe_shared *shared, struct slot *slot, const struct wanted *wanted,
                   enum how how, uint64_t *pa);

/** A run, whatever the index says: a pass over the bitmap. Its frame number, or NO_BIT. */
uint64_t bitframe_search_bitmap(const struct bitframe_shared *shared, const struct wanted *wanted);

/** Take a run, whatever that takes. @p pa becomes its first frame's. */
enum bitframe_status bitframe_take_wanted(struct bitframe_shared *shared, struct slot *slot,
                                          const struct wanted *wanted, uint64_t *pa);

#endif
