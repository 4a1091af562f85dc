/* SPDX-License-Identifier: MIT */
/*
 * broken_x86_64.S - kernels that give the right answer and change a register that is not theirs
 *
 * After that each goes on to the C twin.
 */
        .macro BROKEN kernel, register
        .text
        .globl  broken_\kernel\()_changes_\register
        .type   broken_\kernel\()_changes_\register, @function
broken_\kernel\()_changes_\register:
        notq    %\register
        jmp     bitframe_\kernel\()_c
        .size   broken_\kernel\()_changes_\register, . - broken_\kernel\()_changes_\register
        .endm

BROKEN scan, rbx
BROKEN count, rbp
BROKEN find, r12
BROKEN fill, r13
BROKEN clear, r14
BROKEN clear_count, rbx
BROKEN zero_frames, r15

        .section .note.GNU-stack, "", @progbits
