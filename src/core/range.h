/* SPDX-License-Identifier: MIT */
/* range.h - what must follow when many frames become free or allocated. */
#ifndef BITFRAME_CORE_RANGE_H
#define BITFRAME_CORE_RANGE_H

#include "layout/tables.h"

/**
 * Set bits among [@p bit, @p end) of the bitmap, by the index where it knows: a word of free huge frames
 * tells of as many frames as 512 words of the bitmap.
 */
uint64_t bitframe_count_free(const struct bitframe *pool, uint64_t bit, uint64_t end);

/** Clear all bits of every level but the bitmap, which the caller writes, and park the cursor. */
void bitframe_index_clear(struct bitframe *pool);

/** Make bits [@p first, @p end), at least one, clear, whatever they were. Returns how many were set. */
uint64_t bitframe_clear_frames(struct bitframe *pool, uint64_t first, uint64_t end);

/** Make bits [@p first, @p end), at least one and all clear, set. */
void bitframe_set_frames(struct bitframe *pool, uint64_t first, uint64_t end);

#endif
