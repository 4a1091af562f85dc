/* SPDX-License-Identifier: MIT */
/*
 * asm.h - what every kernel in this folder opens and closes with
 *
 *   KERNEL bitframe_scan_neon
 *           ...
 *   END_KERNEL bitframe_scan_neon
 *
 * A kernel is hidden, a landing pad for an indirect branch (BTI), a leaf without a stack frame, in a section
 * of its own, and starts on a line of the instruction cache. Arguments in x0-x3; it may use x0-x17 and, if
 * its head says so, v0-v7 and v16-v31. x18 belongs to the platform: naming it does not assemble.
 */
/* This is assembly. */
/* clang-format off */
#ifndef BITFRAME_AARCH64_ASM_H
#define BITFRAME_AARCH64_ASM_H

#define x18 x18_belongs_to_the_platform
#define w18 x18_belongs_to_the_platform

/* For debuggers. In .eh_frame it would be loaded with the kernel. */
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

/* Without this note the linker takes BTI and PAC away from everything it links. */
        .pushsection .note.gnu.property, "a"
        .p2align 3
        .word   4, 16, 5                /* name bytes, descriptor bytes, NT_GNU_PROPERTY_TYPE_0 */
        .asciz  "GNU"
        .word   0xc0000000, 4, 3, 0     /* GNU_PROPERTY_AARCH64_FEATURE_1_AND: BTI | PAC */
        .popsection

        .pushsection .note.GNU-stack, "", %progbits
        .popsection

#endif
