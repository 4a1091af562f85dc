/* SPDX-License-Identifier: MIT */
#include "asm.h"

/* fill_stp, clear_stp - set or clear a range of bits
 * C:        void bitframe_fill_stp(uint64_t *words, uint64_t first, uint64_t bits);
 *           void bitframe_clear_stp(uint64_t *words, uint64_t first, uint64_t bits);
 * Requires: words 8-byte aligned.
 * Clobbers: x0-x11, flags.  Stack: none.
 *
 * General registers only and every access naturally aligned, which Device memory allows. The words at the
 * two ends are read, changed and written. The words between are whole and only written, eight a step. Words
 * outside the range are not touched. */
#define words   x0
#define first   x1
#define bits    x2
#define last    x3
#define head    x4      /* mask of the bits in the first word */
#define tail    x5      /* mask of the bits in the last word */
#define cursor  x6
#define final   x7
#define word    x8
#define other   x9
#define whole   x10     /* words between the two ends */
#define value   x11

        .macro APPLY word, mask, fill
        .if \fill
        orr     \word, \word, \mask
        .else
        bic     \word, \word, \mask
        .endif
        .endm

        .macro RANGE fill
        cbz     bits, 9f
        add     last, first, bits
        sub     last, last, #1
        mov     value, #-1
        lsl     head, value, first      /* shifts are modulo 64 */
        mvn     tail, last
        lsr     tail, value, tail
        lsr     first, first, #6
        lsr     last, last, #6
        add     cursor, words, first, lsl #3
        subs    whole, last, first
        b.ne    1f

        and     head, head, tail
        ldr     word, [cursor]
        APPLY   word, head, \fill
        str     word, [cursor]
9:      ret

1:      add     final, words, last, lsl #3
        ldr     word, [cursor]
        ldr     other, [final]
        APPLY   word, head, \fill
        APPLY   other, tail, \fill
        str     word, [cursor], #8
        str     other, [final]
        .if \fill == 0
        mov     value, #0
        .endif
        sub     whole, whole, #1
        tbz     whole, #0, 2f
        str     value, [cursor], #8
2:      tbz     whole, #1, 3f
        stp     value, value, [cursor], #16
3:      tbz     whole, #2, 4f
        stp     value, value, [cursor]
        stp     value, value, [cursor, #16]
        add     cursor, cursor, #32
4:      lsr     whole, whole, #3
        cbz     whole, 6f
5:      stp     value, value, [cursor]
        stp     value, value, [cursor, #16]
        stp     value, value, [cursor, #32]
        stp     value, value, [cursor, #48]
        add     cursor, cursor, #64
        subs    whole, whole, #1
        b.ne    5b
6:      ret
        .endm

KERNEL bitframe_fill_stp
        RANGE   1
END_KERNEL bitframe_fill_stp

KERNEL bitframe_clear_stp
        RANGE   0
END_KERNEL bitframe_clear_stp
