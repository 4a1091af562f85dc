/* SPDX-License-Identifier: MIT */
/* metadata.h - how large a pool's metadata are, and where in them its parts lie. */
#ifndef BITFRAME_LAYOUT_METADATA_H
#define BITFRAME_LAYOUT_METADATA_H

#include <bitframe/map.h>

#include "layout/tables.h"

/** What a pool comes to: with the room for reservations, the layout of its metadata follows. */
struct extent {
    uint64_t spans;
    uint64_t segments;
    uint64_t bits;     /* of the bitmap, in whole groups of huge frames */
    uint64_t frames;   /* frames of all spans */
    uint64_t reserved; /* entries in the table of reservations */
};

/** Count nothing yet. */
void bitframe_extent_begin(struct extent *extent);

/** Is a span that begins at @p first, above @p segment's last span, of the same segment? */
static inline bool segment_reaches(const struct segment *segment, uint64_t first)
{
    return first / BITFRAME_HUGE_FRAMES * BITFRAME_HUGE_FRAMES <= segment->end;
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
 * what counts frames by their state, nor cursor and window.
 */
void bitframe_lay_out_extent(struct bitframe *pool, const struct extent *extent, uint64_t reserved_room,
                             uint64_t *metadata);

/**
 * Set a pool's geometry from what @p map manages, over @p metadata, as many bytes as
 * bitframe_map_get_metadata_bytes() says. Writes the tables, not the bitmaps nor the header.
 */
void bitframe_lay_out(struct bitframe *pool, const struct bitframe_map *map, uint64_t *metadata);

#endif
