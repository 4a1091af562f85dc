/* SPDX-License-Identifier: MIT */
/* scatter.c - many frames in a few runs. */
#include "core/cursor.h"
#include "core/owner.h"
#include "core/range.h"
#include "layout/bitmap.h"
#include "layout/gather.h"

static bool gather_pool(const struct bitframe *pool, struct gather *gather)
{
    for (uint64_t i = 0; i < pool->segment_count; i++) {
        const struct segment *segment = pool_segments(pool) + i;
        struct span allowed = wanted_frames(segment, &gather->wanted);
        if (allowed.first >= allowed.end)
            continue;
        uint64_t bit = bit_of_frame(segment, allowed.first);
        uint64_t end = bit_of_frame(segment, allowed.end);
        while (bit < end && (bit = bitframe_levels_next(pool, &pool->frames, bit)) < end) {
            uint64_t stop = bitframe_find_clear(levels_at(pool, &pool->frames, 0), bit, end);
            if (bitframe_gather_free(gather, frame_of_bit(segment, bit), frame_of_bit(segment, stop)))
                return true;
            bit = stop;
        }
    }
    return false;
}

enum bitframe_status bitframe_alloc_scatter(struct bitframe *pool, const struct bitframe_request *request,
                                            struct bitframe_map_run *runs, uint64_t most, uint64_t *count)
{
    struct gather gather;
    if (!pool || !request || !runs || !count)
        return BITFRAME_INVALID;
    enum bitframe_status status = bitframe_gather_begin(&gather, request, runs, most);
    if (status != BITFRAME_OK)
        return status;
    check_owner(pool);
    bitframe_flush_cursor(pool);
    if (request->frames > pool->free_frames || !gather_pool(pool, &gather))
        return BITFRAME_NONE;
    for (uint64_t i = 0; i < gather.count; i++) {
        uint64_t bit = pool_bit(pool, frame_number(runs[i].first_pa));
        bitframe_clear_frames(pool, bit, bit + runs[i].frames);
    }
    *count = gather.count;
    gather_zero(&gather, request);
    return BITFRAME_OK;
}
