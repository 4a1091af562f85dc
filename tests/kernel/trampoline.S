/* SPDX-License-Identifier: MIT */
#include "trampoline.h"

/* trampoline - call a function with every register known (AArch64)
 * C:        void trampoline(struct trampoline *call);
 * Clobbers: what the calling convention lets it, and x18.  Stack: 160 bytes.
 *
 * x16 and x17 stay with the trampoline: they belong to whatever sits between caller and callee anyway.
 * Everything else is loaded before and stored after, x18 and the whole of v0-v31 included. */
#define call    x0
#define state   x16
#define other   x17

        .text
        .p2align 4
        .globl  trampoline
        .type   trampoline, %function
trampoline:
        stp     x29, x30, [sp, #-160]!
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]

        adrp    state, current
        str     call, [state, :lo12:current]
        ldr     other, [call, #TRAMPOLINE_FUNCTION]
        add     state, call, #(TRAMPOLINE_BEFORE + REGISTERS_VECTOR)
        ldp     q0, q1, [state, #0]
        ldp     q2, q3, [state, #32]
        ldp     q4, q5, [state, #64]
        ldp     q6, q7, [state, #96]
        ldp     q8, q9, [state, #128]
        ldp     q10, q11, [state, #160]
        ldp     q12, q13, [state, #192]
        ldp     q14, q15, [state, #224]
        ldp     q16, q17, [state, #256]
        ldp     q18, q19, [state, #288]
        ldp     q20, q21, [state, #320]
        ldp     q22, q23, [state, #352]
        ldp     q24, q25, [state, #384]
        ldp     q26, q27, [state, #416]
        ldp     q28, q29, [state, #448]
        ldp     q30, q31, [state, #480]
        sub     state, state, #REGISTERS_VECTOR
        mov     x1, sp
        str     x1, [state, #(31 * 8)]
        ldp     x0, x1, [state, #0]
        ldp     x2, x3, [state, #16]
        ldp     x4, x5, [state, #32]
        ldp     x6, x7, [state, #48]
        ldp     x8, x9, [state, #64]
        ldp     x10, x11, [state, #80]
        ldp     x12, x13, [state, #96]
        ldp     x14, x15, [state, #112]
        ldp     x18, x19, [state, #144]
        ldp     x20, x21, [state, #160]
        ldp     x22, x23, [state, #176]
        ldp     x24, x25, [state, #192]
        ldp     x26, x27, [state, #208]
        ldp     x28, x29, [state, #224]
        blr     other

        adrp    state, current
        ldr     state, [state, :lo12:current]
        add     state, state, #TRAMPOLINE_AFTER
        stp     x0, x1, [state, #0]
        stp     x2, x3, [state, #16]
        stp     x4, x5, [state, #32]
        stp     x6, x7, [state, #48]
        stp     x8, x9, [state, #64]
        stp     x10, x11, [state, #80]
        stp     x12, x13, [state, #96]
        stp     x14, x15, [state, #112]
        stp     x18, x19, [state, #144]
        stp     x20, x21, [state, #160]
        stp     x22, x23, [state, #176]
        stp     x24, x25, [state, #192]
        stp     x26, x27, [state, #208]
        stp     x28, x29, [state, #224]
        mov     other, sp
        str     other, [state, #(31 * 8)]
        add     state, state, #REGISTERS_VECTOR
        stp     q0, q1, [state, #0]
        stp     q2, q3, [state, #32]
        stp     q4, q5, [state, #64]
        stp     q6, q7, [state, #96]
        stp     q8, q9, [state, #128]
        stp     q10, q11, [state, #160]
        stp     q12, q13, [state, #192]
        stp     q14, q15, [state, #224]
        stp     q16, q17, [state, #256]
        stp     q18, q19, [state, #288]
        stp     q20, q21, [state, #320]
        stp     q22, q23, [state, #352]
        stp     q24, q25, [state, #384]
        stp     q26, q27, [state, #416]
        stp     q28, q29, [state, #448]
        stp     q30, q31, [state, #480]

        /* The stack pointer as it was, whatever the function made of it. */
        sub     state, state, #(TRAMPOLINE_AFTER - TRAMPOLINE_BEFORE + REGISTERS_VECTOR)
        ldr     other, [state, #(31 * 8)]
        mov     sp, other
        ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        ldp     x29, x30, [sp], #160
        ret
        .size   trampoline, . - trampoline

        .local  current
        .comm   current, 8, 8

        .section .note.GNU-stack, "", %progbits
