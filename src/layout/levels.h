/* SPDX-License-Identifier: MIT */
/*
 * levels.h - a bitmap under 64-ary summaries, and the steps up and down
 *
 * Bit i of level k + 1 is set while word i of level k is not 0; the top level is one word. A change climbs
 * only as far as it matters: a word that becomes 0 clears its bit above, and only if that empties the word
 * above in turn does the climb go on; likewise for a word that was 0 and no longer is. Each step is a load, a
 * store and a test, and 64-ary levels are few. A climb ends at a word that is not 0, and above the top there
 * is one that never is (stop), so it needs no bound.
 */
#ifndef BITFRAME_LAYOUT_LEVELS_H
#define BITFRAME_LAYOUT_LEVELS_H

#include <stdbool.h>

#include <bitframe/bitframe.h>

#include "base/bits.h"

#define NO_BIT UINT64_MAX

/** The word at @p distance bytes from the pool, modulo 2^64. See struct bitframe. */
static inline uint64_t *pool_word(const struct bitframe *pool, uint64_t distance)
{
    return (uint64_t *)((uintptr_t)pool + (uintptr_t)distance);
}

/** The distance of @p word from the pool. */
static inline uint64_t pool_distance(const struct bitframe *pool, const void *word)
{
    return (uintptr_t)word - (uintptr_t)pool;
}

/** Words for a bit each of @p words words: the level above them. */
static inline uint64_t words_above(uint64_t words)
{
    return (words + WORD_BITS - 1) / WORD_BITS;
}

/** Words of all levels over a bitmap of @p words words, at least 1, the bitmap included. */
static inline uint64_t levels_words(uint64_t words)
{
    uint64_t all = words;
    while (words > 1) {
        words = words_above(words);
        all += words;
    }
    return all;
}

/** The words of level @p k. */
static inline uint64_t *levels_at(const struct bitframe *pool, const struct bitframe_levels *levels,
                                  uint64_t k)
{
    return pool_word(pool, levels->level[k]);
}

/** Is bit @p bit of the bitmap set? */
static inline bool levels_test(const struct bitframe *pool, const struct bitframe_levels *levels,
                               uint64_t bit)
{
    return (levels_at(pool, levels, 0)[bit / WORD_BITS] & bit_mask(bit)) != 0;
}

/** Word @p word of the level that @p level points at was 0 and is no longer. */
static inline void levels_climb_filled(struct bitframe *pool, const uint64_t *level, uint64_t word)
{
    uint64_t before;
    do {
        uint64_t filled = bit_mask(word);
        word /= WORD_BITS;
        uint64_t *parent = pool_word(pool, *++level) + word;
        before = *parent;
        *parent = before | filled;
    } while (before == 0);
}

/** Word @p word of the level that @p level points at has become 0. */
static inline void levels_climb_emptied(struct bitframe *pool, const uint64_t *level, uint64_t word)
{
    uint64_t left;
    do {
        uint64_t emptied = bit_mask(word);
        word /= WORD_BITS;
        uint64_t *parent = pool_word(pool, *++level) + word;
        left = *parent & ~emptied;
        *parent = left;
    } while (left == 0);
}

/** Set bit @p bit of level 0, which may be set already. */
static inline void levels_set(struct bitframe *pool, const struct bitframe_levels *levels, uint64_t bit)
{
    uint64_t *word = levels_at(pool, levels, 0) + bit / WORD_BITS;
    uint64_t before = *word;
    *word = before | bit_mask(bit);
    if (before == 0)
        levels_climb_filled(pool, levels->level, bit / WORD_BITS);
}

/** Clear bit @p bit of level 0, which is set. */
static inline void levels_clear(struct bitframe *pool, const struct bitframe_levels *levels, uint64_t bit)
{
    uint64_t *word = levels_at(pool, levels, 0) + bit / WORD_BITS;
    *word &= ~bit_mask(bit);
    if (*word == 0)
        levels_climb_emptied(pool, levels->level, bit / WORD_BITS);
}

/**
 * The lowest set bit of level 0 under word @p word of the level that @p level points at.
 *
 * @param bits  The value of that word, not 0.
 */
static inline uint64_t levels_descend(const struct bitframe *pool, const struct bitframe_levels *levels,
                                      const uint64_t *level, uint64_t word, uint64_t bits)
{
    word = word * WORD_BITS + lowest_bit(bits);
    while (level != levels->level) {
        bits = pool_word(pool, *--level)[word];
        word = word * WORD_BITS + lowest_bit(bits);
    }
    return word;
}

/** Lay levels over a bitmap of @p words words at @p metadata. Writes none of them. Returns what follows. */
uint64_t *bitframe_levels_lay_out(struct bitframe *pool, struct bitframe_levels *levels, uint64_t *metadata,
                                  uint64_t words);

/** Bits [@p first, @p end) of level 0, at least one, were cleared: repair the levels above. */
void bitframe_levels_range_cleared(struct bitframe *pool, const struct bitframe_levels *levels,
                                   uint64_t first, uint64_t end);

/** Bits [@p first, @p end) of level 0, at least one, were set: repair the levels above. */
void bitframe_levels_range_set(struct bitframe *pool, const struct bitframe_levels *levels, uint64_t first,
                               uint64_t end);

/**
 * The lowest set bit of level 0 at or above @p from, or NO_BIT. Of a shared pool: each bit that is passed was
 * clear, or hidden by the index, at some moment of the call; the one returned was set at some moment of it.
 */
uint64_t bitframe_levels_next(const struct bitframe *pool, const struct bitframe_levels *levels,
                              uint64_t from);

/** Likewise the highest set bit of level 0 at or below @p from, or NO_BIT. */
uint64_t bitframe_levels_previous(const struct bitframe *pool, const struct bitframe_levels *levels,
                                  uint64_t from);

#endif
