/* SPDX-License-Identifier: MIT */
/*
 * asm.h - the macros that open and close every kernel of this folder
 *
 *   KERNEL bitframe_scan_neon
 *           ...
 *   END_KERNEL bitframe_scan_neon
 *
 * A kernel is hidden, begins with a landing pad for indirect branches (BTI), is a leaf without a stack frame,
 * and has a section of its own that starts on a line of the instruction cache. Arguments are in x0-x3. It may
 * use x0-x17 and, if its head says so, v0-v7 and v16-v31. x18 belongs to the platform: its name does not
 * assemble.
 */
/* This is assembly. */
/* clang-format off */
#ifndef BITFRAME_AARCH64_ASM_H
#define BITFRAME_AARCH64_ASM_H

#define x18 x18_belongs_to_the_platform
#define w18 x18_belongs_to_the_platform

/* For debuggers. .eh_frame would be loaded with the kernel. */
        .cfi_sections .debug_frame

/* clang applies -mgeneral-regs-only to assembly too. */
        .arch_extension fp
        .arch_extension simd

        .macro KERNEL name
        .section .text.\name, "ax", %progbits
        .p2align 6
        .globl  \name
        .hidden \name
        .type   \name, %function
\name:
        .cfi_startproc
        hint    #34                     /* BTI c; a NOP where there is no BTI */
        .endm

        .macro END_KERNEL name
        .cfi_endproc
        .size   \name, . - \name
        .endm

/* Without this note the linker removes BTI and PAC from everything it links. */
        .pushsection .note.gnu.property, "a"
        .p2align 3
        .word   4, 16, 5                /* name bytes, descriptor bytes, NT_GNU_PROPERTY_TYPE_0 */
        .asciz  "GNU"
        .word   0xc0000000, 4, 3, 0     /* GNU_PROPERTY_AARCH64_FEATURE_1_AND: BTI | PAC */
        .popsection

        .pushsection .note.GNU-stack, "", %progbits
        .popsection

#endif
