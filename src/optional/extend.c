/* SPDX-License-Identifier: MIT */
/*
 * extend.c - a pool rebuilt over more memory, in other metadata
 *
 * Frames of the old pool keep their state, even if the map says otherwise now. The map decides the state of
 * new frames. Segments begin at huge frames, so a frame has the same position in its word in every bitmap,
 * and bits are copied by words. The call writes nothing of the pool before its last refusal, and nothing of
 * the former metadata until the new ones are complete.
 */
#include <bitframe/extend.h>

#include "base/kernels.h"
#include "core/owner.h"
#include "core/range.h"
#include "core/rebuild.h"
#include "layout/bitmap.h"
#include "layout/header.h"
#include "layout/metadata.h"
#include "layout/offline_records.h"

/** Frames [first, end) of one new span: all or none the old pool's, all or none reserved. */
struct part {
    uint64_t first;
    uint64_t end;
    bool is_former;
    bool is_reserved;
};

/** A walk over all frames of the new pool in ascending order. */
struct walk {
    const struct bitframe *former;
    const struct bitframe_map *map;
    struct span rest;        /* the rest of the map's span that the walk is in */
    uint64_t span_frame;     /* where to search for the next */
    struct span reserved;    /* the map's first reservation that ends above the walk */
    uint64_t reserved_frame; /* where to search for the next */
};

static void walk_begin(struct walk *walk, const struct bitframe *former, const struct bitframe_map *map)
{
    walk->former = former;
    walk->map = map;
    walk->rest.first = 0;
    walk->rest.end = 0;
    walk->span_frame = 0;
    walk->reserved.first = 0;
    walk->reserved.end = 0;
    walk->reserved_frame = 0;
}

/** Does one of the spans hold @p frame? Lowers @p *end to where the answer changes. */
static bool holds(const struct span *spans, uint64_t count, uint64_t frame, uint64_t *end)
{
    uint64_t i = bitframe_span_above(spans, count, frame);
    if (i == count)
        return false;
    bool is_held = spans[i].first <= frame;
    uint64_t change = is_held ? spans[i].end : spans[i].first;
    if (change < *end)
        *end = change;
    return is_held;
}

/** Read the next run of a view. Returns whether there is one. */
static bool next_span(const struct bitframe_map *map, enum bitframe_map_view view, uint64_t *frame,
                      struct span *span)
{
    struct bitframe_map_run run;
    if (!bitframe_map_next(map, view, frame, &run))
        return false;
    span->first = frame_number(run.first_pa);
    span->end = span->first + run.frames;
    return true;
}

/** Move to the next part. Returns whether there is one. */
static bool walk_on(struct walk *walk, struct part *part)
{
    const struct bitframe *former = walk->former;
    if (walk->rest.first == walk->rest.end &&
        !next_span(walk->map, BITFRAME_MAP_VIEW_SPANS, &walk->span_frame, &walk->rest))
        return false;
    part->first = walk->rest.first;
    part->end = walk->rest.end;
    part->is_former = holds(pool_spans(former), former->span_count, part->first, &part->end);
    if (part->is_former) {
        part->is_reserved = holds(pool_reserved(former), former->reserved_count, part->first, &part->end);
    } else {
        while (walk->reserved.end <= part->first &&
               next_span(walk->map, BITFRAME_MAP_VIEW_RESERVED, &walk->reserved_frame, &walk->reserved)) {
        }
        part->is_reserved = holds(&walk->reserved, 1, part->first, &part->end);
    }
    walk->rest.first = part->end;
    return true;
}

/** Count the entries of the new table of reservations; write them to @p table if it is not null. */
static uint64_t join_reservations(const struct bitframe *former, const struct bitframe_map *map,
                                  struct span *table, uint64_t *frames)
{
    struct walk walk;
    struct part part;
    walk_begin(&walk, former, map);
    uint64_t count = 0;
    uint64_t end = 0; /* of the last */
    *frames = 0;
    while (walk_on(&walk, &part)) {
        if (!part.is_reserved)
            continue;
        *frames += part.end - part.first;
        if (count == 0 || part.first != end) {
            if (table)
                table[count].first = part.first;
            count++;
        }
        if (table)
            table[count - 1].end = part.end;
        end = part.end;
    }
    return count;
}

/** Does the map manage every frame of the pool? */
static bool manages_all(const struct bitframe_map *map, const struct bitframe *pool)
{
    const struct span *spans = pool_spans(pool);
    uint64_t found = 0;
    struct span span;
    for (uint64_t frame = 0;
         found < pool->span_count && next_span(map, BITFRAME_MAP_VIEW_SPANS, &frame, &span);) {
        while (found < pool->span_count && span.first <= spans[found].first && spans[found].end <= span.end)
            found++;
    }
    return found == pool->span_count;
}

/** Frames of [@p first, @p end) that the map manages. */
static uint64_t managed_within(const struct bitframe_map *map, uint64_t first, uint64_t end)
{
    uint64_t frames = 0;
    struct span span;
    for (uint64_t frame = first; next_span(map, BITFRAME_MAP_VIEW_SPANS, &frame, &span) && span.first < end;)
        frames += (span.end < end ? span.end : end) - span.first;
    return frames;
}

/** Does an offline range contain new frames? Nothing would record their state. */
static bool meets_offline(const struct bitframe *pool, const struct bitframe_map *map)
{
    for (const struct bitframe_offline_range *record = offline_at(pool, pool->offline); record;
         record = offline_at(pool, record->next)) {
        if (managed_within(map, record->first, record->end) !=
            bitframe_span_overlap(pool_spans(pool), pool->span_count, record->first, record->end))
            return true;
    }
    return false;
}

/** Compute the size of the new pool, or refuse. */
static enum bitframe_status plan(const struct bitframe *pool, const struct bitframe_map *map,
                                 struct extent *extent)
{
    if (!bitframe_map_is_complete(map))
        return BITFRAME_INCOMPLETE;
    bitframe_survey(map, extent, 0, 0, 0);
    if (!bitframe_extent_is_possible(extent) || !manages_all(map, pool))
        return BITFRAME_INVALID;
    if (meets_offline(pool, map))
        return BITFRAME_OFFLINE;
    uint64_t frames;
    extent->reserved = join_reservations(pool, map, 0, &frames);
    return BITFRAME_OK;
}

static uint64_t room_of(const struct extent *extent)
{
    return extent->reserved + BITFRAME_SPARE_RESERVED;
}

enum bitframe_status bitframe_get_extend_bytes(const struct bitframe *pool, const struct bitframe_map *map,
                                               uint64_t *bytes)
{
    if (!pool || !map || !bytes)
        return BITFRAME_INVALID;
    struct extent extent;
    enum bitframe_status status = plan(pool, map, &extent);
    if (status == BITFRAME_OK)
        *bytes = bitframe_extent_bytes(&extent, room_of(&extent));
    return status;
}

/** Do the @p a_bytes bytes at @p a overlap the @p b_bytes bytes at @p b? */
static bool overlap(const void *a, uint64_t a_bytes, const void *b, uint64_t b_bytes)
{
    return (uintptr_t)a - (uintptr_t)b < b_bytes || (uintptr_t)b - (uintptr_t)a < a_bytes;
}

static inline void copy_masked(uint64_t *to, uint64_t from, uint64_t mask)
{
    *to = (*to & ~mask) | (from & mask);
}

/**
 * Copy @p bits bits, at least one, from bit @p from of @p others to bit @p to of @p words. Both positions
 * must be the same modulo 64. The words at both ends keep their other bits.
 */
static void copy_bits(uint64_t *words, uint64_t to, const uint64_t *others, uint64_t from, uint64_t bits)
{
    uint64_t last = (to % WORD_BITS + bits - 1) / WORD_BITS;
    uint64_t head = mask_from(to);
    uint64_t tail = mask_to(to + bits - 1);
    words += to / WORD_BITS;
    others += from / WORD_BITS;
    if (last == 0) {
        copy_masked(words, others[0], head & tail);
        return;
    }
    copy_masked(words, others[0], head);
    for (uint64_t i = 1; i < last; i++)
        words[i] = others[i];
    copy_masked(words + last, others[last], tail);
}

/** Write the new bitmap. */
static void join_bitmaps(const struct bitframe *pool, const struct bitframe *former,
                         const struct bitframe_map *map)
{
    uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    kernel_clear(bitmap, 0, pool->frames.words * WORD_BITS);
    struct walk walk;
    struct part part;
    walk_begin(&walk, former, map);
    while (walk_on(&walk, &part)) {
        if (part.is_reserved)
            continue;
        uint64_t bit = pool_bit(pool, part.first);
        uint64_t frames = part.end - part.first;
        if (part.is_former)
            copy_bits(bitmap, bit, levels_at(former, &former->frames, 0), pool_bit(former, part.first),
                      frames);
        else
            kernel_fill(bitmap, bit, frames);
    }
}

enum bitframe_status bitframe_extend(struct bitframe *pool, const struct bitframe_map *map, void *metadata,
                                     uint64_t metadata_bytes)
{
    if (!pool || !map || !metadata || (uintptr_t)metadata % BITFRAME_METADATA_ALIGN != 0)
        return BITFRAME_INVALID;
    check_owner(pool);
    struct extent extent;
    enum bitframe_status status = plan(pool, map, &extent);
    if (status != BITFRAME_OK)
        return status;
    uint64_t bytes = bitframe_extent_bytes(&extent, room_of(&extent));
    const struct extent former_extent = {
        .spans = pool->span_count,
        .segments = pool->segment_count,
        .bits = pool->frames.words * WORD_BITS,
        .frames = pool->total_frames,
        .reserved = pool->reserved_count,
    };
    struct header *former_header = pool_header(pool);
    if (overlap(metadata, bytes, former_header, bitframe_extent_bytes(&former_extent, pool->reserved_room)) ||
        overlap(metadata, bytes, pool, sizeof(*pool)))
        return BITFRAME_INVALID;
    if (metadata_bytes < bytes)
        return BITFRAME_NO_ROOM;

    struct bitframe former; /* layout only: the distances in a copy of the pool would be wrong */
    bitframe_lay_out_extent(&former, &former_extent, pool->reserved_room, (uint64_t *)former_header);
    bitframe_header_spoil(metadata);
    uint64_t offline = pool->offline;
    uint64_t offline_frames = pool->offline_frames;
    bitframe_lay_out_extent(pool, &extent, room_of(&extent), metadata);
    pool->offline = offline;
    pool->offline_frames = offline_frames;
    struct extent again; /* counts reservations of the map alone */
    bitframe_survey(map, &again, pool_spans(pool), pool_segments(pool), 0);
    (void)join_reservations(&former, map, pool_reserved(pool), &pool->reserved_frames);
    join_bitmaps(pool, &former, map);
    bitframe_rebuild(pool);
    bitframe_header_write(pool);
    bitframe_header_spoil(former_header);
    return BITFRAME_OK;
}
