/* SPDX-License-Identifier: MIT */
/* search_pool.h - a search for the run that a request wants. */
#ifndef BITFRAME_LAYOUT_SEARCH_POOL_H
#define BITFRAME_LAYOUT_SEARCH_POOL_H

#include "layout/request.h"
#include "layout/search.h"

/**
 * Search for a run in the bitmap that has one bit per @p unit frames. @p unit is 1 or BITFRAME_HUGE_FRAMES;
 * run and alignment must be multiples of it.
 *
 * @return  Its frame number, or NO_BIT.
 */
uint64_t bitframe_search_pool(const struct bitframe *pool, const struct wanted *wanted, uint64_t unit);

/**
 * The same in one segment.
 *
 * @param frames  The levels of frames, or a bitmap without levels.
 */
static inline uint64_t search_segment(const struct bitframe *pool, const struct segment *segment,
                                      const struct wanted *wanted, uint64_t unit,
                                      const struct bitframe_levels *frames)
{
    struct span allowed = wanted_frames(segment, wanted);
    if (allowed.first >= allowed.end || wanted->frames > allowed.end - allowed.first)
        return NO_BIT;

    const struct bitframe_levels *levels = frames;
    uint64_t bit_offset = segment->first - segment->first_bit;
    if (unit == BITFRAME_HUGE_FRAMES) {
        levels = &pool->huge;
        bit_offset = segment->first / BITFRAME_HUGE_FRAMES - segment->first_bit / BITFRAME_HUGE_FRAMES;
    }
    struct search search = {
        .first = (allowed.first + unit - 1) / unit - bit_offset,
        .end = allowed.end / unit - bit_offset,
        .bits = wanted->frames / unit,
        .align = wanted->align / unit,
        .bit_offset = bit_offset,
    };
    uint64_t bit;
    if (unit != 1 && (search.bits | search.align) % WORD_BITS == 0) {
        bit = bitframe_search_steps(pool, levels, &search, wanted->highest);
    } else {
        search.starts = starts_of(search.align, bit_offset);
        bit = wanted->highest ? bitframe_search_down(pool, levels, &search)
                              : bitframe_search_up(pool, levels, &search);
    }
    return bit == NO_BIT ? NO_BIT : (bit + bit_offset) * unit;
}

#endif
