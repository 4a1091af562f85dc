/* SPDX-License-Identifier: MIT */
/* range.c - set or clear a range of bits, in portable C. */
#include "bits.h"
#include "kernels.h"

void bitframe_fill_c(uint64_t *words, uint64_t first, uint64_t bits)
{
    if (bits == 0)
        return;
    uint64_t end = first + bits - 1;
    uint64_t i = first / WORD_BITS;
    uint64_t last = end / WORD_BITS;
    if (i == last) {
        words[i] |= mask_from(first) & mask_to(end);
        return;
    }
    words[i] |= mask_from(first);
    while (++i < last)
        words[i] = UINT64_MAX;
    words[last] |= mask_to(end);
}

void bitframe_clear_c(uint64_t *words, uint64_t first, uint64_t bits)
{
    if (bits == 0)
        return;
    uint64_t end = first + bits - 1;
    uint64_t i = first / WORD_BITS;
    uint64_t last = end / WORD_BITS;
    if (i == last) {
        words[i] &= ~(mask_from(first) & mask_to(end));
        return;
    }
    words[i] &= ~mask_from(first);
    while (++i < last)
        words[i] = 0;
    words[last] &= ~mask_to(end);
}
