/* SPDX-License-Identifier: MIT */
/* check.c - the audit of a pool. */
#include <bitframe/check.h>

#include "base/kernels.h"
#include "core/huge_index.h"
#include "core/owner.h"
#include "layout/bitmap.h"
#include "layout/check_tables.h"
#include "layout/header.h"
#include "layout/offline_records.h"
#include "optional/check_levels.h"

/** The first word of the cursor's huge frame, or OUTSIDE_NONE. The index does not know of it. */
static uint64_t word_outside(const struct bitframe *pool)
{
    uint64_t word = word_number(pool, pool->cursor);
    return word < pool->frames.words ? word / HUGE_WORDS * HUGE_WORDS : OUTSIDE_NONE;
}

static bool huge_agree(const struct bitframe *pool)
{
    const uint64_t *words = levels_at(pool, &pool->frames, 0);
    const uint64_t *huge = levels_at(pool, &pool->huge, 0);
    uint64_t outside = word_outside(pool);
    for (uint64_t word = 0; word < pool->frames.words; word += HUGE_WORDS) {
        bool is_whole = word != outside && huge_is_whole(words + word);
        if (levels_test(pool, &pool->huge, word / HUGE_WORDS) != is_whole)
            return false;
    }
    return pool->huge_word < pool->huge.words && bitframe_is_clear(huge, 0, pool->huge_word * WORD_BITS) &&
           bitframe_is_clear(huge, pool->frames.words / HUGE_WORDS, pool->huge.words * WORD_BITS);
}

/** Is the cached segment one of the pool's, or none? */
static bool cached_segment_is_right(const struct bitframe *pool)
{
    if (pool->segment_words == 0)
        return true;
    if (pool->segment_first >= pool->frames.words)
        return false;
    const struct segment *segment = bitframe_segment_of_bit(pool, pool->segment_first * WORD_BITS);
    return pool->segment_first == segment->first_bit / WORD_BITS &&
           pool->segment_words == (segment->end - segment->first) / WORD_BITS &&
           pool->segment_base_pa == (segment->first - segment->first_bit) << BITFRAME_FRAME_SHIFT;
}

/** Does rest have a bit for each word of the huge frame from word @p first on that is not 0, but for the cursor's? */
static bool rest_is_right(const struct bitframe *pool, uint64_t first, uint64_t cursor)
{
    uint64_t rest = 0;
    for (uint64_t word = first; word < first + HUGE_WORDS; word++)
        rest |= (uint64_t)(word != cursor && levels_at(pool, &pool->frames, 0)[word] != 0) << (word - first);
    return pool->rest == rest;
}

/** Is nothing free below the cursor and between its huge frame and next, and do both lead where they should? */
static bool cursor_is_right(const struct bitframe *pool)
{
    const uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    uint64_t cursor = word_number(pool, pool->cursor);
    uint64_t lowest = kernel_scan(bitmap, pool->frames.words);
    uint64_t outside = word_outside(pool);
    uint64_t above = 0;
    if (outside == OUTSIDE_NONE) {
        if (pool->cursor != pool_distance(pool, &pool->none) || pool->none != 0 || pool->rest != 0)
            return false;
    } else {
        above = outside + HUGE_WORDS;
        const struct segment *segment = bitframe_segment_of_bit(pool, cursor * WORD_BITS);
        if (pool->cursor != word_distance(pool, cursor) || !rest_is_right(pool, outside, cursor) ||
            pool->cursor_pa != frame_of_bit(segment, cursor * WORD_BITS) << BITFRAME_FRAME_SHIFT ||
            (cursor_is_empty(pool) ? lowest < above : lowest != cursor))
            return false;
    }
    uint64_t next = above + kernel_scan(bitmap + above, pool->frames.words - above);
    return pool->next == huge_distance(pool, next) && cached_segment_is_right(pool);
}

static bool window_is_sound(const struct bitframe *pool)
{
    uint64_t first = frame_number(pool->window_pa);
    uint64_t end = first + pool->window_frames;
    if (pool->window_frames == 0)
        return true;
    if (!frame_is_managed(pool, first))
        return false;
    const struct segment *segment = segment_of_frame(pool, first);
    if (pool->zero_word !=
        pool->frames.level[0] +
            (segment->first_bit / WORD_BITS - segment->first / WORD_BITS) * sizeof(uint64_t))
        return false;
    return bitframe_span_overlap(pool_spans(pool), pool->span_count, first, end) == pool->window_frames &&
           bitframe_span_overlap(pool_reserved(pool), pool->reserved_count, first, end) == 0 &&
           !bitframe_offline_overlapping(pool, first, end) &&
           bitframe_segment_above(pool, first) == bitframe_segment_above(pool, end - 1);
}

/** Verify the index, the cursor, the count and the window. */
static enum bitframe_invariant check_index(const struct bitframe *pool, uint64_t free_frames)
{
    if (!bitframe_levels_agree(pool, &pool->frames, word_outside(pool)))
        return BITFRAME_BAD_INDEX;
    if (!cursor_is_right(pool))
        return BITFRAME_BAD_CURSOR;
    if (!bitframe_levels_agree(pool, &pool->huge, OUTSIDE_NONE) || !huge_agree(pool))
        return BITFRAME_BAD_HUGE;
    if (free_frames != pool->free_frames)
        return BITFRAME_BAD_COUNT;
    return window_is_sound(pool) ? BITFRAME_SOUND : BITFRAME_BAD_WINDOW;
}

enum bitframe_invariant bitframe_check(const struct bitframe *pool)
{
    uint64_t free_frames;
    check_owner(pool);
    enum bitframe_invariant broken = bitframe_check_tables(pool, &free_frames);
    if (broken == BITFRAME_SOUND)
        broken = check_index(pool, free_frames);
    if (broken == BITFRAME_SOUND && !bitframe_header_is_right(pool))
        return BITFRAME_BAD_HEADER;
    return broken;
}
