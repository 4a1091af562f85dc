/* SPDX-License-Identifier: MIT */
/* spans.c - searches in a table of spans. */
#include "layout/spans.h"

uint64_t bitframe_span_above(const struct span *spans, uint64_t count, uint64_t frame)
{
    uint64_t low = 0, high = count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (spans[middle].end > frame)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

bool bitframe_span_next(const struct span *spans, uint64_t count, uint64_t *frame, uint64_t end,
                        struct span *piece)
{
    if (*frame >= end)
        return false;
    uint64_t i = bitframe_span_above(spans, count, *frame);
    if (i == count || spans[i].first >= end)
        return false;
    piece->first = spans[i].first > *frame ? spans[i].first : *frame;
    piece->end = spans[i].end < end ? spans[i].end : end;
    *frame = piece->end;
    return true;
}

uint64_t bitframe_span_overlap(const struct span *spans, uint64_t count, uint64_t first, uint64_t end)
{
    struct span piece;
    uint64_t frames = 0;
    for (uint64_t frame = first; bitframe_span_next(spans, count, &frame, end, &piece);)
        frames += piece.end - piece.first;
    return frames;
}
