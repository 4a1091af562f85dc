/* SPDX-License-Identifier: MIT */
/* search.h - runs of set bits: the lowest or highest that a request allows. */
#ifndef BITFRAME_LAYOUT_SEARCH_H
#define BITFRAME_LAYOUT_SEARCH_H

#include "layout/levels.h"

/**
 * A search for @p bits set bits in a row inside [first, end). The position of the first, plus bit_offset,
 * must be a multiple of align.
 */
struct search {
    uint64_t first;
    uint64_t end;
    uint64_t bits;       /* at least 1 */
    uint64_t align;      /* a power of two */
    uint64_t bit_offset; /* modulo 2^64 */
    uint64_t starts;     /* starts_of(align, bit_offset) */
};

/** Does an alignment to @p align allow the same positions in each word, but not all of them? */
static inline bool is_aligned_in_words(uint64_t align)
{
    return align - 2 <= WORD_BITS - 2;
}

/** The bits of a word where runs may begin. All, unless they are the same in each word. */
static inline uint64_t starts_of(uint64_t align, uint64_t bit_offset)
{
    if (!is_aligned_in_words(align))
        return UINT64_MAX;
    uint64_t starts = bit_mask((0 - bit_offset) & (align - 1));
    for (; align < WORD_BITS; align *= 2)
        starts |= starts << align;
    return starts;
}

/** Bits of @p word that start a run of @p bits ones inside it; @p bits is 1 to 64. */
static inline uint64_t runs_in_word(uint64_t word, uint64_t bits)
{
    uint64_t length = 1;
    while (length * 2 <= bits) {
        word &= word >> length;
        length *= 2;
    }
    return bits > length ? word & word >> (bits - length) : word;
}

/** The lowest position of such a run, or NO_BIT. */
uint64_t bitframe_search_up(const struct bitframe *pool, const struct bitframe_levels *levels,
                            const struct search *search);

/** The highest position of such a run, or NO_BIT. */
uint64_t bitframe_search_down(const struct bitframe *pool, const struct bitframe_levels *levels,
                              const struct search *search);

/**
 * The lowest or highest position, if bits and align are multiples of a word. The search goes in steps of the
 * largest power of two that divides both. A run is made of whole steps. So a step with a clear bit is of no
 * use, and often its first word shows that.
 */
uint64_t bitframe_search_steps(const struct bitframe *pool, const struct bitframe_levels *levels,
                               const struct search *search, bool highest);

#endif
