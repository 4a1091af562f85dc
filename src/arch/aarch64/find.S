/* SPDX-License-Identifier: MIT */
#include "asm.h"

/* find_clz - find the lowest set bit of a range
 * C:        uint64_t bitframe_find_clz(const uint64_t *words, uint64_t first, uint64_t end);
 * Requires: words 8-byte aligned.
 * Returns:  its position, or end.
 * Clobbers: x0-x7, flags.  Stack: none.
 *
 * General registers only, so it runs anywhere. A shift removes bits below first from the first word. The final
 * comparison rejects a bit beyond end, so the last word needs no mask. In between LDP loads two words a step,
 * which Device memory allows because each is naturally aligned. */
#define words   x0
#define first   x1
#define end     x2
#define cursor  x3
#define last    x4
#define word    x5
#define next    x6
#define mask    x7

KERNEL bitframe_find_clz
        cmp     first, end
        b.hs    8f
        lsr     cursor, first, #6
        add     cursor, words, cursor, lsl #3
        sub     last, end, #1
        lsr     last, last, #6
        add     last, words, last, lsl #3
        mov     mask, #-1
        lsl     mask, mask, first       /* the shift is modulo 64 */
        ldr     word, [cursor]
        ands    word, word, mask
        b.ne    7f

        /* Pairs while both words are inside, then the one that may be left. */
        sub     next, last, cursor
        tbz     next, #3, 2f            /* an even number of words to go */
        ldr     word, [cursor, #8]!
        cbnz    word, 7f
2:      cmp     cursor, last
        b.eq    8f
3:      ldp     word, next, [cursor, #8]
        cbnz    word, 5f
        add     cursor, cursor, #16
        cbnz    next, 6f
        cmp     cursor, last
        b.ne    3b
        b       8f

5:      add     cursor, cursor, #8
        b       7f
6:      mov     word, next
7:      rbit    word, word
        clz     word, word
        sub     cursor, cursor, words
        add     word, word, cursor, lsl #3
        cmp     word, end
        csel    x0, word, end, lo
        ret
8:      mov     x0, end
        ret
END_KERNEL bitframe_find_clz
