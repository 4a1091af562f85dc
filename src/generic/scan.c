/* SPDX-License-Identifier: MIT */
/* scan.c - find the first word that is not 0, in portable C. */
#include "base/atomic.h"
#include "base/kernels.h"

/*
 * Other CPUs may change the words, so each is loaded once. Eight words are folded into one test: on an
 * in-order CPU a branch per word costs more than the loads.
 */
uint64_t bitframe_scan_c(const uint64_t *words, uint64_t count)
{
    uint64_t i = 0;
    for (; count - i >= 8; i += 8) {
        const uint64_t *w = words + i;
        if ((atomic_load_relaxed(w) | atomic_load_relaxed(w + 1) | atomic_load_relaxed(w + 2) |
             atomic_load_relaxed(w + 3) | atomic_load_relaxed(w + 4) | atomic_load_relaxed(w + 5) |
             atomic_load_relaxed(w + 6) | atomic_load_relaxed(w + 7)) != 0)
            break;
    }
    while (i < count && atomic_load_relaxed(words + i) == 0)
        i++;
    return i;
}
