/* SPDX-License-Identifier: MIT */
/* search_pool.c - a search for a run in all segments, in the order of the request. */
#include "layout/search_pool.h"

uint64_t bitframe_search_pool(const struct bitframe *pool, const struct wanted *wanted, uint64_t unit)
{
    for (uint64_t i = 0; i < pool->segment_count; i++) {
        uint64_t frame = search_segment(pool, wanted_segment(pool, wanted, i), wanted, unit, &pool->frames);
        if (frame != NO_BIT)
            return frame;
    }
    return NO_BIT;
}
