/* SPDX-License-Identifier: MIT */
/*
 * broken.S - AArch64 kernels that give the right answer and change a register that is not theirs
 *
 * After the instruction in question each goes on to the C twin.
 */
        .arch_extension fp
        .arch_extension simd

        .macro BROKEN kernel, name, instruction:vararg
        .text
        .p2align 2
        .globl  broken_\kernel\()_\name
        .type   broken_\kernel\()_\name, %function
broken_\kernel\()_\name:
        \instruction
        b       bitframe_\kernel\()_c
        .size   broken_\kernel\()_\name, . - broken_\kernel\()_\name
        .endm

/* What any function must keep, and x18, which belongs to the platform. */
BROKEN scan, changes_x18, mov x18, #0
BROKEN count, changes_x19, mov x19, #0
BROKEN clear_count, changes_x20, mov x20, #0
BROKEN find, changes_x28, mov x28, #0
BROKEN fill, changes_x29, mov x29, sp
BROKEN clear, changes_sp, sub sp, sp, #16
BROKEN scan, changes_d8, movi d8, #0
BROKEN count, changes_d15, fmov d15, x0

/* What a function may change, but a kernel was not lent. */
BROKEN scan, changes_upper_v9, mov v9.d[1], xzr
BROKEN find, uses_v0, movi v0.2d, #0
BROKEN fill, uses_v7, movi v7.2d, #0
BROKEN clear, uses_upper_v16, mov v16.d[1], xzr
BROKEN zero_frames, uses_v31, movi v31.2d, #0

        .section .note.GNU-stack, "", %progbits
