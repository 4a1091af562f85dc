/* SPDX-License-Identifier: MIT */
/*
 * cursor.h - where the lowest free frame is
 *
 * The cursor makes the way to the next free frame short. All words below it are empty, at every level, so
 * what is left of a word on the path up needs no masking: its lowest bit leads to the answer.
 */
#ifndef BITFRAME_CORE_CURSOR_H
#define BITFRAME_CORE_CURSOR_H

#include "layout/tables.h"

/** The cursor's word, by number; one past the last while nothing is free. */
static inline uint64_t cursor_word(const struct bitframe *pool)
{
    return (pool->cursor - pool->frames.level[0]) / sizeof(uint64_t);
}

/**
 * Point the cursor at word @p word by a step, if the word is of the cursor's segment.
 *
 * @return  Whether it is.
 */
static inline bool step_cursor(struct bitframe *pool, uint64_t word)
{
    if (word - pool->cursor_first >= pool->cursor_words)
        return false;
    pool->cursor = pool->frames.level[0] + word * sizeof(uint64_t);
    pool->cursor_pa = pool->cursor_base_pa + (word << (WORD_SHIFT + BITFRAME_FRAME_SHIFT));
    return true;
}

/** Point the cursor at word @p word of the bitmap, not behind its end, whatever segment that is in. */
void bitframe_set_cursor(struct bitframe *pool, uint64_t word);

/** Point the cursor behind the last word: nothing is free. The next that is will often be of the same
 * segment. */
static inline void park_cursor(struct bitframe *pool)
{
    pool->cursor = pool->frames.level[0] + pool->frames.words * sizeof(uint64_t);
    pool->cursor_pa = 0;
}

/** Likewise, where it has not been in any segment, or segments have changed. */
static inline void forget_cursor(struct bitframe *pool)
{
    pool->cursor_words = 0;
    park_cursor(pool);
}

/** Is the cursor's huge frame pending, or does its bit stand though allocations have opened it? */
static inline bool has_pending(const struct bitframe *pool)
{
    /* With nothing free the cursor is behind the bitmap, and all there is 0. */
    return pool->pending != 0 || (*pool_word(pool, pool->cursor) != UINT64_MAX &&
                                  levels_test(pool, &pool->huge, cursor_word(pool) / HUGE_WORDS));
}

/**
 * Tie the cursor's huge frame into the index if it is pending, and clear its bit if allocations have left
 * that standing. Before any use of huge frames or of the levels above frames, and before the cursor moves to
 * another huge frame other than by emptying a word.
 */
void bitframe_flush_pending(struct bitframe *pool);

/**
 * The word under the cursor was emptied: take it out of the index and move the cursor to the next.
 *
 * @return  @p pa, untouched: the caller returns it by a tail call and saves no register on its fast path.
 */
uint64_t bitframe_cursor_emptied(struct bitframe *pool, uint64_t pa);

/** Point the cursor at the lowest word with a free frame, by the index, or behind the end. */
void bitframe_find_cursor(struct bitframe *pool);

/** Make the window the one around the lowest free frame, at the cursor; empty if nothing is free. */
void bitframe_window_find(struct bitframe *pool);

#endif
