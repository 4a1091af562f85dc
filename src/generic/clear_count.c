/* SPDX-License-Identifier: MIT */
/* clear_count.c - clear a range of bits and count how many were set, in portable C. */
#include "base/bits.h"
#include "base/kernels.h"

/*
 * One pass instead of a count and a clear. A fold of the eight words tells whether a line of bitmap is all
 * ones or all zeros. Only other lines are counted word by word.
 */
static uint64_t take_words(uint64_t *word, uint64_t count)
{
    uint64_t taken = 0;
    for (; count >= 8; count -= 8, word += 8) {
        uint64_t all = word[0] & word[1] & word[2] & word[3] & word[4] & word[5] & word[6] & word[7];
        if (all == UINT64_MAX) {
            taken += 8 * (uint64_t)WORD_BITS;
        } else {
            if ((word[0] | word[1] | word[2] | word[3] | word[4] | word[5] | word[6] | word[7]) == 0)
                continue;
            for (int i = 0; i < 8; i++)
                taken += word_count(word[i]);
        }
        word[0] = 0;
        word[1] = 0;
        word[2] = 0;
        word[3] = 0;
        word[4] = 0;
        word[5] = 0;
        word[6] = 0;
        word[7] = 0;
    }
    for (; count != 0; count--, word++) {
        taken += word_count(*word);
        *word = 0;
    }
    return taken;
}

static inline uint64_t take_masked(uint64_t *word, uint64_t mask)
{
    uint64_t bits = *word & mask;
    *word ^= bits;
    return word_count(bits);
}

uint64_t bitframe_clear_count_c(uint64_t *words, uint64_t first, uint64_t bits)
{
    if (bits == 0)
        return 0;
    uint64_t end = first + bits;
    uint64_t head = first / WORD_BITS;
    uint64_t tail = end / WORD_BITS;
    if (head == tail)
        return take_masked(words + head, mask_from(first) & mask_to(end - 1));
    /* The partial words at both ends. Most ranges have none, and then lines are cache lines. */
    uint64_t taken = 0;
    if (first % WORD_BITS != 0)
        taken += take_masked(words + head++, mask_from(first));
    if (end % WORD_BITS != 0)
        taken += take_masked(words + tail, mask_to(end - 1));
    return taken + take_words(words + head, tail - head);
}
