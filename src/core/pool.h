/* SPDX-License-Identifier: MIT */
/*
 * pool.h - the paths of a pool that run for every frame, to be inlined
 *
 * Both touch the cursor word or one bitmap word, and the counter. Only a word that becomes empty or stops
 * being so concerns the index, one call in 64 at worst when frames go in sequence; that part is in index.c.
 */
#ifndef BITFRAME_CORE_POOL_H
#define BITFRAME_CORE_POOL_H

#include <stdbool.h>

#include <bitframe/bitframe.h>

#include "bits.h"

/** The word at @p distance bytes from the pool, modulo 2^64. See struct bitframe. */
static inline uint64_t *pool_word(const struct bitframe *pool, uint64_t distance)
{
    return (uint64_t *)((uintptr_t)pool + (uintptr_t)distance);
}

/** The distance of @p word from the pool. */
static inline uint64_t pool_distance(const struct bitframe *pool, const uint64_t *word)
{
    return (uintptr_t)word - (uintptr_t)pool;
}

/** The words of level @p k. */
static inline uint64_t *pool_level(const struct bitframe *pool, uint64_t k)
{
    return pool_word(pool, pool->level[k]);
}

/**
 * The word under the cursor was emptied: take it out of the index and move the cursor to the next.
 *
 * @return  @p pa, untouched: the caller returns it by a tail call and saves no register on its fast path.
 */
uint64_t bitframe_cursor_emptied(struct bitframe *pool, uint64_t pa);

/**
 * The word that holds the frame at @p pa was empty and no longer is: put it in the index, and move the cursor
 * down to it if it is lower.
 *
 * @return  BITFRAME_OK, for the caller's tail call.
 */
enum bitframe_status bitframe_word_refilled(struct bitframe *pool, uint64_t pa);

/** The cursor's word is 0, which must mean that nothing is free. Returns 0. */
uint64_t bitframe_take_none(const struct bitframe *pool);

/**
 * bitframe_take(), inlined. With nothing free the cursor stands behind the bitmap, at the first word of the
 * level above, which is 0 then: one test of the word serves.
 */
static inline uint64_t pool_take(struct bitframe *pool)
{
    uint64_t cursor_pa = pool->cursor_pa;
    uint64_t *cursor = pool_word(pool, pool->cursor);
    uint64_t word = *cursor;
    if (word == 0)
        return bitframe_take_none(pool);
    uint64_t pa = cursor_pa + ((uint64_t)lowest_bit(word) << BITFRAME_FRAME_SHIFT);
    word &= word - 1;
    *cursor = word;
    pool->free_frames--;
    if (word == 0)
        return bitframe_cursor_emptied(pool, pa);
    return pa;
}

/** The word of the bitmap that holds the frame at @p pa, an address inside the pool. */
static inline uint64_t *pool_word_of(const struct bitframe *pool, uint64_t pa)
{
    uint64_t word = pa >> (BITFRAME_FRAME_SHIFT + WORD_SHIFT);
    return pool_word(pool, pool->zero_word + word * sizeof(uint64_t));
}

/** The bit of the frame that contains @p pa in its word. */
static inline uint64_t frame_mask(uint64_t pa)
{
    return bit_mask(pa >> BITFRAME_FRAME_SHIFT);
}

/** Is the frame that contains @p pa, an address inside the pool, taken? */
static inline bool pool_is_taken(const struct bitframe *pool, uint64_t pa)
{
    return (*pool_word_of(pool, pa) & frame_mask(pa)) == 0;
}

/** Free the frame that contains @p pa, a frame of the pool that is taken. Returns BITFRAME_OK. */
static inline enum bitframe_status pool_free_taken(struct bitframe *pool, uint64_t pa)
{
    uint64_t *word = pool_word_of(pool, pa);
    uint64_t before = *word;
    *word = before | frame_mask(pa);
    pool->free_frames++;
    if (before == 0)
        return bitframe_word_refilled(pool, pa);
    return BITFRAME_OK;
}

#endif
