/* SPDX-License-Identifier: MIT */
/* claim.h - bits of the bitmap that are allocated and freed many at a time. */
#ifndef BITFRAME_SHARED_CLAIM_H
#define BITFRAME_SHARED_CLAIM_H

#include "shared/slots.h"

/**
 * Allocate bits [@p first, @p end), at least one, if all are set. Index and count are the caller's.
 *
 * @return  NO_BIT if they were allocated, or else one that was clear.
 */
uint64_t bitframe_claim_bits(struct bitframe_shared *shared, struct slot *slot, uint64_t first, uint64_t end);

/** The same with index and count. */
uint64_t bitframe_claim_range(struct bitframe_shared *shared, struct slot *slot, uint64_t first,
                              uint64_t end);

/** Set the bits @p mask of word @p word, and repair the index. Returns what the word was. The count is the
 * caller's. */
uint64_t bitframe_give_to(struct bitframe_shared *shared, uint64_t word, uint64_t mask);

/** Set bits [@p first, @p end), at least one, and count. Returns how many were clear: fewer if another CPU
 * set any. */
uint64_t bitframe_set_range(struct bitframe_shared *shared, struct slot *slot, uint64_t first, uint64_t end);

#endif
