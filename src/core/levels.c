/* SPDX-License-Identifier: MIT */
/* levels.c - whole levels: their layout, ranges of them, and searches that start in the middle. */
#include "levels.h"
#include "atomic.h"
#include "kernels.h"

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
        /* The words inside the range are 0; those at its two ends may hold bits outside it. */
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

uint64_t bitframe_levels_next(const struct bitframe *pool, const struct bitframe_levels *levels,
                              uint64_t from)
{
    uint64_t words = levels->words;
    for (uint64_t k = 0; k < levels->count; k++) {
        uint64_t word = from / WORD_BITS;
        if (word >= words)
            return NO_BIT;
        uint64_t bits = atomic_peek(levels_at(pool, levels, k) + word) & mask_from(from);
        if (bits != 0) {
            word = word * WORD_BITS + lowest_bit(bits);
            /* Of a shared pool the word may have become 0 meanwhile: any bit of it will do. */
            while (k-- != 0)
                word = word * WORD_BITS +
                       lowest_bit(atomic_peek(levels_at(pool, levels, k) + word) | bit_mask(WORD_BITS - 1));
            return word;
        }
        from = word + 1;
        words = words_above(words);
    }
    return NO_BIT;
}

uint64_t bitframe_levels_previous(const struct bitframe *pool, const struct bitframe_levels *levels,
                                  uint64_t from)
{
    if (from >= levels->words * WORD_BITS)
        from = levels->words * WORD_BITS - 1;
    for (uint64_t k = 0; k < levels->count; k++) {
        uint64_t word = from / WORD_BITS;
        uint64_t bits = atomic_peek(levels_at(pool, levels, k) + word) & mask_to(from);
        if (bits != 0) {
            word = word * WORD_BITS + highest_bit(bits);
            while (k-- != 0)
                word = word * WORD_BITS + highest_bit(atomic_peek(levels_at(pool, levels, k) + word) | 1);
            return word;
        }
        if (word == 0)
            break;
        from = word - 1;
    }
    return NO_BIT;
}
