/* SPDX-License-Identifier: MIT */
#include "asm.h"

/* zva_block_bytes - what DC ZVA clears on this core
 * C:        uint32_t bitframe_zva_block_bytes(void);
 * Returns:  bytes, or 0 if DCZID_EL0.DZP forbids it.
 * Clobbers: x0, x1.  Stack: none.
 *
 * DCZID_EL0 is readable at every exception level; its low four bits are log2 of the block in 4-byte words. */
KERNEL bitframe_zva_block_bytes
        mrs     x1, dczid_el0
        mov     w0, #0
        tbnz    w1, #4, 1f
        and     w1, w1, #15
        mov     w0, #4
        lsl     w0, w0, w1
1:      ret
END_KERNEL bitframe_zva_block_bytes
