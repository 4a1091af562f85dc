/* SPDX-License-Identifier: MIT */
/* index.h - what must follow when frames become free or taken, many at a time. The single steps are in
 * pool.h. */
#ifndef BITFRAME_CORE_INDEX_H
#define BITFRAME_CORE_INDEX_H

#include "geometry.h"

/** Set bits among [@p first, @p end) of the bitmap at @p words. */
uint64_t bitframe_count_range(const uint64_t *words, uint64_t first, uint64_t end);

/** Free frames of [@p first, @p end), frame numbers in one segment, by the bitmap alone. */
static inline uint64_t count_free(const struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint64_t bit = pool_bit(pool, first);
    return bitframe_count_range(levels_at(pool, &pool->frames, 0), bit, bit + (end - first));
}

/**
 * Set bits among [@p bit, @p end) of the bitmap, by the index where it knows: a word of whole lines tells of
 * as many frames as 512 words of the bitmap.
 */
uint64_t bitframe_count_free(struct bitframe *pool, uint64_t bit, uint64_t end);

/**
 * Make all bits clear in every level but the bitmap, which is the caller's to write, and the cursor stand
 * behind the end.
 */
void bitframe_index_clear(struct bitframe *pool);

/** Frames of the word at @p distance, which was @p before, have become free and are counted. */
void bitframe_word_freed(struct bitframe *pool, uint64_t distance, uint64_t before);

/** Point the cursor at the lowest word with a free frame, by the index, or behind the end. */
void bitframe_cursor_find(struct bitframe *pool);

/** Make the gap the one around the lowest free frame, at the cursor; empty if nothing is free. */
void bitframe_gap_find(struct bitframe *pool);

/** Make bits [@p first, @p end), at least one, clear, whatever they were. Returns how many were set. */
uint64_t bitframe_clear_frames(struct bitframe *pool, uint64_t first, uint64_t end);

/** Make bits [@p first, @p end), at least one and all clear, set. */
void bitframe_set_frames(struct bitframe *pool, uint64_t first, uint64_t end);

#endif
