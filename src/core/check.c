/* SPDX-License-Identifier: MIT */
/* check.c - the audit of a pool, and the names of what it and the other calls report. */
#include "check.h"
#include "cursor.h"
#include "header.h"
#include "index.h"
#include "kernels.h"
#include "offline.h"
#include "owner.h"

/** Is every bit in [@p first, @p end) clear? */
static bool is_clear(const uint64_t *words, uint64_t first, uint64_t end)
{
    return kernel_find(words, first, end) == end;
}

/**
 * Does @p level say of each of the @p words words of @p below whether it is 0, and nothing else?
 *
 * @param loose  The one word that may be missing though it is not 0, or NO_BIT.
 */
static bool level_agrees(const uint64_t *level, const uint64_t *below, uint64_t words, uint64_t loose)
{
    uint64_t word = 0;
    while (word < words) {
        /* A scan may enter SIMD, which costs the kernel something: not once for every word that is not 0. */
        uint64_t used = below[word] != 0 ? word : word + kernel_scan(below + word, words - word);
        if (!is_clear(level, word, used))
            return false;
        if (used < words && used != loose && is_clear(level, used, used + 1))
            return false;
        word = used + 1;
    }
    return is_clear(level, words, words_above(words) * WORD_BITS);
}

/** @param loose  The bit of level @p k_loose that may be missing. */
static bool levels_agree(const struct bitframe *pool, const struct bitframe_levels *levels, uint64_t k_loose,
                         uint64_t loose)
{
    uint64_t words = levels->words;
    for (uint64_t k = 1; k < levels->count; k++) {
        if (!level_agrees(levels_at(pool, levels, k), levels_at(pool, levels, k - 1), words,
                          k == k_loose ? loose : NO_BIT))
            return false;
        words = words_above(words);
    }
    return words == 1 && (levels->stop & 2) != 0;
}

/** Do @p count spans ascend, none empty or meeting the one before? */
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
            segments[i].first_bit % (GROUP_LINES * BITFRAME_LINE_FRAMES) != 0)
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
    struct span piece;
    for (uint64_t i = 0; i < pool->span_count; i++) {
        const struct span *span = pool_spans(pool) + i;
        for (uint64_t frame = span->first;
             bitframe_span_next(pool_reserved(pool), pool->reserved_count, &frame, span->end, &piece);) {
            reserved += piece.end - piece.first;
            if (count_free(pool, piece.first, piece.end) != 0)
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

/** Are the records of offline ranges in order, and is each bit and each count of them right? */
static bool offline_is_sound(const struct bitframe *pool)
{
    uint64_t offline = 0;
    uint64_t below = 0;
    for (const struct bitframe_offline *record = offline_at(pool, pool->offline); record;
         record = offline_at(pool, record->next)) {
        if (record->first < below || record->first >= record->end || !frame_is_managed(pool, record->first) ||
            !frame_is_managed(pool, record->end - 1))
            return false;
        below = record->end;
        const uint64_t *words = offline_words(pool, record);
        uint64_t in_use = 0;
        struct span stretch;
        for (uint64_t frame = record->first; bitframe_stretch_next(pool, &frame, record->end, &stretch);) {
            uint64_t bit = offline_bit(record, stretch.first);
            uint64_t frames = stretch.end - stretch.first;
            uint64_t used = bitframe_count_range(words, bit, bit + frames);
            if (count_free(pool, stretch.first, stretch.end) != 0)
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

/** The loose line, or NO_BIT. */
static uint64_t loose_line(const struct bitframe *pool)
{
    return pool->loose ? cursor_word(pool) / LINE_WORDS : NO_BIT;
}

/** If the cursor's line is loose, can it be? */
static bool loose_is_sound(const struct bitframe *pool)
{
    if (!pool->loose)
        return true;
    uint64_t word = cursor_word(pool);
    return pool->loose == 1 && word < pool->frames.words && word % LINE_WORDS == 0 &&
           levels_test(pool, &pool->lines, word / LINE_WORDS);
}

static bool lines_agree(const struct bitframe *pool)
{
    const uint64_t *words = levels_at(pool, &pool->frames, 0);
    uint64_t cursor = cursor_word(pool);
    for (uint64_t line = 0; line < pool->frames.words / LINE_WORDS; line++, words += LINE_WORDS) {
        uint64_t rest = UINT64_MAX;
        for (int i = 1; i < LINE_WORDS; i++)
            rest &= words[i];
        bool is_set = levels_test(pool, &pool->lines, line);
        bool may_stand = rest == UINT64_MAX && line == cursor / LINE_WORDS && cursor % LINE_WORDS == 0;
        if ((words[0] & rest) == UINT64_MAX ? !is_set : is_set && !may_stand)
            return false;
    }
    uint64_t lowest = kernel_find(levels_at(pool, &pool->lines, 0), 0, pool->line_word * WORD_BITS);
    if (lowest == loose_line(pool))
        lowest = kernel_find(levels_at(pool, &pool->lines, 0), lowest + 1, pool->line_word * WORD_BITS);
    return pool->line_word < pool->lines.words && lowest == pool->line_word * WORD_BITS &&
           is_clear(levels_at(pool, &pool->lines, 0), pool->frames.words / LINE_WORDS,
                    pool->lines.words * WORD_BITS);
}

/** Is the cursor's segment the one that holds word @p word? */
static bool cursor_segment_is_right(const struct bitframe *pool, uint64_t word)
{
    const struct segment *segment = bitframe_segment_of_bit(pool, word * WORD_BITS);
    return pool->cursor_first == segment->first_bit / WORD_BITS &&
           pool->cursor_words == (segment->end - segment->first) / WORD_BITS &&
           pool->cursor_base_pa == (segment->first - segment->first_bit) << BITFRAME_FRAME_SHIFT;
}

static bool cursor_is_right(const struct bitframe *pool)
{
    const uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    uint64_t cursor = kernel_scan(bitmap, pool->frames.words);
    if (!loose_is_sound(pool))
        return false;
    if (pool->cursor != pool_distance(pool, bitmap + cursor))
        return false;
    if (cursor == pool->frames.words)
        return pool->cursor_pa == 0 &&
               (pool->cursor_words == 0 || (pool->cursor_first < pool->frames.words &&
                                            cursor_segment_is_right(pool, pool->cursor_first)));
    const struct segment *segment = bitframe_segment_of_bit(pool, cursor * WORD_BITS);
    return cursor_segment_is_right(pool, cursor) &&
           pool->cursor_pa == frame_of_bit(segment, cursor * WORD_BITS) << BITFRAME_FRAME_SHIFT;
}

static bool gap_is_sound(const struct bitframe *pool)
{
    uint64_t first = frame_number(pool->gap_pa);
    uint64_t end = first + pool->gap_frames;
    if (pool->gap_frames == 0)
        return true;
    if (!frame_is_managed(pool, first))
        return false;
    const struct segment *segment = segment_of_frame(pool, first);
    if (pool->zero_word !=
        pool->frames.level[0] +
            (segment->first_bit / WORD_BITS - segment->first / WORD_BITS) * sizeof(uint64_t))
        return false;
    return bitframe_span_overlap(pool_spans(pool), pool->span_count, first, end) == pool->gap_frames &&
           bitframe_span_overlap(pool_reserved(pool), pool->reserved_count, first, end) == 0 &&
           !bitframe_offline_meeting(pool, first, end) &&
           bitframe_segment_above(pool, first) == bitframe_segment_above(pool, end - 1);
}

/** Verify index, cursor, count and gap of a pool whose bitmap has @p free_frames set bits. */
static enum bitframe_invariant check_owned(const struct bitframe *pool, uint64_t free_frames)
{
    uint64_t loose = loose_line(pool);
    if (!levels_agree(pool, &pool->frames, 2, loose / GROUP_LINES))
        return BITFRAME_BAD_INDEX;
    if (!cursor_is_right(pool))
        return BITFRAME_BAD_CURSOR;
    if (!levels_agree(pool, &pool->lines, 1, loose / WORD_BITS) || !lines_agree(pool))
        return BITFRAME_BAD_LINES;
    if (free_frames != pool->free_frames)
        return BITFRAME_BAD_COUNT;
    return gap_is_sound(pool) ? BITFRAME_SOUND : BITFRAME_BAD_GAP;
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

enum bitframe_invariant bitframe_check(const struct bitframe *pool)
{
    uint64_t free_frames;
    check_owner(pool);
    enum bitframe_invariant broken = bitframe_check_tables(pool, &free_frames);
    if (broken == BITFRAME_SOUND)
        broken = check_owned(pool, free_frames);
    if (broken == BITFRAME_SOUND && !bitframe_header_is_right(pool))
        return BITFRAME_BAD_HEADER;
    return broken;
}

/* Text, not pointers to it: a kernel that runs below its link address cannot follow those. (A switch that
 * returns strings becomes such a table.) */

static const char status_names[][20] = {
    [BITFRAME_OK] = "ok",
    [BITFRAME_DOUBLE_FREE] = "double free",
    [BITFRAME_UNMANAGED] = "unmanaged",
    [BITFRAME_MISALIGNED] = "misaligned",
    [BITFRAME_INVALID] = "invalid argument",
    [BITFRAME_NO_ROOM] = "no room",
    [BITFRAME_INCOMPLETE] = "incomplete map",
    [BITFRAME_MALFORMED] = "malformed",
    [BITFRAME_UNSUPPORTED] = "unsupported",
    [BITFRAME_NONE] = "none",
    [BITFRAME_RESERVED] = "reserved",
    [BITFRAME_IN_USE] = "in use",
    [BITFRAME_NOT_RESERVED] = "not reserved",
    [BITFRAME_OFFLINE] = "offline",
    [BITFRAME_BUSY] = "busy",
};

static const char invariant_names[][12] = {
    [BITFRAME_SOUND] = "sound",         [BITFRAME_BAD_TABLES] = "tables",
    [BITFRAME_BAD_PADDING] = "padding", [BITFRAME_BAD_RESERVED] = "reserved",
    [BITFRAME_BAD_INDEX] = "index",     [BITFRAME_BAD_LINES] = "lines",
    [BITFRAME_BAD_COUNT] = "count",     [BITFRAME_BAD_CURSOR] = "cursor",
    [BITFRAME_BAD_GAP] = "gap",         [BITFRAME_BAD_HEADER] = "header",
    [BITFRAME_BAD_OFFLINE] = "offline",
};

const char *bitframe_status_name(enum bitframe_status status)
{
    if ((unsigned)status >= sizeof(status_names) / sizeof(status_names[0]))
        return "unknown status";
    return status_names[status];
}

const char *bitframe_invariant_name(enum bitframe_invariant invariant)
{
    if ((unsigned)invariant >= sizeof(invariant_names) / sizeof(invariant_names[0]))
        return "unknown invariant";
    return invariant_names[invariant];
}
