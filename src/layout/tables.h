/* SPDX-License-Identifier: MIT */
/*
 * tables.h - where the frames of a pool lie: spans of memory, and segments of the bitmap
 *
 * A span is a range of adjacent frames. Spans that share a huge frame, or lie in adjacent huge frames, form a
 * segment. The segments of a pool follow each other in one bitmap, in ascending order. Each begins at a
 * multiple of 8 huge frames, a group: 64 words, one word of the level above. So three things hold: within a
 * segment bits are as far apart as frames; "lowest bit" means "lowest frame" of all memory; and the words of
 * one group belong to one segment.
 *
 * A frame has three numbers: a PA; a frame number, PA >> BITFRAME_FRAME_SHIFT; and a bit, its position in the
 * bitmap. A huge frame has a number in memory, too, and a bit in the bitmap of huge frames.
 */
#ifndef BITFRAME_LAYOUT_TABLES_H
#define BITFRAME_LAYOUT_TABLES_H

#include "layout/levels.h"
#include "layout/spans.h"

enum {
    HUGE_WORDS = BITFRAME_HUGE_FRAMES / WORD_BITS,
    GROUP_HUGE = WORD_BITS / HUGE_WORDS,
    HEADER_WORDS = 16,                  /* in front of the bitmap, see header.h */
    WORD_ORDER = WORD_SHIFT,            /* a block of 2^6 frames is a word */
    HUGE_ORDER = 9,                     /* and one of 2^9 a huge frame */
    ORDERS = 64 - BITFRAME_FRAME_SHIFT, /* one of 2^ORDERS would have 2^64 bytes */
};
_Static_assert(1 << HUGE_ORDER == BITFRAME_HUGE_FRAMES, "a huge frame is a block");

#define HUGE_BYTES (BITFRAME_HUGE_FRAMES * BITFRAME_FRAME_BYTES)

struct segment {
    uint64_t first;     /* frame number of its first huge frame's first frame */
    uint64_t end;       /* frame number behind its last huge frame's last frame */
    uint64_t first_bit; /* bit of first, a multiple of GROUP_HUGE huge frames */
};

static inline struct span *pool_spans(const struct bitframe *pool)
{
    return (struct span *)(void *)pool_word(pool, pool->spans);
}

static inline struct span *pool_reserved(const struct bitframe *pool)
{
    return (struct span *)(void *)pool_word(pool, pool->reserved);
}

static inline struct segment *pool_segments(const struct bitframe *pool)
{
    return (struct segment *)(void *)pool_word(pool, pool->segments);
}

/** Number of the frame that contains @p pa. */
static inline uint64_t frame_number(uint64_t pa)
{
    return pa >> BITFRAME_FRAME_SHIFT;
}

/** Number of the first frame that begins at or above @p pa. */
static inline uint64_t frame_number_up(uint64_t pa)
{
    return frame_number(pa) + (pa % BITFRAME_FRAME_BYTES != 0);
}

static inline bool frame_is_managed(const struct bitframe *pool, uint64_t frame)
{
    return span_holds(pool_spans(pool), pool->span_count, frame);
}

static inline bool frame_is_reserved(const struct bitframe *pool, uint64_t frame)
{
    return span_holds(pool_reserved(pool), pool->reserved_count, frame);
}

/** Index of the first segment that ends above @p frame; segment_count if none does. */
uint64_t bitframe_segment_above(const struct bitframe *pool, uint64_t frame);

/** The segment whose bits include @p bit. */
const struct segment *bitframe_segment_of_bit(const struct bitframe *pool, uint64_t bit);

/** The segment that holds @p frame. There must be one. */
static inline const struct segment *segment_of_frame(const struct bitframe *pool, uint64_t frame)
{
    return pool_segments(pool) + bitframe_segment_above(pool, frame);
}

static inline uint64_t bit_of_frame(const struct segment *segment, uint64_t frame)
{
    return segment->first_bit + (frame - segment->first);
}

static inline uint64_t frame_of_bit(const struct segment *segment, uint64_t bit)
{
    return segment->first + (bit - segment->first_bit);
}

/** Bit of @p frame, which must lie in a segment. */
static inline uint64_t pool_bit(const struct bitframe *pool, uint64_t frame)
{
    return bit_of_frame(segment_of_frame(pool, frame), frame);
}

/**
 * Cut off frames that are not the pool's at both ends of @p range.
 *
 * @return  Whether any frame is left. If so, the range begins and ends with a frame of the pool.
 */
bool bitframe_trim(const struct bitframe *pool, struct span *range);

/**
 * Read the next piece of [@p *frame, @p end) whose frames are the pool's and not reserved, as
 * bitframe_span_next() does. Two pieces may touch, where two spans touch.
 */
bool bitframe_piece_next(const struct bitframe *pool, uint64_t *frame, uint64_t end, struct span *piece);

#endif
