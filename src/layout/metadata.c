/* SPDX-License-Identifier: MIT */
/* metadata.c - laying a pool out over the spans of a map. */
#include "layout/metadata.h"
#include "layout/hooks.h"

static uint64_t huge_down(uint64_t frame)
{
    return frame / BITFRAME_HUGE_FRAMES * BITFRAME_HUGE_FRAMES;
}

static uint64_t huge_up(uint64_t frame)
{
    return huge_down(frame + BITFRAME_HUGE_FRAMES - 1);
}

void bitframe_extent_begin(struct extent *extent)
{
    extent->spans = 0;
    extent->segments = 0;
    extent->bits = 0;
    extent->frames = 0;
    extent->reserved = 0;
}

void bitframe_extent_add(struct extent *extent, struct segment *segment, uint64_t first, uint64_t end)
{
    extent->spans++;
    extent->frames += end - first;
    if (extent->segments == 0 || !segment_reaches(segment, first)) {
        /* The segment before ends here. Its bits are rounded up to a group. */
        segment->first = huge_down(first);
        segment->first_bit = extent->bits;
        extent->segments++;
    }
    segment->end = huge_up(end);
    uint64_t huge = (segment->end - segment->first) / BITFRAME_HUGE_FRAMES;
    extent->bits =
        segment->first_bit + (huge + GROUP_HUGE - 1) / GROUP_HUGE * GROUP_HUGE * BITFRAME_HUGE_FRAMES;
}

bool bitframe_extent_is_possible(const struct extent *extent)
{
    return extent->frames != 0 && extent->frames <= BITFRAME_FRAMES_MAX &&
           extent->bits <= 4 * BITFRAME_FRAMES_MAX;
}

void bitframe_survey(const struct bitframe_map *map, struct extent *extent, struct span *spans,
                     struct segment *segments, struct span *reserved)
{
    bitframe_extent_begin(extent);
    struct segment segment = {0};
    struct bitframe_map_run run;
    for (uint64_t frame = 0; bitframe_map_next(map, BITFRAME_MAP_VIEW_SPANS, &frame, &run);) {
        uint64_t first = frame_number(run.first_pa);
        uint64_t end = first + run.frames;
        if (spans)
            spans[extent->spans] = (struct span){.first = first, .end = end};
        bitframe_extent_add(extent, &segment, first, end);
        if (segments) {
            struct segment *entry = segments + extent->segments - 1;
            entry->first = segment.first;
            entry->end = segment.end;
            entry->first_bit = segment.first_bit;
        }
    }
    for (uint64_t frame = 0; bitframe_map_next(map, BITFRAME_MAP_VIEW_RESERVED, &frame, &run);) {
        uint64_t first = frame_number(run.first_pa);
        if (reserved)
            reserved[extent->reserved] = (struct span){.first = first, .end = first + run.frames};
        extent->reserved++;
    }
}

static uint64_t words_of_bytes(uint64_t bytes)
{
    return (bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t);
}

uint64_t bitframe_extent_bytes(const struct extent *extent, uint64_t reserved_room)
{
    uint64_t huge = extent->bits / BITFRAME_HUGE_FRAMES;
    uint64_t words = HEADER_WORDS + levels_words(words_above(extent->bits)) +
                     levels_words(words_above(huge)) +
                     words_of_bytes(extent->segments * sizeof(struct segment) +
                                    (extent->spans + reserved_room) * sizeof(struct span));
    return words * sizeof(uint64_t);
}

enum bitframe_status bitframe_map_get_metadata_bytes(const struct bitframe_map *map, uint64_t *bytes)
{
    if (!map || !bytes)
        return BITFRAME_INVALID;
    if (!bitframe_map_is_complete(map))
        return BITFRAME_INCOMPLETE;
    struct extent extent;
    bitframe_survey(map, &extent, 0, 0, 0);
    if (!bitframe_extent_is_possible(&extent))
        return BITFRAME_INVALID;
    *bytes = bitframe_extent_bytes(&extent, extent.reserved + BITFRAME_SPARE_RESERVED);
    return BITFRAME_OK;
}

void bitframe_lay_out_extent(struct bitframe *pool, const struct extent *extent, uint64_t reserved_room,
                             uint64_t *metadata)
{
    uint64_t huge = extent->bits / BITFRAME_HUGE_FRAMES;
    uint64_t *next = metadata + HEADER_WORDS;
    next = bitframe_levels_lay_out(pool, &pool->frames, next, words_above(extent->bits));
    next = bitframe_levels_lay_out(pool, &pool->huge, next, words_above(huge));
    pool->segments = pool_distance(pool, next);
    pool->segment_count = extent->segments;
    next += words_of_bytes(extent->segments * sizeof(struct segment));
    pool->spans = pool_distance(pool, next);
    pool->span_count = extent->spans;
    next += words_of_bytes(extent->spans * sizeof(struct span));
    pool->reserved = pool_distance(pool, next);
    pool->reserved_count = extent->reserved;
    pool->reserved_room = reserved_room;
    pool->total_frames = extent->frames;
    pool->offline = 0;
    pool->offline_frames = 0;
    debug_none(pool);
}

void bitframe_lay_out(struct bitframe *pool, const struct bitframe_map *map, uint64_t *metadata)
{
    struct extent extent;
    bitframe_survey(map, &extent, 0, 0, 0);
    bitframe_lay_out_extent(pool, &extent, extent.reserved + BITFRAME_SPARE_RESERVED, metadata);
    pool->reserved_frames = 0;
    pool->free_frames = 0;
    bitframe_survey(map, &extent, pool_spans(pool), pool_segments(pool), pool_reserved(pool));
    for (uint64_t i = 0; i < pool->reserved_count; i++)
        pool->reserved_frames += pool_reserved(pool)[i].end - pool_reserved(pool)[i].first;
}
