/* SPDX-License-Identifier: MIT */
/* scan.c - find the first word that is not 0, in portable C. */
#include "kernels.h"

/* Eight words are folded into one test: on an in-order core a branch per word costs more than the loads. */
uint64_t bitframe_scan_c(const uint64_t *words, uint64_t count)
{
    uint64_t i = 0;
    for (; count - i >= 8; i += 8) {
        const uint64_t *w = words + i;
        if ((w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7]) != 0)
            break;
    }
    while (i < count && words[i] == 0)
        i++;
    return i;
}
