/* SPDX-License-Identifier: MIT */
/*
 * levels.h - a bitmap under 64-ary summaries, and the steps up and down
 *
 * Bit i of level k + 1 is set while word i of level k is not 0. The top level is one word. A change climbs
 * only as far as needed. A word that becomes 0 clears its bit above; only if that makes the word above 0 as
 * well does the climb continue. A word that stops being 0 sets its bit above, and climbs in the same way.
 * Each step is a load, a store and a test, and 64-ary levels are few. A climb ends at a word that is not 0.
 * Above the top there is one that is never 0 (stop), so a climb needs no bound.
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

/** Words of a level over @p words words: one bit for each of them. */
static inline uint64_t words_above(uint64_t words)
{
    return (words + WORD_BITS - 1) / WORD_BITS;
}

/** Words of all levels of a bitmap of @p words words, at least 1, the bitmap included. */
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

/** Word @p word of the level at @p level was 0 and is not 0 any more. */
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

/** Word @p word of the level at @p level has become 0. */
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

/**
 * Set bit @p bit of the level that @p level points at, which may be set already. The bit above is set in any
 * case: a store costs less than a branch that is taken every other time.
 */
static inline void levels_set(struct bitframe *pool, const uint64_t *level, uint64_t bit)
{
    pool_word(pool, *level)[bit / WORD_BITS] |= bit_mask(bit);
    levels_climb_filled(pool, level, bit / WORD_BITS);
}

/** Clear bit @p bit of the level that @p level points at, which is set. */
static inline void levels_clear(struct bitframe *pool, const uint64_t *level, uint64_t bit)
{
    uint64_t *word = pool_word(pool, *level) + bit / WORD_BITS;
    *word &= ~bit_mask(bit);
    if (*word == 0)
        levels_climb_emptied(pool, level, bit / WORD_BITS);
}

/**
 * Clear bits @p mask of word @p word of the level that @p level points at, the lowest that is not 0.
 *
 * The call reads the level above and clears the bit there without a branch on whether the word has become 0:
 * every other word has, so a branch could not be predicted. All words below are 0, so the lowest bit that is
 * left leads to the answer.
 *
 * @param top  Where the levels end: level + count of the levels that @p level is of.
 *
 * @return  The lowest bit left in that level, or NO_BIT.
 */
static inline __attribute__((always_inline)) uint64_t levels_clear_lowest(struct bitframe *pool,
                                                                          const uint64_t *level,
                                                                          const uint64_t *top, uint64_t word,
                                                                          uint64_t mask)
{
    const uint64_t *bottom = level;
    uint64_t *words = pool_word(pool, *level);
    uint64_t left = words[word] & ~mask;
    words[word] = left;
    if (++level == top)
        return left != 0 ? lowest_bit(left) : NO_BIT; /* of one word */
    uint64_t emptied = (uint64_t)(left == 0) << word % WORD_BITS;
    word /= WORD_BITS;
    left = pool_word(pool, *level)[word] & ~emptied;
    pool_word(pool, *level)[word] = left;
    while (left == 0) {
        emptied = bit_mask(word);
        word /= WORD_BITS;
        left = pool_word(pool, *++level)[word] & ~emptied;
        pool_word(pool, *level)[word] = left;
    }
    if (level == top)
        return NO_BIT;
    /* Or GCC keeps the number of the word below through the climb, to mask it: an instruction a level. */
    __asm__("" : "+r"(word));
    do {
        word = word * WORD_BITS + lowest_bit(left);
        left = pool_word(pool, *--level)[word];
    } while (level != bottom);
    return word * WORD_BITS + lowest_bit(left);
}

/**
 * The lowest set bit of level 0 under word @p word of the level at @p level.
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

/** Lay out the levels of a bitmap of @p words words at @p metadata. Writes none. Returns the next word. */
uint64_t *bitframe_levels_lay_out(struct bitframe *pool, struct bitframe_levels *levels, uint64_t *metadata,
                                  uint64_t words);

/** Bits [@p first, @p end) of level 0, at least one, were cleared: repair the levels above. */
void bitframe_levels_range_cleared(struct bitframe *pool, const struct bitframe_levels *levels,
                                   uint64_t first, uint64_t end);

/** Bits [@p first, @p end) of level 0, at least one, were set: repair the levels above. */
void bitframe_levels_range_set(struct bitframe *pool, const struct bitframe_levels *levels, uint64_t first,
                               uint64_t end);

/**
 * The lowest set bit of level 0 at or above @p from, or NO_BIT.
 *
 * In a shared pool other CPUs change bits meanwhile. Each bit that the search passes was clear, or hidden by
 * the index, at some moment of the call. The returned bit was set at some moment of it.
 */
uint64_t bitframe_levels_next(const struct bitframe *pool, const struct bitframe_levels *levels,
                              uint64_t from);

/** The highest set bit of level 0 at or below @p from, or NO_BIT. The same holds in a shared pool. */
uint64_t bitframe_levels_previous(const struct bitframe *pool, const struct bitframe_levels *levels,
                                  uint64_t from);

#endif
