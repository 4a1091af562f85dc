/* SPDX-License-Identifier: MIT */
/* walk.c - the runs of allocated frames. */
#include <bitframe/walk.h>

#include "base/kernels.h"
#include "layout/bitmap.h"
#include "layout/offline_records.h"

/** What a frame is, and all frames behind it up to and without @p until. */
struct alike {
    uint64_t until; /* a frame number; 0 if there is no frame of the pool from here on */
    bool allocated;
};

/** @p frame by the bits of @p words from @p bit on, up to frame @p end. A set bit is an allocated frame, if
 * @p set, or else one that is not. */
static struct alike alike_by_bits(const uint64_t *words, uint64_t bit, uint64_t frame, uint64_t end, bool set)
{
    uint64_t end_bit = bit + (end - frame);
    bool is_set = kernel_find(words, bit, bit + 1) == bit;
    uint64_t change = is_set ? bitframe_find_clear(words, bit, end_bit) : kernel_find(words, bit, end_bit);
    return (struct alike){.until = frame + (change - bit), .allocated = is_set == set};
}

static struct alike alike_from(const struct bitframe *pool, uint64_t frame)
{
    const struct span *spans = pool_spans(pool);
    const struct span *reserved = pool_reserved(pool);
    uint64_t span = bitframe_span_above(spans, pool->span_count, frame);
    if (span == pool->span_count)
        return (struct alike){.until = 0};
    if (frame < spans[span].first)
        return (struct alike){.until = spans[span].first};

    uint64_t end = spans[span].end;
    uint64_t reservation = bitframe_span_above(reserved, pool->reserved_count, frame);
    if (reservation < pool->reserved_count && reserved[reservation].first <= frame)
        return (struct alike){.until = reserved[reservation].end};
    if (reservation < pool->reserved_count && reserved[reservation].first < end)
        end = reserved[reservation].first;

    const struct bitframe_offline_range *record = bitframe_offline_overlapping(pool, frame, end);
    if (record && record->first <= frame) {
        end = record->end < end ? record->end : end;
        return alike_by_bits(offline_words(pool, record), offline_bit(record, frame), frame, end, true);
    }
    if (record)
        end = record->first;
    return alike_by_bits(levels_at(pool, &pool->frames, 0), pool_bit(pool, frame), frame, end, false);
}

bool bitframe_next_allocated(const struct bitframe *pool, uint64_t *frame, struct bitframe_map_run *run)
{
    bool inside = false;
    uint64_t first = *frame;
    uint64_t end = *frame;
    for (;;) {
        struct alike frames = alike_from(pool, end);
        if (frames.until == 0 || (inside && !frames.allocated))
            break;
        if (frames.allocated && !inside)
            first = end;
        inside = frames.allocated;
        end = frames.until;
    }
    *frame = end;
    if (!inside)
        return false;
    run->first_pa = first << BITFRAME_FRAME_SHIFT;
    run->frames = end - first;
    return true;
}
