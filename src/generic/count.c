/* SPDX-License-Identifier: MIT */
/* count.c - count set bits, in portable C. */
#include "bits.h"
#include "kernels.h"

uint64_t bitframe_count_c(const uint64_t *words, uint64_t count)
{
    uint64_t bits = 0;
    for (uint64_t i = 0; i < count; i++)
        bits += word_count(words[i]);
    return bits;
}
