/* SPDX-License-Identifier: MIT */
/* metadata.h - the size of a pool's metadata, and where their parts lie. */
#ifndef BITFRAME_LAYOUT_METADATA_H
#define BITFRAME_LAYOUT_METADATA_H

#include <bitframe/map.h>

#include "layout/tables.h"

/** The size of a pool. It and the room for reservations determine the layout of the metadata. */
struct extent {
    uint64_t spans;
    uint64_t segments;
    uint64_t bits;     /* of the bitmap, in whole groups of huge frames */
    uint64_t frames;   /* frames of all spans */
    uint64_t reserved; /* entries in the table of reservations */
};

/** Begin with no span. */
void bitframe_extent_begin(struct extent *extent);

/** Does a span that begins at @p first, above the last span of @p segment, belong to that segment? */
static inline bool segment_reaches(const struct segment *segment, uint64_t first)
{
    return first / BITFRAME_HUGE_FRAMES * BITFRAME_HUGE_FRAMES <= segment->end;
}

/**
 * Add another span, frames [@p first, @p end). It must lie above the spans before it and not touch them.
 *
 * @param segment  The segment of the last span; zeros before the first span. Becomes the segment of this
 *                 span, up to its end.
 */
void bitframe_extent_add(struct extent *extent, struct segment *segment, uint64_t first, uint64_t end);

/** Is the pool neither empty nor too large? */
bool bitframe_extent_is_possible(const struct extent *extent);

/** Bytes of metadata, the header included, with room for @p reserved_room reservations. */
uint64_t bitframe_extent_bytes(const struct extent *extent, uint64_t reserved_room);

/**
 * Walk the spans and reservations of a map.
 *
 * @param extent                     Filled in.
 * @param spans, segments, reserved  Where to write the tables. A null table is not written.
 */
void bitframe_survey(const struct bitframe_map *map, struct extent *extent, struct span *spans,
                     struct segment *segments, struct span *reserved);

/**
 * Set in @p pool where the parts of its metadata lie, and how large they are. Writes no metadata. Sets
 * neither the counts of free and reserved frames, nor cursor and window.
 */
void bitframe_lay_out_extent(struct bitframe *pool, const struct extent *extent, uint64_t reserved_room,
                             uint64_t *metadata);

/**
 * Lay out a pool over the memory that @p map manages, in @p metadata of bitframe_map_get_metadata_bytes()
 * bytes. Writes the tables, but neither bitmaps nor header.
 */
void bitframe_lay_out(struct bitframe *pool, const struct bitframe_map *map, uint64_t *metadata);

#endif
