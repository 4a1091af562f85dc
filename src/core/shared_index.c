/* SPDX-License-Identifier: MIT */
/* shared_index.c - the steps up and down the levels of a shared pool, each an atomic access. */
#include "shared_index.h"

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

void bitframe_group_sweep(struct bitframe *pool, uint64_t group)
{
    const uint64_t *leaves = levels_at(pool, &pool->frames, 0) + group * WORD_BITS;
    uint64_t empty = 0;
    for (uint64_t left = atomic_peek(levels_at(pool, &pool->frames, 1) + group); left != 0;
         left &= left - 1) {
        if (atomic_peek(leaves + lowest_bit(left)) == 0)
            empty |= left & -left;
    }
    if (empty != 0)
        bitframe_group_emptied(pool, group, empty);
}

bool bitframe_line_is_whole(const struct bitframe *pool, uint64_t line)
{
    const uint64_t *words = levels_at(pool, &pool->frames, 0) + line * LINE_WORDS;
    /* Frames often come back in sequence, and then it is a word at one end that completes the line. */
    if (atomic_load_word(words) != UINT64_MAX)
        return false;
    for (int i = LINE_WORDS - 1; i > 0; i--) {
        if (atomic_load_word(words + i) != UINT64_MAX)
            return false;
    }
    return true;
}

/** Clear the bit of line @p line, if it is set. */
static void clear_line(struct bitframe *pool, uint64_t line)
{
    uint64_t *word = levels_at(pool, &pool->lines, 0) + line / WORD_BITS;
    if ((atomic_load_word(word) & bit_mask(line)) != 0 &&
        atomic_clear_bits(word, bit_mask(line)) == bit_mask(line))
        bitframe_word_emptied(pool, &pool->lines, 0, line / WORD_BITS);
}

void bitframe_line_may_be_whole(struct bitframe *pool, uint64_t line)
{
    uint64_t *word = levels_at(pool, &pool->lines, 0) + line / WORD_BITS;
    while (bitframe_line_is_whole(pool, line)) {
        if (atomic_set_bits(word, bit_mask(line)) == 0)
            bitframe_word_filled(pool, &pool->lines, 0, line / WORD_BITS);
        if (bitframe_line_is_whole(pool, line))
            return;
        clear_line(pool, line);
    }
}

void bitframe_line_opened(struct bitframe *pool, uint64_t line)
{
    clear_line(pool, line);
    bitframe_line_may_be_whole(pool, line);
}

/** Words of level @p k. */
static uint64_t words_of_level(const struct bitframe_levels *levels, uint64_t k)
{
    uint64_t words = levels->words;
    while (k-- != 0)
        words = words_above(words);
    return words;
}

/** The lowest word of level @p bottom, not below @p from, that was not 0 a moment ago, or NO_BIT. */
static uint64_t next_word(struct bitframe *pool, const struct bitframe_levels *levels, uint64_t bottom,
                          uint64_t from)
{
    for (;;) {
        uint64_t words = words_of_level(levels, bottom);
        uint64_t k = bottom;
        uint64_t word = from;
        uint64_t bits = word < words ? atomic_peek(levels_at(pool, levels, k) + word) : 0;
        while (bits == 0) {
            /* Up: the bits of what comes behind. */
            if (++k >= levels->count)
                return NO_BIT;
            uint64_t next = word + (k == bottom + 1 ? 0 : 1);
            words = words_above(words);
            word = next / WORD_BITS;
            if (word >= words)
                return NO_BIT;
            bits = atomic_peek(levels_at(pool, levels, k) + word) & mask_from(next);
        }
        while (bits != 0 && k != bottom) {
            word = word * WORD_BITS + lowest_bit(bits);
            bits = atomic_peek(levels_at(pool, levels, --k) + word);
            if (bits == 0 && k == 0 && levels == &pool->frames)
                bitframe_group_sweep(pool, word / WORD_BITS);
            else if (bits == 0)
                bitframe_word_emptied(pool, levels, k, word);
        }
        if (bits != 0)
            return word;
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
