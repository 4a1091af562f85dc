/* SPDX-License-Identifier: MIT */
/* index.h - the levels above the bitmap, rebuilt over ranges. The per-frame steps are in pool.h. */
#ifndef BITFRAME_CORE_INDEX_H
#define BITFRAME_CORE_INDEX_H

#include <bitframe/bitframe.h>

/** Words in the level above one of @p words words. */
static inline uint64_t words_above(uint64_t words)
{
    return (words + 63) / 64;
}

/**
 * Set a pool's geometry: frames [@p first, @p end) by number, at least one, over @p metadata. Says nothing of
 * what is free: a bitmap and index of zeros, bitframe_index_build() or both follow.
 */
void bitframe_lay_out(struct bitframe *pool, uint64_t first, uint64_t end, uint64_t *metadata);

/**
 * Write the bitmap and every level above it from scratch: bits [@p first, @p end) free, at least one, all
 * others not, and the cursor at the first.
 */
void bitframe_index_build(struct bitframe *pool, uint64_t first, uint64_t end);

/** Bits [@p first, @p end) of the bitmap, at least one, were cleared: repair the levels above and the cursor.
 */
void bitframe_range_emptied(struct bitframe *pool, uint64_t first, uint64_t end);

#endif
