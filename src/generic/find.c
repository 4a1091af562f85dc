/* SPDX-License-Identifier: MIT */
/* find.c - find the lowest set bit of a range, in portable C. */
#include "base/bits.h"
#include "base/kernels.h"

uint64_t bitframe_find_c(const uint64_t *words, uint64_t first, uint64_t end)
{
    if (first >= end)
        return end;
    uint64_t i = first / WORD_BITS;
    uint64_t last = (end - 1) / WORD_BITS;
    uint64_t word = words[i] & mask_from(first);
    while (word == 0) {
        if (i == last)
            return end;
        word = words[++i];
    }
    uint64_t found = i * WORD_BITS + lowest_bit(word);
    return found < end ? found : end;
}
