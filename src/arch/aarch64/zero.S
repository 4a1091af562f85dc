/* SPDX-License-Identifier: MIT */
#include "asm.h"

#define dst     x0
#define bytes   x1
#define step    x2
#define end     x3

/* zero_frames_zva - clear whole frames with DC ZVA
 * C:        void bitframe_zero_frames_zva(void *dst, uint64_t bytes, uint64_t step);
 * Requires: dst and bytes multiples of 4096, bytes > 0; Normal memory; step a power of two from 64 to 2048,
 *           at most the ZVA block of every CPU.
 * Clobbers: x0, x3, flags.  Stack: none.
 *
 * One DC ZVA clears a block without reading it first. Blocks divide a frame, so there is no tail. Eight blocks
 * of at most 512 bytes divide a frame too, so eight share one test. Larger blocks are few and go one by one. A
 * step below a CPU's own block clears some blocks twice, which is slower but right. */
KERNEL bitframe_zero_frames_zva
        add     end, dst, bytes
        cmp     step, #512
        b.hi    2f
        .p2align 4
1:
        .rept   8
        dc      zva, dst
        add     dst, dst, step
        .endr
        cmp     dst, end
        b.ne    1b
        ret
2:      dc      zva, dst
        add     dst, dst, step
        cmp     dst, end
        b.ne    2b
        ret
END_KERNEL bitframe_zero_frames_zva

/* zero_frames_stp - clear whole frames with stores
 * C:        void bitframe_zero_frames_stp(void *dst, uint64_t bytes, uint64_t step);
 * Requires: dst and bytes multiples of 4096, bytes > 0.  step is not used.
 * Clobbers: x0, x3, flags.  Stack: none.
 *
 * For Device memory (the MMU is off, or not yet known to be on) and for CPUs whose DCZID_EL0 forbids DC ZVA. A
 * pair of general registers is two naturally aligned 8-byte accesses, which Device memory allows. */
KERNEL bitframe_zero_frames_stp
        add     end, dst, bytes
        .p2align 4
1:      stp     xzr, xzr, [dst]
        stp     xzr, xzr, [dst, #16]
        stp     xzr, xzr, [dst, #32]
        stp     xzr, xzr, [dst, #48]
        stp     xzr, xzr, [dst, #64]
        stp     xzr, xzr, [dst, #80]
        stp     xzr, xzr, [dst, #96]
        stp     xzr, xzr, [dst, #112]
        add     dst, dst, #128
        cmp     dst, end
        b.ne    1b
        ret
END_KERNEL bitframe_zero_frames_stp
