/* SPDX-License-Identifier: MIT */
/* zero.c - clear whole frames, in portable C. */
#include <bitframe/platform.h>

#include "base/kernels.h"

/* Aligned 8-byte stores only, which Device memory allows. */
void bitframe_zero_frames_c(void *dst, uint64_t bytes, uint64_t step)
{
    uint64_t *word = dst;
    uint64_t *end = word + bytes / sizeof(*word);
    (void)step;
    for (; word != end; word += 8) {
        word[0] = 0;
        word[1] = 0;
        word[2] = 0;
        word[3] = 0;
        word[4] = 0;
        word[5] = 0;
        word[6] = 0;
        word[7] = 0;
    }
}

#ifndef BITFRAME_ARCH_ZVA
uint32_t bitframe_get_zva_block_bytes(void)
{
    return 0;
}
#endif
