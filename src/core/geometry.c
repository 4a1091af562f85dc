/* SPDX-License-Identifier: MIT */
/* geometry.c - laying a pool out over the spans of a map, and finding the way between frames and bits. */
#include "geometry.h"
#include "hooks.h"
#include "offline.h"

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

bool bitframe_stretch_next(const struct bitframe *pool, uint64_t *frame, uint64_t end, struct span *stretch)
{
    const struct span *reserved = pool_reserved(pool);
    while (bitframe_span_next(pool_spans(pool), pool->span_count, frame, end, stretch)) {
        uint64_t next = bitframe_span_above(reserved, pool->reserved_count, stretch->first);
        if (next == pool->reserved_count || reserved[next].first >= stretch->end)
            return true;
        if (reserved[next].first > stretch->first) {
            stretch->end = reserved[next].first;
            *frame = stretch->end;
            return true;
        }
        *frame = reserved[next].end;
    }
    return false;
}

enum bitframe_status bitframe_locate_run(const struct bitframe *pool, uint64_t pa, uint64_t frames,
                                         uint64_t *bit)
{
    uint64_t first = frame_number(pa);
    if (frames == 0)
        return BITFRAME_INVALID;
    uint64_t end = first + frames;
    if (end < first || bitframe_span_overlap(pool_spans(pool), pool->span_count, first, end) != frames)
        return BITFRAME_UNMANAGED;
    if (pa % BITFRAME_FRAME_BYTES != 0)
        return BITFRAME_MISALIGNED;
    if (bitframe_span_overlap(pool_reserved(pool), pool->reserved_count, first, end) != 0)
        return BITFRAME_RESERVED;
    if (bitframe_offline_holds(pool, first, end))
        return BITFRAME_OFFLINE;
    *bit = pool_bit(pool, first);
    return BITFRAME_OK;
}

void bitframe_gap_move(struct bitframe *pool, uint64_t frame)
{
    const struct span *span =
        pool_spans(pool) + bitframe_span_above(pool_spans(pool), pool->span_count, frame);
    const struct span *reserved = pool_reserved(pool);
    uint64_t next = bitframe_span_above(reserved, pool->reserved_count, frame);
    uint64_t first = span->first;
    uint64_t end = span->end;
    if (next > 0 && reserved[next - 1].end > first)
        first = reserved[next - 1].end;
    if (next < pool->reserved_count && reserved[next].first < end)
        end = reserved[next].first;
    for (const struct bitframe_offline *record = offline_at(pool, pool->offline); record;
         record = offline_at(pool, record->next)) {
        if (record->first > frame) {
            if (record->first < end)
                end = record->first;
            break;
        }
        if (record->end > first)
            first = record->end;
    }
    const struct segment *segment = segment_of_frame(pool, frame);
    pool->gap_pa = first << BITFRAME_FRAME_SHIFT;
    pool->gap_frames = end - first;
    pool->zero_word = pool->frames.level[0] +
                      (segment->first_bit / WORD_BITS - segment->first / WORD_BITS) * sizeof(uint64_t);
}

void bitframe_gap_cut(struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint64_t gap_first = frame_number(pool->gap_pa);
    uint64_t gap_end = gap_first + pool->gap_frames;
    if (pool->gap_frames == 0 || first >= gap_end || end <= gap_first)
        return;
    if (gap_first < first) {
        pool->gap_frames = first - gap_first;
    } else if (end < gap_end) {
        pool->gap_pa = end << BITFRAME_FRAME_SHIFT;
        pool->gap_frames = gap_end - end;
    } else {
        pool->gap_frames = 0;
    }
}

static uint64_t line_down(uint64_t frame)
{
    return frame / BITFRAME_LINE_FRAMES * BITFRAME_LINE_FRAMES;
}

static uint64_t line_up(uint64_t frame)
{
    return line_down(frame + BITFRAME_LINE_FRAMES - 1);
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
        /* The segment before ends here: its bits are rounded up to a group. */
        segment->first = line_down(first);
        segment->first_bit = extent->bits;
        extent->segments++;
    }
    segment->end = line_up(end);
    uint64_t lines = (segment->end - segment->first) / BITFRAME_LINE_FRAMES;
    extent->bits =
        segment->first_bit + (lines + GROUP_LINES - 1) / GROUP_LINES * GROUP_LINES * BITFRAME_LINE_FRAMES;
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
    uint64_t lines = extent->bits / BITFRAME_LINE_FRAMES;
    uint64_t words = HEADER_WORDS + levels_words(words_above(extent->bits)) +
                     levels_words(words_above(lines)) +
                     words_of_bytes(extent->segments * sizeof(struct segment) +
                                    (extent->spans + reserved_room) * sizeof(struct span));
    return words * sizeof(uint64_t);
}

enum bitframe_status bitframe_map_metadata_bytes(const struct bitframe_map *map, uint64_t *bytes)
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
    uint64_t lines = extent->bits / BITFRAME_LINE_FRAMES;
    uint64_t *next = metadata + HEADER_WORDS;
    next = bitframe_levels_lay_out(pool, &pool->frames, next, words_above(extent->bits));
    next = bitframe_levels_lay_out(pool, &pool->lines, next, words_above(lines));
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
    pool->loose = 0;
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
