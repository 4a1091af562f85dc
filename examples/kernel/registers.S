/* SPDX-License-Identifier: MIT */
/*
 * registers.S - one function that watches registers, and one, for interrupts, that changes them
 *
 * Those are the registers that code may change which does not know that it interrupts something: x0-x17 and x30.
 * (x29 it may change if it puts it back; what C code does with x29 is of no use here.)
 */
    .text

/*
 * registers_changed - hold values in registers while interrupts come
 * C:        uint64_t registers_changed(const uint64_t *count, uint64_t enough, uint64_t deadline);
 * Returns:  0 if x0-x17 and x30 were what they had been when *count reached enough, or the counter deadline.
 * Requires: interrupts masked; here they are let in, and masked again in the end.
 * Clobbers: x0-x17, flags.  Stack: 64 bytes.
 */
#define count    x19
#define enough   x20
#define deadline x21
#define base     x22
#define scratch  x23
#define changed  x24

    .globl registers_changed
    .type registers_changed, %function
registers_changed:
    stp     x29, x30, [sp, #-64]!
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    mov     count, x0
    mov     enough, x1
    mov     deadline, x2

    /* Register n holds base + n. */
    ldr     base, =0xa5c3f0960f3c5a69
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 30
    add     x\n, base, #\n
    .endr
    msr     daifclr, #2
1:  ldr     scratch, [count]
    cmp     scratch, enough
    b.hs    2f
    isb
    mrs     scratch, cntvct_el0
    cmp     scratch, deadline
    b.lo    1b
2:  msr     daifset, #2

    mov     changed, xzr
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 30
    sub     x\n, x\n, base
    sub     x\n, x\n, #\n
    orr     changed, changed, x\n
    .endr
    mov     x0, changed
    ldp     x19, x20, [sp, #16]
    ldp     x21, x22, [sp, #32]
    ldp     x23, x24, [sp, #48]
    ldp     x29, x30, [sp], #64
    ret
    .size registers_changed, . - registers_changed

/*
 * change_registers - do to registers the worst that C code may do
 * C:        void change_registers(void);
 * Clobbers: x0-x17.  Stack: none.  (x30 has been changed by the call.)
 */
    .globl change_registers
    .type change_registers, %function
change_registers:
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
    mov     x\n, #-1
    .endr
    ret
    .size change_registers, . - change_registers

    .section .note.GNU-stack, "", %progbits
