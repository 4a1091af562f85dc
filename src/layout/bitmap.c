/* SPDX-License-Identifier: MIT */
/* bitmap.c - counting the bits of a range. */
#include "layout/bitmap.h"
#include "base/atomic.h"
#include "base/kernels.h"

uint64_t bitframe_count_range(const uint64_t *words, uint64_t first, uint64_t end)
{
    if (first >= end)
        return 0;
    uint64_t word = first / WORD_BITS;
    uint64_t last = (end - 1) / WORD_BITS;
    if (word == last)
        return word_count(atomic_load_relaxed(words + word) & mask_from(first) & mask_to(end - 1));
    return word_count(atomic_load_relaxed(words + word) & mask_from(first)) +
           kernel_count(words + word + 1, last - word - 1) +
           word_count(atomic_load_relaxed(words + last) & mask_to(end - 1));
}

uint64_t bitframe_find_clear(const uint64_t *words, uint64_t first, uint64_t end)
{
    while (first < end) {
        uint64_t clear = ~words[first / WORD_BITS] & mask_from(first);
        first = first / WORD_BITS * WORD_BITS;
        if (clear != 0) {
            first += lowest_bit(clear);
            return first < end ? first : end;
        }
        first += WORD_BITS;
    }
    return end;
}
