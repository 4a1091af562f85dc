/* SPDX-License-Identifier: MIT */
/* spans.h - ascending, disjoint ranges of frames: spans of memory, and reservations. */
#ifndef BITFRAME_LAYOUT_SPANS_H
#define BITFRAME_LAYOUT_SPANS_H

#include <stdbool.h>
#include <stdint.h>

struct span {
    uint64_t first; /* frame number */
    uint64_t end;   /* frame number */
};

/** Index of the first of @p count disjoint ascending spans that ends above @p frame; count if none does. */
uint64_t bitframe_span_above(const struct span *spans, uint64_t count, uint64_t frame);

/**
 * Read the next piece of [@p *frame, @p end) that lies in one of @p count disjoint ascending spans, in
 * ascending order.
 *
 *     for (uint64_t frame = first; bitframe_span_next(spans, count, &frame, end, &piece);)
 *         ...
 *
 * @param frame  Frame number to search from. Becomes the number of the frame behind the piece.
 * @param piece  Written only if there is a piece. Not empty.
 *
 * @return  Whether there is a piece.
 */
bool bitframe_span_next(const struct span *spans, uint64_t count, uint64_t *frame, uint64_t end,
                        struct span *piece);

/** Does one of @p count disjoint ascending spans hold @p frame? */
static inline bool span_holds(const struct span *spans, uint64_t count, uint64_t frame)
{
    uint64_t i = bitframe_span_above(spans, count, frame);
    return i < count && spans[i].first <= frame;
}

/** Frames of [@p first, @p end) that lie in one of @p count disjoint ascending spans. */
uint64_t bitframe_span_overlap(const struct span *spans, uint64_t count, uint64_t first, uint64_t end);

#endif
