/* SPDX-License-Identifier: MIT */
#include "asm.h"

/* zva_block_bytes - the bytes that DC ZVA clears on this CPU
 * C:        uint32_t bitframe_get_zva_block_bytes(void);
 * Returns:  bytes, or 0 if DCZID_EL0.DZP forbids it.
 * Clobbers: x0, x1.  Stack: none.
 *
 * DCZID_EL0 is readable at every exception level. */
KERNEL bitframe_get_zva_block_bytes
        mrs     x0, dczid_el0
        b       bitframe_zva_decode
END_KERNEL bitframe_get_zva_block_bytes

/* zva_decode - the meaning of a value of DCZID_EL0
 * C:        uint32_t bitframe_zva_decode(uint64_t dczid);
 * Returns:  bytes that DC ZVA clears, or 0 if bit 4, DZP, forbids it.
 * Clobbers: x0, x1.  Stack: none.
 *
 * The low four bits are log2 of the block in 4-byte words. A function of its own, so that tests can try every
 * value: no CPU at hand has DZP set. */
KERNEL bitframe_zva_decode
        and     w1, w0, #15
        tst     w0, #16
        mov     w0, #4
        lsl     w0, w0, w1
        csel    w0, wzr, w0, ne
        ret
END_KERNEL bitframe_zva_decode
