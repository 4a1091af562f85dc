/* SPDX-License-Identifier: MIT */
/* check_tables.c - the audit of tables, reservations and offline records. */
#include "layout/check_tables.h"

#include <bitframe/check.h>

#include "base/kernels.h"
#include "layout/bitmap.h"
#include "layout/offline_records.h"

/** Do @p count spans ascend, none empty and none overlapping the one before? */
static bool spans_ascend(const struct span *spans, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (spans[i].first >= spans[i].end || (i != 0 && spans[i].first < spans[i - 1].end))
            return false;
    }
    return true;
}

static bool tables_are_sound(const struct bitframe *pool)
{
    if (!spans_ascend(pool_spans(pool), pool->span_count) ||
        !spans_ascend(pool_reserved(pool), pool->reserved_count) ||
        pool->reserved_count > pool->reserved_room)
        return false;
    const struct segment *segments = pool_segments(pool);
    uint64_t bits = pool->frames.words * WORD_BITS;
    for (uint64_t i = 0; i < pool->segment_count; i++) {
        if (segments[i].first >= segments[i].end || bit_of_frame(segments + i, segments[i].end) > bits ||
            segments[i].first_bit % (GROUP_HUGE * BITFRAME_HUGE_FRAMES) != 0)
            return false;
        if (i != 0 && (segments[i].first <= segments[i - 1].end ||
                       segments[i].first_bit < bit_of_frame(segments + i - 1, segments[i - 1].end)))
            return false;
    }
    uint64_t frames = 0;
    for (uint64_t i = 0; i < pool->span_count; i++) {
        const struct span *span = pool_spans(pool) + i;
        uint64_t segment = bitframe_segment_above(pool, span->first);
        if (segment == pool->segment_count || segments[segment].first > span->first ||
            segments[segment].end < span->end)
            return false;
        frames += span->end - span->first;
    }
    return frames == pool->total_frames;
}

/** Set bits that stand for frames of spans. */
static uint64_t count_free_in_spans(const struct bitframe *pool)
{
    uint64_t frames = 0;
    for (uint64_t i = 0; i < pool->span_count; i++)
        frames += count_free(pool, pool_spans(pool)[i].first, pool_spans(pool)[i].end);
    return frames;
}

static bool reserved_is_sound(const struct bitframe *pool)
{
    uint64_t reserved = 0;
    struct span part;
    for (uint64_t i = 0; i < pool->span_count; i++) {
        const struct span *span = pool_spans(pool) + i;
        for (uint64_t frame = span->first;
             bitframe_span_next(pool_reserved(pool), pool->reserved_count, &frame, span->end, &part);) {
            reserved += part.end - part.first;
            if (count_free(pool, part.first, part.end) != 0)
                return false;
        }
    }
    for (uint64_t i = 0; i < pool->reserved_count; i++) {
        const struct span *range = pool_reserved(pool) + i;
        if (!frame_is_managed(pool, range->first) || !frame_is_managed(pool, range->end - 1))
            return false;
    }
    return reserved == pool->reserved_frames;
}

/** Are the records of offline ranges in order? Is every bit and every count of them right? */
static bool offline_is_sound(const struct bitframe *pool)
{
    uint64_t offline = 0;
    uint64_t below = 0;
    for (const struct bitframe_offline_range *record = offline_at(pool, pool->offline); record;
         record = offline_at(pool, record->next)) {
        if (record->first < below || record->first >= record->end || !frame_is_managed(pool, record->first) ||
            !frame_is_managed(pool, record->end - 1))
            return false;
        below = record->end;
        const uint64_t *words = offline_words(pool, record);
        uint64_t in_use = 0;
        struct span piece;
        for (uint64_t frame = record->first; bitframe_piece_next(pool, &frame, record->end, &piece);) {
            uint64_t bit = offline_bit(record, piece.first);
            uint64_t frames = piece.end - piece.first;
            uint64_t used = bitframe_count_range(words, bit, bit + frames);
            if (count_free(pool, piece.first, piece.end) != 0)
                return false;
            in_use += used;
            offline += frames - used;
        }
        if (in_use != record->in_use ||
            in_use != kernel_count(words, offline_word_count(record->first, record->end)))
            return false;
    }
    return offline == pool->offline_frames;
}

enum bitframe_invariant bitframe_check_tables(const struct bitframe *pool, uint64_t *free_frames)
{
    if (!tables_are_sound(pool))
        return BITFRAME_BAD_TABLES;
    *free_frames = kernel_count(levels_at(pool, &pool->frames, 0), pool->frames.words);
    if (*free_frames != count_free_in_spans(pool))
        return BITFRAME_BAD_PADDING;
    if (!reserved_is_sound(pool))
        return BITFRAME_BAD_RESERVED;
    if (!offline_is_sound(pool))
        return BITFRAME_BAD_OFFLINE;
    return BITFRAME_SOUND;
}
