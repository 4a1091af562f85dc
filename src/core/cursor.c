/* SPDX-License-Identifier: MIT */
/* cursor.c - the cursor within its huge frame, and how that enters the index. */
#include "core/cursor.h"
#include "core/huge_index.h"
#include "layout/window.h"

void bitframe_cache_segment(struct bitframe *pool, uint64_t word)
{
    const struct segment *segment = bitframe_segment_of_bit(pool, word * WORD_BITS);
    pool->segment_base_pa = (segment->first - segment->first_bit) << BITFRAME_FRAME_SHIFT;
    pool->segment_first = segment->first_bit / WORD_BITS;
    pool->segment_words = (segment->end - segment->first) / WORD_BITS;
}

uint64_t bitframe_cursor_emptied(struct bitframe *pool, uint64_t pa)
{
    uint64_t rest = pool->rest;
    if (rest == 0)
        return pa;
    uint64_t cursor = pool->cursor;
    uint64_t steps = lowest_bit(rest) - (uintptr_t)pool_word(pool, cursor) / sizeof(uint64_t) % HUGE_WORDS;
    pool->cursor = cursor + steps * sizeof(uint64_t);
    pool->cursor_pa += steps << (WORD_SHIFT + BITFRAME_FRAME_SHIFT);
    pool->rest = rest & (rest - 1);
    return pa;
}

void bitframe_index_cursor(struct bitframe *pool)
{
    uint64_t word = word_number(pool, pool->cursor);
    uint64_t used = pool->rest | rest_bit(pool, pool->cursor);
    uint64_t *any = levels_at(pool, &pool->frames, 1) + word / WORD_BITS;
    *any |= used << word % WORD_BITS / HUGE_WORDS * HUGE_WORDS;
    levels_climb_filled(pool, pool->frames.level + 1, word / WORD_BITS);
    pool->next = huge_distance(pool, word);
    if (used == HUGE_USED && huge_is_whole(pool_word(pool, pool->next)))
        huge_completed(pool, word / HUGE_WORDS);
}

void bitframe_flush_cursor(struct bitframe *pool)
{
    if (!cursor_is_empty(pool))
        bitframe_index_cursor(pool);
    park_cursor(pool);
}

void bitframe_mend_next(struct bitframe *pool)
{
    uint64_t bit = bitframe_levels_next(pool, &pool->frames, word_number(pool, pool->next) * WORD_BITS);
    pool->next = bit == NO_BIT ? next_none(pool) : huge_distance(pool, bit / WORD_BITS);
}

void bitframe_window_find(struct bitframe *pool)
{
    pool->window_frames = 0;
    pool->window_pa = 0;
    pool->zero_word = 0;
    if (pool->free_frames == 0)
        return;
    bitframe_flush_cursor(pool);
    uint64_t bit = bitframe_levels_next(pool, &pool->frames, word_number(pool, pool->next) * WORD_BITS);
    bitframe_window_move(pool, frame_of_bit(bitframe_segment_of_bit(pool, bit), bit));
}
