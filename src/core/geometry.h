/* SPDX-License-Identifier: MIT */
/*
 * geometry.h - where the frames of a pool lie: spans of memory, segments of bitmap, and the way between them
 *
 * A span is frames next to each other in memory. Spans that share a line or touch in lines next to each other
 * form a segment, and the segments of a pool follow each other in one bitmap in ascending order, each on a
 * group of 8 lines (64 words: one word of the level above). So within a segment bits are as far apart as
 * frames, "lowest bit" means "lowest frame" of all memory, and the words of one group belong to one segment.
 *
 * Frames have three numbers: a PA; a frame number, PA >> BITFRAME_FRAME_SHIFT; and a bit, its position in the
 * bitmap. Lines likewise have a number in memory, and a bit in their own bitmap.
 */
#ifndef BITFRAME_CORE_GEOMETRY_H
#define BITFRAME_CORE_GEOMETRY_H

#include <bitframe/map.h>

#include "levels.h"

enum {
    LINE_WORDS = BITFRAME_LINE_FRAMES / WORD_BITS,
    GROUP_LINES = WORD_BITS / LINE_WORDS,
    HEADER_WORDS = 16, /* in front of the bitmap, see header.h */
};

struct span {
    uint64_t first; /* frame number */
    uint64_t end;   /* frame number */
};

struct segment {
    uint64_t first;     /* frame number of its first line's first frame */
    uint64_t end;       /* frame number behind its last line's last frame */
    uint64_t first_bit; /* bit of first, a multiple of GROUP_LINES lines */
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

/** Index of the first of @p count disjoint ascending spans that ends above @p frame; count if none does. */
uint64_t bitframe_span_above(const struct span *spans, uint64_t count, uint64_t frame);

/**
 * Read the next piece of [@p *frame, @p end) that lies in one of @p count disjoint ascending spans,
 * ascending.
 *
 *     for (uint64_t frame = first; bitframe_span_next(spans, count, &frame, end, &piece);)
 *         ...
 *
 * @param frame  Frame number to look from; becomes the one behind the piece.
 * @param piece  Written only if there is one; not empty.
 *
 * @return  Whether there is one.
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

/** The segment that holds @p frame, which lies in one. */
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

/** Bit of @p frame, which lies in a segment. */
static inline uint64_t pool_bit(const struct bitframe *pool, uint64_t frame)
{
    return bit_of_frame(segment_of_frame(pool, frame), frame);
}

/**
 * Cut off what at either end of @p range is not the pool's.
 *
 * @return  Whether anything is left. If so it begins and ends with a frame of the pool.
 */
bool bitframe_trim(const struct bitframe *pool, struct span *range);

/**
 * Read the next stretch of [@p *frame, @p end) that is the pool's and not reserved, in the manner of
 * bitframe_span_next(). Two of them may touch where spans do.
 */
bool bitframe_stretch_next(const struct bitframe *pool, uint64_t *frame, uint64_t end, struct span *stretch);

/** Is @p pa the start of a frame that is the pool's and not reserved? */
static inline enum bitframe_status locate_frame(const struct bitframe *pool, uint64_t pa)
{
    uint64_t frame = frame_number(pa);
    if (!frame_is_managed(pool, frame))
        return BITFRAME_UNMANAGED;
    if (pa % BITFRAME_FRAME_BYTES != 0)
        return BITFRAME_MISALIGNED;
    return frame_is_reserved(pool, frame) ? BITFRAME_RESERVED : BITFRAME_OK;
}

/** Are the frames the pool's, none reserved and none offline? If so, @p bit becomes the bit of the first. */
enum bitframe_status bitframe_locate_run(const struct bitframe *pool, uint64_t pa, uint64_t frames,
                                         uint64_t *bit);

/** Make the gap the one around @p frame, which is the pool's, not reserved and not in an offline range. */
void bitframe_gap_move(struct bitframe *pool, uint64_t frame);

/** What a pool comes to: with the room for reservations, the layout of its metadata follows. */
struct extent {
    uint64_t spans;
    uint64_t segments;
    uint64_t bits;     /* of the bitmap, in whole groups of lines */
    uint64_t frames;   /* frames of all spans */
    uint64_t reserved; /* entries in the table of reservations */
};

/** Count nothing yet. */
void bitframe_extent_begin(struct extent *extent);

/** Is a span that begins at @p first, above @p segment's last span, of the same segment? */
static inline bool segment_reaches(const struct segment *segment, uint64_t first)
{
    return first / BITFRAME_LINE_FRAMES * BITFRAME_LINE_FRAMES <= segment->end;
}

/**
 * Count another span, frames [@p first, @p end), which lies above those before it and does not touch them.
 *
 * @param segment  The segment counted last; zeros before the first span. Becomes the one that holds the
 *                 span, as long as it is so far.
 */
void bitframe_extent_add(struct extent *extent, struct segment *segment, uint64_t first, uint64_t end);

/** May a pool be that large, and is it anything at all? */
bool bitframe_extent_is_possible(const struct extent *extent);

/** Bytes of metadata, the header included, with room for @p reserved_room reservations. */
uint64_t bitframe_extent_bytes(const struct extent *extent, uint64_t reserved_room);

/**
 * Go over the spans and reservations of a map.
 *
 * @param extent                     Filled in.
 * @param spans, segments, reserved  Where to write the tables; each null not to.
 */
void bitframe_survey(const struct bitframe_map *map, struct extent *extent, struct span *spans,
                     struct segment *segments, struct span *reserved);

/**
 * Set where in @p metadata the parts of a pool are, and how many. Writes nothing there, and of the pool not
 * what counts frames by their state, nor cursor and gap.
 */
void bitframe_lay_out_extent(struct bitframe *pool, const struct extent *extent, uint64_t reserved_room,
                             uint64_t *metadata);

/** Do frames [@p first, @p end) lie in the gap? Then there is nothing else to ask of where they are. */
static inline bool gap_covers(const struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint64_t offset = first - frame_number(pool->gap_pa);
    return offset < pool->gap_frames && end - first <= pool->gap_frames - offset;
}

/** Bit of @p frame, which lies in the gap. */
static inline uint64_t bit_in_gap(const struct bitframe *pool, uint64_t frame)
{
    return (pool->zero_word - pool->frames.level[0]) / sizeof(uint64_t) * WORD_BITS + frame;
}

/**
 * [@p first, @p end) can no longer be in a gap. Puts the gap where it was as far as it is still one: around
 * its first frame, or else around its last.
 */
void bitframe_gap_cut(struct bitframe *pool, uint64_t first, uint64_t end);

/**
 * Set a pool's geometry from what @p map manages, over @p metadata, as many bytes as
 * bitframe_map_metadata_bytes() says. Writes the tables, not the bitmaps nor the header.
 */
void bitframe_lay_out(struct bitframe *pool, const struct bitframe_map *map, uint64_t *metadata);

#endif
