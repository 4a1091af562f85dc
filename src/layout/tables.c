/* SPDX-License-Identifier: MIT */
/* tables.c - searches in the tables of a pool. */
#include "layout/tables.h"

uint64_t bitframe_segment_above(const struct bitframe *pool, uint64_t frame)
{
    const struct segment *segments = pool_segments(pool);
    uint64_t low = 0, high = pool->segment_count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (segments[middle].end > frame)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

const struct segment *bitframe_segment_of_bit(const struct bitframe *pool, uint64_t bit)
{
    const struct segment *segments = pool_segments(pool);
    uint64_t low = 0, high = pool->segment_count - 1;
    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;
        if (segments[middle].first_bit <= bit)
            low = middle;
        else
            high = middle - 1;
    }
    return segments + low;
}

bool bitframe_trim(const struct bitframe *pool, struct span *range)
{
    const struct span *spans = pool_spans(pool);
    uint64_t i = bitframe_span_above(spans, pool->span_count, range->first);
    if (i == pool->span_count || spans[i].first >= range->end)
        return false;
    if (range->first < spans[i].first)
        range->first = spans[i].first;
    i = bitframe_span_above(spans, pool->span_count, range->end - 1);
    if (i == pool->span_count || spans[i].first >= range->end)
        range->end = spans[i - 1].end;
    return true;
}

bool bitframe_piece_next(const struct bitframe *pool, uint64_t *frame, uint64_t end, struct span *piece)
{
    const struct span *reserved = pool_reserved(pool);
    while (bitframe_span_next(pool_spans(pool), pool->span_count, frame, end, piece)) {
        uint64_t next = bitframe_span_above(reserved, pool->reserved_count, piece->first);
        if (next == pool->reserved_count || reserved[next].first >= piece->end)
            return true;
        if (reserved[next].first > piece->first) {
            piece->end = reserved[next].first;
            *frame = piece->end;
            return true;
        }
        *frame = reserved[next].end;
    }
    return false;
}
