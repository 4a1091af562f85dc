/* SPDX-License-Identifier: MIT */
/* range.c - set or clear a range of bits, in portable C. */
#include "bits.h"
#include "kernels.h"

/*
 * The words between the two ends are whole and only written, a line a step: a compiler may merge the eight
 * stores into wider ones where the machine and its arguments allow.
 */
static inline void store_words(uint64_t *words, uint64_t first, uint64_t end, uint64_t value)
{
    uint64_t *word = words + first;
    uint64_t *stop = words + end;
    for (; stop - word >= 8; word += 8) {
        word[0] = value;
        word[1] = value;
        word[2] = value;
        word[3] = value;
        word[4] = value;
        word[5] = value;
        word[6] = value;
        word[7] = value;
    }
    while (word != stop)
        *word++ = value;
}

void bitframe_fill_c(uint64_t *words, uint64_t first, uint64_t bits)
{
    if (bits == 0)
        return;
    uint64_t end = first + bits - 1;
    uint64_t head = first / WORD_BITS;
    uint64_t tail = end / WORD_BITS;
    if (head == tail) {
        words[head] |= mask_from(first) & mask_to(end);
        return;
    }
    words[head] |= mask_from(first);
    store_words(words, head + 1, tail, UINT64_MAX);
    words[tail] |= mask_to(end);
}

void bitframe_clear_c(uint64_t *words, uint64_t first, uint64_t bits)
{
    if (bits == 0)
        return;
    uint64_t end = first + bits - 1;
    uint64_t head = first / WORD_BITS;
    uint64_t tail = end / WORD_BITS;
    if (head == tail) {
        words[head] &= ~(mask_from(first) & mask_to(end));
        return;
    }
    words[head] &= ~mask_from(first);
    store_words(words, head + 1, tail, 0);
    words[tail] &= ~mask_to(end);
}
