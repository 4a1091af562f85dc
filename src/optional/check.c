/* SPDX-License-Identifier: MIT */
/* check.c - the audit of a pool. */
#include <bitframe/check.h>

#include "base/kernels.h"
#include "core/cursor.h"
#include "core/owner.h"
#include "layout/bitmap.h"
#include "layout/check_tables.h"
#include "layout/header.h"
#include "layout/offline_records.h"
#include "optional/check_levels.h"

/** The pending huge frame, or NO_BIT. */
static uint64_t pending_huge(const struct bitframe *pool)
{
    return pool->pending ? cursor_word(pool) / HUGE_WORDS : NO_BIT;
}

/** If the cursor's huge frame is pending, can it be? */
static bool pending_is_sound(const struct bitframe *pool)
{
    if (!pool->pending)
        return true;
    uint64_t word = cursor_word(pool);
    return pool->pending == 1 && word < pool->frames.words && word % HUGE_WORDS == 0 &&
           levels_test(pool, &pool->huge, word / HUGE_WORDS);
}

static bool huge_agree(const struct bitframe *pool)
{
    const uint64_t *words = levels_at(pool, &pool->frames, 0);
    uint64_t cursor = cursor_word(pool);
    for (uint64_t huge_frame = 0; huge_frame < pool->frames.words / HUGE_WORDS;
         huge_frame++, words += HUGE_WORDS) {
        uint64_t rest = UINT64_MAX;
        for (int i = 1; i < HUGE_WORDS; i++)
            rest &= words[i];
        bool is_set = levels_test(pool, &pool->huge, huge_frame);
        bool may_stand = rest == UINT64_MAX && huge_frame == cursor / HUGE_WORDS && cursor % HUGE_WORDS == 0;
        if ((words[0] & rest) == UINT64_MAX ? !is_set : is_set && !may_stand)
            return false;
    }
    uint64_t lowest = kernel_find(levels_at(pool, &pool->huge, 0), 0, pool->huge_word * WORD_BITS);
    if (lowest == pending_huge(pool))
        lowest = kernel_find(levels_at(pool, &pool->huge, 0), lowest + 1, pool->huge_word * WORD_BITS);
    return pool->huge_word < pool->huge.words && lowest == pool->huge_word * WORD_BITS &&
           bitframe_is_clear(levels_at(pool, &pool->huge, 0), pool->frames.words / HUGE_WORDS,
                             pool->huge.words * WORD_BITS);
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
    if (!pending_is_sound(pool))
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
    uint64_t pending = pending_huge(pool);
    if (!bitframe_levels_agree(pool, &pool->frames, 2, pending / GROUP_HUGE))
        return BITFRAME_BAD_INDEX;
    if (!cursor_is_right(pool))
        return BITFRAME_BAD_CURSOR;
    if (!bitframe_levels_agree(pool, &pool->huge, 1, pending / WORD_BITS) || !huge_agree(pool))
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
