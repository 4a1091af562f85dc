/* SPDX-License-Identifier: MIT */
/*
 * offline_records.c - the frames of an offline range, and a free of one of them
 *
 * An offline frame looks allocated in the bitmap. So no search finds it, and an allocation need not know of
 * it. A free must: a frame of the range that is in use must not become free. The window leaves out such
 * ranges, so a free of their frames misses it and asks the records, as a free of a reserved frame asks the
 * table of reservations. A record has a bit for each frame: set while the frame is in use, clear once it is
 * offline.
 */
#include "layout/offline_records.h"
#include "base/kernels.h"
#include "layout/bitmap.h"
#include "layout/hooks.h"

struct bitframe_offline_range *bitframe_offline_overlapping(const struct bitframe *pool, uint64_t first,
                                                            uint64_t end)
{
    struct bitframe_offline_range *record = offline_at(pool, pool->offline);
    while (record && record->end <= first)
        record = offline_at(pool, record->next);
    return record && record->first < end ? record : 0;
}

bool bitframe_offline_holds(const struct bitframe *pool, uint64_t first, uint64_t end)
{
    for (const struct bitframe_offline_range *record = bitframe_offline_overlapping(pool, first, end); record;
         record = offline_overlapping_next(pool, record, end)) {
        struct span piece = offline_clip(record, first, end);
        if (bitframe_count_range(offline_words(pool, record), offline_bit(record, piece.first),
                                 offline_bit(record, piece.end)) != piece.end - piece.first)
            return true;
    }
    return false;
}

void bitframe_offline_release(struct bitframe *pool, struct bitframe_offline_range *record, uint64_t first,
                              uint64_t end)
{
    kernel_clear(offline_words(pool, record), offline_bit(record, first), end - first);
    record->in_use -= end - first;
    pool->offline_frames += end - first;
    debug_release_used(pool, first, end);
}

void bitframe_offline_keep(struct bitframe *pool, struct bitframe_offline_range *record, uint64_t frame)
{
    kernel_fill(offline_words(pool, record), offline_bit(record, frame), 1);
    record->in_use++;
    pool->offline_frames--;
}
