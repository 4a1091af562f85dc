/* SPDX-License-Identifier: MIT */
/* levels.c - the layout of levels, changes of ranges, and searches that start in the middle. */
#include "layout/levels.h"
#include "base/atomic.h"
#include "base/kernels.h"

uint64_t *bitframe_levels_lay_out(struct bitframe *pool, struct bitframe_levels *levels, uint64_t *metadata,
                                  uint64_t words)
{
    levels->words = words;
    levels->count = 0;
    for (;;) {
        levels->level[levels->count++] = pool_distance(pool, metadata);
        metadata += words;
        if (words == 1)
            break;
        words = words_above(words);
    }
    levels->level[levels->count] = pool_distance(pool, &levels->stop);
    levels->stop = 2; /* a climb clears bit 0 */
    return metadata;
}

void bitframe_levels_range_cleared(struct bitframe *pool, const struct bitframe_levels *levels,
                                   uint64_t first, uint64_t end)
{
    for (uint64_t k = 1; k < levels->count; k++) {
        const uint64_t *below = levels_at(pool, levels, k - 1);
        /* The words inside the range are 0. The words at its two ends may hold bits outside it. */
        uint64_t last = (end - 1) / WORD_BITS;
        first /= WORD_BITS;
        if (below[first] != 0)
            first++;
        end = below[last] == 0 ? last + 1 : last;
        if (first >= end)
            break;
        uint64_t *level = levels_at(pool, levels, k);
        if (first / WORD_BITS == (end - 1) / WORD_BITS)
            level[first / WORD_BITS] &= ~(mask_from(first) & mask_to(end - 1));
        else
            kernel_clear(level, first, end - first);
    }
}

void bitframe_levels_range_set(struct bitframe *pool, const struct bitframe_levels *levels, uint64_t first,
                               uint64_t end)
{
    for (uint64_t k = 1; k < levels->count; k++) {
        first /= WORD_BITS;
        end = words_above(end);
        kernel_fill(levels_at(pool, levels, k), first, end - first);
    }
}

/** The lowest set bit from word @p word on, in a bitmap that has no levels above it. */
static uint64_t next_without_index(const struct bitframe *pool, const struct bitframe_levels *levels,
                                   uint64_t word)
{
    const uint64_t *words = levels_at(pool, levels, 0);
    for (; word < levels->words; word++) {
        word += kernel_scan(words + word, levels->words - word);
        uint64_t bits = word < levels->words ? atomic_load_relaxed(words + word) : 0;
        if (bits != 0)
            return word * WORD_BITS + lowest_bit(bits);
    }
    return NO_BIT;
}

/** The highest set bit below word @p word and not below word stop. Without levels, stop has no other use. */
static uint64_t previous_without_index(const struct bitframe *pool, const struct bitframe_levels *levels,
                                       uint64_t word)
{
    const uint64_t *words = levels_at(pool, levels, 0);
    while (word-- > levels->stop) {
        uint64_t bits = atomic_load_relaxed(words + word);
        if (bits != 0)
            return word * WORD_BITS + highest_bit(bits);
    }
    return NO_BIT;
}

/*
 * Both searches walk over words: down to a word below while there are bits left, else up and on behind. In a
 * shared pool a word may have become 0 since the search read its bit. Then the walk continues behind that
 * word, as behind any empty word. So it stays inside each level and never turns back.
 */

uint64_t bitframe_levels_next(const struct bitframe *pool, const struct bitframe_levels *levels,
                              uint64_t from)
{
    uint64_t last = levels->words - 1;
    for (uint64_t k = 0; k < levels->count; k++) {
        uint64_t word = from / WORD_BITS;
        if (word > last >> k * WORD_SHIFT)
            return NO_BIT;
        uint64_t bits = atomic_load_relaxed(levels_at(pool, levels, k) + word) & mask_from(from);
        while (bits != 0) {
            word = word * WORD_BITS + lowest_bit(bits);
            if (k == 0)
                return word;
            bits = atomic_load_relaxed(levels_at(pool, levels, --k) + word);
        }
        from = word + 1;
    }
    return levels->count == 1 ? next_without_index(pool, levels, from) : NO_BIT;
}

uint64_t bitframe_levels_previous(const struct bitframe *pool, const struct bitframe_levels *levels,
                                  uint64_t from)
{
    if (from >= levels->words * WORD_BITS)
        from = levels->words * WORD_BITS - 1;
    for (uint64_t k = 0; k < levels->count; k++) {
        uint64_t word = from / WORD_BITS;
        uint64_t bits = atomic_load_relaxed(levels_at(pool, levels, k) + word) & mask_to(from);
        while (bits != 0) {
            word = word * WORD_BITS + highest_bit(bits);
            if (k == 0)
                return word;
            bits = atomic_load_relaxed(levels_at(pool, levels, --k) + word);
        }
        if (word == 0)
            return NO_BIT;
        from = word - 1;
    }
    return levels->count == 1 ? previous_without_index(pool, levels, from + 1) : NO_BIT;
}
