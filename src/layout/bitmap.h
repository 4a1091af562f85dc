/* SPDX-License-Identifier: MIT */
/* bitmap.h - counting set bits of a range. */
#ifndef BITFRAME_LAYOUT_BITMAP_H
#define BITFRAME_LAYOUT_BITMAP_H

#include "layout/tables.h"

/** Set bits among [@p first, @p end) of the bitmap at @p words. */
uint64_t bitframe_count_range(const uint64_t *words, uint64_t first, uint64_t end);

/** The first clear bit of [@p first, @p end) of the bitmap at @p words, or @p end. */
uint64_t bitframe_find_clear(const uint64_t *words, uint64_t first, uint64_t end);

/** Free frames of [@p first, @p end), frame numbers in one segment, by the bitmap alone. */
static inline uint64_t count_free(const struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint64_t bit = pool_bit(pool, first);
    return bitframe_count_range(levels_at(pool, &pool->frames, 0), bit, bit + (end - first));
}

#endif
