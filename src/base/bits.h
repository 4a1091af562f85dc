/* SPDX-License-Identifier: MIT */
/* bits.h - words of 64 bits: what a bit position means, and masks over them. */
#ifndef BITFRAME_BASE_BITS_H
#define BITFRAME_BASE_BITS_H

#include <stdint.h>

enum { WORD_SHIFT = 6, WORD_BITS = 64 };

/** Position of the lowest set bit of a word that is not 0: RBIT and CLZ on AArch64. */
static inline unsigned lowest_bit(uint64_t word)
{
    return (unsigned)__builtin_ctzll(word);
}

/** Position of the highest set bit of a word that is not 0. */
static inline unsigned highest_bit(uint64_t word)
{
    return WORD_BITS - 1 - (unsigned)__builtin_clzll(word);
}

/** A word with only bit @p position modulo 64 set. */
static inline uint64_t bit_mask(uint64_t position)
{
    return UINT64_C(1) << (position % WORD_BITS);
}

/** The bits of a word at or above @p first modulo 64. */
static inline uint64_t mask_from(uint64_t first)
{
    return UINT64_MAX << (first % WORD_BITS);
}

/** The bits of a word at or below @p last modulo 64. */
static inline uint64_t mask_to(uint64_t last)
{
    return UINT64_MAX >> (WORD_BITS - 1 - last % WORD_BITS);
}

/** The bits of word @p word that lie in [@p first, @p end). At least one must. */
static inline uint64_t mask_within(uint64_t word, uint64_t first, uint64_t end)
{
    uint64_t mask = UINT64_MAX;
    if (word == first / WORD_BITS)
        mask &= mask_from(first);
    if (word == (end - 1) / WORD_BITS)
        mask &= mask_to(end - 1);
    return mask;
}

/** Set bits of a word, by shifts and adds: a freestanding library has no __popcountdi2 to call. */
static inline unsigned word_count(uint64_t word)
{
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (unsigned)(word * UINT64_C(0x0101010101010101) >> 56);
}

#endif
