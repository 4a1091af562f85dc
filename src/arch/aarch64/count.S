/* SPDX-License-Identifier: MIT */
#include "asm.h"

/* count_neon - count set bits
 * C:        uint64_t bitframe_count_neon(const uint64_t *words, uint64_t count);
 * Requires: words 8-byte aligned; vector registers usable.
 * Returns:  the number of set bits.
 * Clobbers: x0-x5, v0-v3, v16-v23, flags.  Stack: none.
 *
 * CNT counts the bits of each byte. UADALP adds pairs of bytes into 16-bit lanes. Each of the four vectors of
 * a line has an accumulator, so no addition waits for another. A lane grows by at most 16 a line, so the lanes
 * are folded into 64-bit sums after 4095 lines, before they reach 65536. A first word that is not 16-byte
 * aligned is counted by itself, because LDP of vectors faults on it where SCTLR.A is set. */
#define words   x0
#define count   x1
#define bits    x2
#define lines   x3
#define batch   x4
#define some    x5
#define LANE_LINES 4095

KERNEL bitframe_count_neon
        mov     bits, #0
        cbz     count, 5f
        movi    v16.2d, #0
        tbz     words, #3, 0f
        ldr     d0, [words], #8
        cnt     v0.8b, v0.8b
        addv    b0, v0.8b
        fmov    bits, d0
        sub     count, count, #1
0:      lsr     lines, count, #3
        and     count, count, #7
        cbz     lines, 3f
1:      mov     batch, #LANE_LINES
        cmp     lines, batch
        csel    batch, lines, batch, lo
        sub     lines, lines, batch
        movi    v20.2d, #0
        movi    v21.2d, #0
        movi    v22.2d, #0
        movi    v23.2d, #0
        .p2align 4
2:      ldp     q0, q1, [words]
        ldp     q2, q3, [words, #32]
        add     words, words, #64
        cnt     v0.16b, v0.16b
        cnt     v1.16b, v1.16b
        cnt     v2.16b, v2.16b
        cnt     v3.16b, v3.16b
        uadalp  v20.8h, v0.16b
        uadalp  v21.8h, v1.16b
        uadalp  v22.8h, v2.16b
        uadalp  v23.8h, v3.16b
        subs    batch, batch, #1
        b.ne    2b
        uaddlp  v20.4s, v20.8h
        uaddlp  v21.4s, v21.8h
        uaddlp  v22.4s, v22.8h
        uaddlp  v23.4s, v23.8h
        uadalp  v16.2d, v20.4s
        uadalp  v16.2d, v21.4s
        uadalp  v16.2d, v22.4s
        uadalp  v16.2d, v23.4s
        cbnz    lines, 1b
        addp    d16, v16.2d
        fmov    some, d16
        add     bits, bits, some

        /* At most 7 words are left. */
3:      cbz     count, 5f
4:      ldr     d0, [words], #8
        cnt     v0.8b, v0.8b
        addv    b0, v0.8b
        fmov    some, d0
        add     bits, bits, some
        subs    count, count, #1
        b.ne    4b
5:      mov     x0, bits
        ret
END_KERNEL bitframe_count_neon
