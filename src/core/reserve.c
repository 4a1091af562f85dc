/* SPDX-License-Identifier: MIT */
/*
 * reserve.c - frames that are the pool's and not to be had
 *
 * A reserved frame looks allocated in the bitmap; what tells it from an allocated one is the table of
 * reservations, a few ascending ranges that neither overlap nor touch, each of which begins and ends with a
 * frame of the pool. Only calls that miss the window search it.
 */
#include <bitframe/debug.h>

#include "core/cursor.h"
#include "core/owner.h"
#include "core/range.h"
#include "layout/bitmap.h"
#include "layout/header.h"
#include "layout/metadata.h"
#include "layout/offline_records.h"
#include "layout/window.h"

/**
 * Replace entries [@p from, @p to) of the table by @p count entries of @p with, which fit.
 *
 * For whoever adopts the pool after a crash this is where a call happens: while the table has a range, what
 * the bitmap says of it does not count.
 */
static void splice(struct bitframe *pool, uint64_t from, uint64_t to, const struct span *with, uint64_t count)
{
    struct span *table = pool_reserved(pool);
    uint64_t tail = pool->reserved_count - to;
    bitframe_header_changing(pool);
    if (count > to - from) {
        for (uint64_t i = tail; i-- != 0;)
            table[from + count + i] = table[to + i];
    } else {
        for (uint64_t i = 0; i < tail; i++)
            table[from + count + i] = table[to + i];
    }
    for (uint64_t i = 0; i < count; i++)
        table[from + i] = with[i];
    pool->reserved_count = from + count + tail;
    bitframe_header_steady(pool);
}

/** May frames [@p first, @p end), of which the first and the last are the pool's, be reserved? @p free_frames
 * are free. */
static enum bitframe_status may_reserve(struct bitframe *pool, uint64_t first, uint64_t end,
                                        uint64_t *free_frames)
{
    *free_frames = 0;
    if (window_covers(pool, first, end)) {
        uint64_t bit = bit_in_window(pool, first);
        *free_frames = bitframe_count_free(pool, bit, bit + (end - first));
        return *free_frames == end - first ? BITFRAME_OK : BITFRAME_IN_USE;
    }
    if (bitframe_offline_overlapping(pool, first, end))
        return BITFRAME_OFFLINE;
    uint64_t held = 0;
    struct span piece;
    for (uint64_t frame = first;
         bitframe_span_next(pool_spans(pool), pool->span_count, &frame, end, &piece);) {
        uint64_t frames = piece.end - piece.first;
        uint64_t bit = pool_bit(pool, piece.first);
        uint64_t free_here = bitframe_count_free(pool, bit, bit + frames);
        *free_frames += free_here;
        held += frames - free_here;
        if (free_here != frames)
            held -= bitframe_span_overlap(pool_reserved(pool), pool->reserved_count, piece.first, piece.end);
    }
    return held == 0 ? BITFRAME_OK : BITFRAME_IN_USE;
}

enum bitframe_status bitframe_reserve(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    check_owner(pool);
    if (bytes == 0)
        return BITFRAME_OK;
    uint64_t last_pa = pa + (bytes - 1);
    if (last_pa < pa)
        return BITFRAME_INVALID;
    struct span merged = {.first = frame_number(pa), .end = frame_number(last_pa) + 1};
    if (!window_covers(pool, merged.first, merged.end) && !bitframe_trim(pool, &merged))
        return BITFRAME_OK;
    uint64_t first = merged.first;
    uint64_t end = merged.end;
    uint64_t free_frames;
    enum bitframe_status status = may_reserve(pool, first, end, &free_frames);
    if (status != BITFRAME_OK || free_frames == 0)
        return status;

    /* The entries that the range meets or touches become one with it. */
    const struct span *table = pool_reserved(pool);
    uint64_t from = bitframe_span_above(table, pool->reserved_count, first == 0 ? 0 : first - 1);
    uint64_t to = from;
    for (; to < pool->reserved_count && table[to].first <= end; to++) {
        if (table[to].first < merged.first)
            merged.first = table[to].first;
        if (table[to].end > merged.end)
            merged.end = table[to].end;
    }
    if (from == to && pool->reserved_count == pool->reserved_room)
        return BITFRAME_NO_ROOM;
    splice(pool, from, to, &merged, 1);
    uint32_t tag = bitframe_set_current_tag(pool, 0); /* they have no owner */
    if (window_covers(pool, first, end)) {
        uint64_t bit = bit_in_window(pool, first);
        bitframe_clear_frames(pool, bit, bit + (end - first));
    } else {
        struct span piece;
        for (uint64_t frame = first;
             bitframe_span_next(pool_spans(pool), pool->span_count, &frame, end, &piece);) {
            uint64_t bit = pool_bit(pool, piece.first);
            bitframe_clear_frames(pool, bit, bit + (piece.end - piece.first));
        }
    }
    bitframe_set_current_tag(pool, tag);
    pool->reserved_frames += free_frames;
    bitframe_window_cut(pool, first, end);
    return BITFRAME_OK;
}

enum bitframe_status bitframe_unreserve(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    check_owner(pool);
    if (bytes == 0)
        return BITFRAME_OK;
    uint64_t last_pa = pa + (bytes - 1);
    if (last_pa < pa)
        return BITFRAME_INVALID;
    uint64_t first = frame_number_up(pa);
    uint64_t end = frame_number(last_pa) + (last_pa % BITFRAME_FRAME_BYTES == BITFRAME_FRAME_BYTES - 1);
    struct span range = {.first = first, .end = end};
    if (first >= end || !bitframe_trim(pool, &range))
        return BITFRAME_OK;
    if (bitframe_offline_overlapping(pool, range.first, range.end))
        return BITFRAME_OFFLINE;

    uint64_t managed = 0;
    uint64_t reserved = 0;
    struct span piece;
    for (uint64_t frame = first;
         bitframe_span_next(pool_spans(pool), pool->span_count, &frame, end, &piece);) {
        managed += piece.end - piece.first;
        reserved += bitframe_span_overlap(pool_reserved(pool), pool->reserved_count, piece.first, piece.end);
    }
    if (reserved != managed)
        return BITFRAME_NOT_RESERVED;

    /* What the entries that the range meets leave on either side of it. */
    const struct span *table = pool_reserved(pool);
    uint64_t from = bitframe_span_above(table, pool->reserved_count, first);
    uint64_t to = from;
    while (to < pool->reserved_count && table[to].first < end)
        to++;
    struct span rest[2] = {{.first = table[from].first, .end = first},
                           {.first = end, .end = table[to - 1].end}};
    uint64_t rests = 0;
    if (rest[0].first < first && bitframe_trim(pool, &rest[0]))
        rests++;
    if (end < rest[1].end && bitframe_trim(pool, &rest[1]))
        rest[rests++] = rest[1];
    if (pool->reserved_count - (to - from) + rests > pool->reserved_room)
        return BITFRAME_NO_ROOM;

    for (uint64_t frame = first;
         bitframe_span_next(pool_spans(pool), pool->span_count, &frame, end, &piece);) {
        uint64_t bit = pool_bit(pool, piece.first);
        bitframe_set_frames(pool, bit, bit + (piece.end - piece.first));
    }
    splice(pool, from, to, rest, rests);
    pool->reserved_frames -= managed;
    if (pool->window_frames == 0)
        bitframe_window_find(pool);
    return BITFRAME_OK;
}
