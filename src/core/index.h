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
 * Write the bitmap and every level above it from scratch: bits [@p first, @p end) free, at least one, all
 * others not, and the cursor at the first.
 */
void bitframe_index_build(struct bitframe *pool, uint64_t first, uint64_t end);

/** Bits [@p first, @p end) of the bitmap, at least one, were cleared: repair the levels above and the cursor.
 */
void bitframe_range_emptied(struct bitframe *pool, uint64_t first, uint64_t end);

#endif
