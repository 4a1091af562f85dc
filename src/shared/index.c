/* SPDX-License-Identifier: MIT */
/* index.c - the steps up and down the levels of a shared pool, each an atomic access. */
#include "shared/index.h"

void bitframe_word_filled(struct bitframe *pool, const struct bitframe_levels *levels, uint64_t k,
                          uint64_t word)
{
    while (++k < levels->count) {
        uint64_t *parent = levels_at(pool, levels, k) + word / WORD_BITS;
        uint64_t bit = bit_mask(word);
        /* Up by what the access itself returns: what was loaded before may have been emptied in between. */
        if ((atomic_load_word(parent) & bit) != 0 || atomic_set_bits(parent, bit) != 0)
            return;
        word /= WORD_BITS;
    }
}

void bitframe_word_emptied(struct bitframe *pool, const struct bitframe_levels *levels, uint64_t k,
                           uint64_t word)
{
    for (; k + 1 < levels->count; k++) {
        uint64_t bit = bit_mask(word);
        uint64_t before = atomic_clear_bits(levels_at(pool, levels, k + 1) + word / WORD_BITS, bit);
        if (atomic_load_word(levels_at(pool, levels, k) + word) != 0) {
            bitframe_word_filled(pool, levels, k, word);
            return;
        }
        if (before != bit)
            return;
        word /= WORD_BITS;
    }
}

void bitframe_group_emptied(struct bitframe *pool, uint64_t group, uint64_t words)
{
    uint64_t before = atomic_clear_bits(levels_at(pool, &pool->frames, 1) + group, words);
    const uint64_t *leaves = levels_at(pool, &pool->frames, 0) + group * WORD_BITS;
    bool refilled = false;
    for (uint64_t left = words; left != 0; left &= left - 1) {
        if (atomic_load_word(leaves + lowest_bit(left)) != 0) {
            bitframe_word_filled(pool, &pool->frames, 0, group * WORD_BITS + lowest_bit(left));
            refilled = true;
        }
    }
    if (!refilled && before != 0 && (before & ~words) == 0)
        bitframe_word_emptied(pool, &pool->frames, 1, group);
}

void bitframe_group_filled(struct bitframe *pool, uint64_t group, uint64_t words)
{
    uint64_t *any = levels_at(pool, &pool->frames, 1) + group;
    if ((atomic_load_word(any) & words) != words && atomic_set_bits(any, words) == 0)
        bitframe_word_filled(pool, &pool->frames, 1, group);
}

void bitframe_index_mend(struct bitframe *pool, const struct bitframe_levels *levels, uint64_t word)
{
    for (uint64_t k = 0; k + 1 < levels->count; k++) {
        uint64_t *parent = levels_at(pool, levels, k + 1) + word / WORD_BITS;
        if (atomic_load_word(levels_at(pool, levels, k) + word) != 0 &&
            (atomic_load_word(parent) & bit_mask(word)) == 0)
            (void)atomic_set_bits(parent, bit_mask(word));
        word /= WORD_BITS;
    }
}

bool bitframe_huge_is_whole(const struct bitframe *pool, uint64_t huge_frame)
{
    const uint64_t *words = levels_at(pool, &pool->frames, 0) + huge_frame * HUGE_WORDS;
    /* Frames often come back in sequence, and then it is a word at one end that completes the huge frame. */
    if (atomic_load_word(words) != UINT64_MAX)
        return false;
    for (int i = HUGE_WORDS - 1; i > 0; i--) {
        if (atomic_load_word(words + i) != UINT64_MAX)
            return false;
    }
    return true;
}

/** Clear the bit of huge frame @p huge_frame, if it is set. */
static void clear_huge(struct bitframe *pool, uint64_t huge_frame)
{
    uint64_t *word = levels_at(pool, &pool->huge, 0) + huge_frame / WORD_BITS;
    if ((atomic_load_word(word) & bit_mask(huge_frame)) != 0 &&
        atomic_clear_bits(word, bit_mask(huge_frame)) == bit_mask(huge_frame))
        bitframe_word_emptied(pool, &pool->huge, 0, huge_frame / WORD_BITS);
}

/** Set the bit of huge frame @p huge_frame. */
static void set_huge(struct bitframe *pool, uint64_t huge_frame)
{
    uint64_t *word = levels_at(pool, &pool->huge, 0) + huge_frame / WORD_BITS;
    if (atomic_set_bits(word, bit_mask(huge_frame)) == 0)
        bitframe_word_filled(pool, &pool->huge, 0, huge_frame / WORD_BITS);
}

void bitframe_huge_may_be_whole(struct bitframe *pool, uint64_t huge_frame)
{
    if (!bitframe_huge_is_whole(pool, huge_frame))
        return;
    set_huge(pool, huge_frame);
    if (bitframe_huge_is_whole(pool, huge_frame))
        return;
    clear_huge(pool, huge_frame);
    /* If it comes and goes, its bit stays: it costs the search that meets it a look, and this call has an
     * end. */
    if (bitframe_huge_is_whole(pool, huge_frame))
        set_huge(pool, huge_frame);
}

void bitframe_huge_opened(struct bitframe *pool, uint64_t huge_frame)
{
    clear_huge(pool, huge_frame);
    bitframe_huge_may_be_whole(pool, huge_frame);
}

/**
 * The lowest word of level @p bottom, not below @p from, that was not 0 a moment ago, or NO_BIT. A walk as
 * that of bitframe_levels_next(), which never turns back.
 */
static uint64_t next_word(struct bitframe *pool, const struct bitframe_levels *levels, uint64_t bottom,
                          uint64_t from)
{
    uint64_t last = levels->words - 1;
    uint64_t k = bottom;
    uint64_t word = from;
    if (word > last >> k * WORD_SHIFT)
        return NO_BIT;
    uint64_t bits = atomic_load_relaxed(levels_at(pool, levels, k) + word);
    for (;;) {
        while (bits != 0 && k != bottom) {
            word = word * WORD_BITS + lowest_bit(bits);
            bits = atomic_load_relaxed(levels_at(pool, levels, --k) + word);
            if (bits == 0)
                bitframe_word_emptied(pool, levels, k, word);
        }
        if (bits != 0)
            return word;
        /* Up: the bits of what comes behind. */
        uint64_t next = word + 1;
        word = next / WORD_BITS;
        if (++k == levels->count || word > last >> k * WORD_SHIFT)
            return NO_BIT;
        bits = atomic_load_relaxed(levels_at(pool, levels, k) + word) & mask_from(next);
    }
}

uint64_t bitframe_shared_next_word(struct bitframe *pool, const struct bitframe_levels *levels, uint64_t from)
{
    return next_word(pool, levels, 0, from);
}

uint64_t bitframe_shared_next_group(struct bitframe *pool, uint64_t from)
{
    return next_word(pool, &pool->frames, 1, from);
}
