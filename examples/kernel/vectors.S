/* SPDX-License-Identifier: MIT */
/*
 * vectors.S - interrupts are handled, and every other exception ends the kernel with a report
 *
 * An interrupt may come between any two instructions of the kernel that runs with interrupts on, and on its
 * stack. C code may change what the procedure call standard lets it change, and of that all that exists here
 * is saved: x0-x17, x29, x30. x18 nobody uses. ELR_EL1 and SPSR_EL1 are safe: the handler takes no
 * interrupts itself. Vector registers are not saved: compiled code uses none, and bitframe's own kernels only
 * after simd_begin() (platform.c), which says no to a handler.
 *
 * The other exceptions are not expected: user addresses are only read and written on a user's behalf. So such
 * an exception is a bug, and it may be the stack pointer's: the report runs on a stack of its own. Registers
 * that nothing else uses keep what must be saved before there is somewhere to save it.
 */
#include "broken.h"
#include "stacks.h"

#define FRAME_BYTES     (38 * 8)    /* struct exception_frame of exit.c */
#define INTERRUPT_BYTES (20 * 8)
#define IRQ_EL1         5           /* an interrupt while EL1 used its own stack pointer */

    .text

    .macro vector number
    .balign 0x80
    .if \number == IRQ_EL1
    b       take_interrupt
    .else
    msr     tpidr_el0, x0
    msr     tpidrro_el0, x1
    mov     x1, #\number
    b       exception
    .endif
    .endm

    .balign 0x800
    .globl vectors
vectors:
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vector  \number
    .endr

    .type take_interrupt, %function
take_interrupt:
    sub     sp, sp, #INTERRUPT_BYTES
    stp     x0, x1, [sp]
    stp     x2, x3, [sp, #2 * 8]
    stp     x4, x5, [sp, #4 * 8]
    stp     x6, x7, [sp, #6 * 8]
    stp     x8, x9, [sp, #8 * 8]
    stp     x10, x11, [sp, #10 * 8]
    stp     x12, x13, [sp, #12 * 8]
    stp     x14, x15, [sp, #14 * 8]
    stp     x16, x17, [sp, #16 * 8]
    stp     x29, x30, [sp, #18 * 8]
    bl      interrupt
    ldp     x0, x1, [sp]
    ldp     x2, x3, [sp, #2 * 8]
    ldp     x4, x5, [sp, #4 * 8]
    ldp     x6, x7, [sp, #6 * 8]
    ldp     x8, x9, [sp, #8 * 8]
    ldp     x10, x11, [sp, #10 * 8]
    ldp     x12, x13, [sp, #12 * 8]
    ldp     x14, x15, [sp, #14 * 8]
#if BROKEN != BROKEN_REGISTERS
    ldp     x16, x17, [sp, #16 * 8]
#endif
    ldp     x29, x30, [sp, #18 * 8]
    add     sp, sp, #INTERRUPT_BYTES
    eret
    .size take_interrupt, . - take_interrupt

    .type exception, %function
exception:
    mov     x0, sp
    msr     sp_el0, x0
    adrp    x0, _exception_stack_top
    sub     sp, x0, #FRAME_BYTES
    mrs     x0, tpidr_el1           /* the CPU's number */
    lsl     x0, x0, #CPU_STACKS_SHIFT
    add     sp, sp, x0
    stp     x2, x3, [sp, #2 * 8]
    stp     x4, x5, [sp, #4 * 8]
    stp     x6, x7, [sp, #6 * 8]
    stp     x8, x9, [sp, #8 * 8]
    stp     x10, x11, [sp, #10 * 8]
    stp     x12, x13, [sp, #12 * 8]
    stp     x14, x15, [sp, #14 * 8]
    stp     x16, x17, [sp, #16 * 8]
    stp     x18, x19, [sp, #18 * 8]
    stp     x20, x21, [sp, #20 * 8]
    stp     x22, x23, [sp, #22 * 8]
    stp     x24, x25, [sp, #24 * 8]
    stp     x26, x27, [sp, #26 * 8]
    stp     x28, x29, [sp, #28 * 8]
    mrs     x2, tpidr_el0
    mrs     x3, tpidrro_el0
    mrs     x4, sp_el0
    stp     x2, x3, [sp]
    stp     x30, x4, [sp, #30 * 8]
    mrs     x2, elr_el1
    mrs     x3, spsr_el1
    stp     x2, x3, [sp, #32 * 8]
    mrs     x2, esr_el1
    mrs     x3, far_el1
    stp     x2, x3, [sp, #34 * 8]
    str     x1, [sp, #36 * 8]
    mov     x0, sp
    mov     x29, xzr
    mov     x30, xzr
    bl      exception_report        /* does not return */
    .size exception, . - exception

    .section .note.GNU-stack, "", %progbits
