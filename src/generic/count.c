/* SPDX-License-Identifier: MIT */
/* count.c - count set bits, in portable C. */
#include "base/atomic.h"
#include "base/bits.h"
#include "base/kernels.h"

/*
 * Most ranges of memory are all free or all allocated, so most lines of bitmap are all ones or all zeros. Two
 * folds tell that, for a fraction of the cost of counting eight words.
 */
uint64_t bitframe_count_c(const uint64_t *words, uint64_t count)
{
    uint64_t bits = 0;
    uint64_t i = 0;
    for (; count - i >= 8; i += 8) {
        uint64_t w[8];
        for (int j = 0; j < 8; j++)
            w[j] = atomic_load_relaxed(words + i + j); /* once: other CPUs may change it */
        uint64_t all = w[0] & w[1] & w[2] & w[3] & w[4] & w[5] & w[6] & w[7];
        if (all == UINT64_MAX) {
            bits += 8 * (uint64_t)WORD_BITS;
            continue;
        }
        uint64_t any = w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7];
        if (any == 0)
            continue;
        for (uint64_t j = 0; j < 8; j++)
            bits += word_count(w[j]);
    }
    for (; i < count; i++)
        bits += word_count(atomic_load_relaxed(words + i));
    return bits;
}
