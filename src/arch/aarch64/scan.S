/* SPDX-License-Identifier: MIT */
#include "asm.h"

/* scan_neon - find the first word that is not 0
 * C:        uint64_t bitframe_scan_neon(const uint64_t *words, uint64_t count);
 * Requires: words 8-byte aligned; vector registers usable.
 * Returns:  its index, or count.
 * Clobbers: x0-x5, v0-v7, flags.  Stack: none.
 *
 * 16 words an iteration: eight vectors are ORed into one, whose pairwise maximum is 0 only if all 16 words
 * are. The cost is one vector-to-general move an iteration; half the block would cost twice as many. A word
 * loop reads the first block that is not empty, and the words behind the last whole block. It beats a lane
 * mask, which costs about as much as eight loads that hit the cache. Other CPUs may change the words
 * meanwhile: each 64-bit half of a vector load is single-copy atomic, so the answer is as good as that of
 * word loads. A first word that is not 16-byte aligned is read by itself, because LDP of vectors faults on it
 * where SCTLR.A is set. */
#define words   x0
#define count   x1
#define cursor  x2
#define end     x3
#define blocks  x4
#define word    x5

KERNEL bitframe_scan_neon
        mov     cursor, words
        add     end, words, count, lsl #3
        cbz     count, 3f
        tbz     words, #3, 0f
        ldr     word, [cursor], #8
        cbnz    word, 4f
        sub     count, count, #1
0:      lsr     blocks, count, #4
        cbz     blocks, 2f
        .p2align 4
1:      ldp     q0, q1, [cursor]
        ldp     q2, q3, [cursor, #32]
        ldp     q4, q5, [cursor, #64]
        ldp     q6, q7, [cursor, #96]
        orr     v0.16b, v0.16b, v1.16b
        orr     v2.16b, v2.16b, v3.16b
        orr     v4.16b, v4.16b, v5.16b
        orr     v6.16b, v6.16b, v7.16b
        orr     v0.16b, v0.16b, v2.16b
        orr     v4.16b, v4.16b, v6.16b
        orr     v0.16b, v0.16b, v4.16b
        umaxp   v0.4s, v0.4s, v0.4s
        fmov    word, d0
        cbnz    word, 2f
        add     cursor, cursor, #128
        subs    blocks, blocks, #1
        b.ne    1b

        /* Word by word: a block that is not empty, or fewer than 16 words. */
2:      cmp     cursor, end
        b.hs    3f
        ldr     word, [cursor], #8
        cbz     word, 2b
4:      sub     cursor, cursor, #8
3:      sub     cursor, cursor, words
        lsr     x0, cursor, #3
        ret
END_KERNEL bitframe_scan_neon
