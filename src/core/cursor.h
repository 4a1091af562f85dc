/* SPDX-License-Identifier: MIT */
/*
 * cursor.h - the huge frame that single frames come from, outside the index
 *
 * One rule: the index describes everything above the cursor's huge frame, and that one not at all. Below it
 * nothing is free. In a pool that has run for a while nearly every free falls into an empty huge frame far
 * below all that is free, and the next allocation takes that frame again. Both change one word of the bitmap
 * and nothing else, for next remembers where the lowest free frame of the index is: the cursor steps down to
 * the freed frame, empties its huge frame and stays there until it is asked again.
 *
 * A huge frame enters the index when the cursor leaves it for a lower one, or when a call needs the whole
 * index (bitframe_flush_cursor()). It leaves the index when the cursor comes to it.
 */
#ifndef BITFRAME_CORE_CURSOR_H
#define BITFRAME_CORE_CURSOR_H

#include "layout/tables.h"

/** The number of the word at @p distance. */
static inline uint64_t word_number(const struct bitframe *pool, uint64_t distance)
{
    return (distance - pool->frames.level[0]) / sizeof(uint64_t);
}

/** The distance of word @p word of the bitmap. Of two words the upper one has the greater distance. */
static inline uint64_t word_distance(const struct bitframe *pool, uint64_t word)
{
    return pool->frames.level[0] + word * sizeof(uint64_t);
}

/** The distance of the first word of the huge frame that word @p word belongs to. */
static inline uint64_t huge_distance(const struct bitframe *pool, uint64_t word)
{
    return word_distance(pool, word / HUGE_WORDS * HUGE_WORDS);
}

/** The words of the huge frame that the word at @p distance belongs to. Each has a line of 64 bytes. */
static inline uint64_t *huge_words_of(const struct bitframe *pool, uint64_t distance)
{
    return (uint64_t *)((uintptr_t)pool_word(pool, distance) / (HUGE_WORDS * 8) * (HUGE_WORDS * 8));
}

/** The bit of rest that stands for the word at @p distance. */
static inline uint64_t rest_bit(const struct bitframe *pool, uint64_t distance)
{
    return UINT64_C(1) << (uintptr_t)pool_word(pool, distance) / sizeof(uint64_t) % HUGE_WORDS;
}

/** Is the cursor's huge frame empty, or is there none? Then the lowest free frame is next's. */
static inline bool cursor_is_empty(const struct bitframe *pool)
{
    return *pool_word(pool, pool->cursor) == 0;
}

/** What next is while the index describes no free frame. */
static inline uint64_t next_none(const struct bitframe *pool)
{
    return pool->frames.level[1]; /* the bitmap ends where the level above begins */
}

/**
 * Point the cursor at the word at @p distance, of an empty huge frame below all that is free.
 *
 * @param pa    That of any frame of the word.
 * @param rest  The words of the huge frame above that one that are not 0 now.
 */
static inline void place_cursor(struct bitframe *pool, uint64_t distance, uint64_t pa, uint64_t rest)
{
    pool->cursor = distance;
    pool->cursor_pa = pa & ~((UINT64_C(1) << (WORD_SHIFT + BITFRAME_FRAME_SHIFT)) - 1);
    pool->rest = rest;
}

/** The cursor has no huge frame from now on. */
static inline void park_cursor(struct bitframe *pool)
{
    pool->none = 0;
    place_cursor(pool, pool_distance(pool, &pool->none), 0, 0);
}

/** Is word @p word of the cached segment? */
static inline bool in_segment(const struct bitframe *pool, uint64_t word)
{
    return word - pool->segment_first < pool->segment_words;
}

/** PA of bit 0 of word @p word, which is of the cached segment. */
static inline uint64_t pa_in_segment(const struct bitframe *pool, uint64_t word)
{
    return pool->segment_base_pa + (word << (WORD_SHIFT + BITFRAME_FRAME_SHIFT));
}

/** Cache the segment of word @p word. */
void bitframe_cache_segment(struct bitframe *pool, uint64_t word);

/** Put the cursor's huge frame, which is not empty, into the index. next leads to it then. */
void bitframe_index_cursor(struct bitframe *pool);

/** Put the cursor's huge frame into the index, which then describes the whole pool. The cursor is parked. */
void bitframe_flush_cursor(struct bitframe *pool);

/** Words were cleared: point next at the lowest huge frame of the index, not below it, that is not empty. */
void bitframe_mend_next(struct bitframe *pool);

/** Word @p word, which the index describes, has a free frame now. */
static inline void lower_next(struct bitframe *pool, uint64_t word)
{
    uint64_t distance = huge_distance(pool, word);
    if (distance < pool->next)
        pool->next = distance;
}

/**
 * The word under the cursor was emptied: move on to the next of its huge frame that is not 0, if there is one.
 *
 * @return  @p pa, untouched: the caller returns it by a tail call and saves no register on its fast path.
 */
uint64_t bitframe_cursor_emptied(struct bitframe *pool, uint64_t pa);

/** Make the window the one around the lowest free frame; empty if nothing is free. */
void bitframe_window_find(struct bitframe *pool);

#endif
