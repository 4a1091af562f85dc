/* SPDX-License-Identifier: MIT */
#include "trampoline.h"

/* trampoline - call a function with every register known (x86-64)
 * C:        void trampoline(struct trampoline *call);
 * Clobbers: what the calling convention lets it.  Stack: 56 bytes.
 *
 * r11 stays with the trampoline after the call. Vector registers are loaded and not looked at again: the
 * calling convention keeps none of them. */
        .text
        .p2align 4
        .globl  trampoline
        .type   trampoline, @function
trampoline:
        pushq   %rbx
        pushq   %rbp
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        subq    $8, %rsp

        movq    %rdi, current(%rip)
        movq    TRAMPOLINE_FUNCTION(%rdi), %rax
        movq    %rax, function(%rip)
        movq    %rsp, 32+TRAMPOLINE_BEFORE(%rdi)
        movups  0+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm0
        movups  16+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm1
        movups  32+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm2
        movups  48+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm3
        movups  64+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm4
        movups  80+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm5
        movups  96+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm6
        movups  112+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm7
        movups  128+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm8
        movups  144+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm9
        movups  160+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm10
        movups  176+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm11
        movups  192+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm12
        movups  208+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm13
        movups  224+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm14
        movups  240+TRAMPOLINE_BEFORE+REGISTERS_VECTOR(%rdi), %xmm15
        movq    0+TRAMPOLINE_BEFORE(%rdi), %rax
        movq    8+TRAMPOLINE_BEFORE(%rdi), %rcx
        movq    16+TRAMPOLINE_BEFORE(%rdi), %rdx
        movq    24+TRAMPOLINE_BEFORE(%rdi), %rbx
        movq    40+TRAMPOLINE_BEFORE(%rdi), %rbp
        movq    48+TRAMPOLINE_BEFORE(%rdi), %rsi
        movq    64+TRAMPOLINE_BEFORE(%rdi), %r8
        movq    72+TRAMPOLINE_BEFORE(%rdi), %r9
        movq    80+TRAMPOLINE_BEFORE(%rdi), %r10
        movq    88+TRAMPOLINE_BEFORE(%rdi), %r11
        movq    96+TRAMPOLINE_BEFORE(%rdi), %r12
        movq    104+TRAMPOLINE_BEFORE(%rdi), %r13
        movq    112+TRAMPOLINE_BEFORE(%rdi), %r14
        movq    120+TRAMPOLINE_BEFORE(%rdi), %r15
        movq    56+TRAMPOLINE_BEFORE(%rdi), %rdi
        call    *function(%rip)

        movq    current(%rip), %r11
        movq    %rax, 0+TRAMPOLINE_AFTER(%r11)
        movq    %rcx, 8+TRAMPOLINE_AFTER(%r11)
        movq    %rdx, 16+TRAMPOLINE_AFTER(%r11)
        movq    %rbx, 24+TRAMPOLINE_AFTER(%r11)
        movq    %rsp, 32+TRAMPOLINE_AFTER(%r11)
        movq    %rbp, 40+TRAMPOLINE_AFTER(%r11)
        movq    %rsi, 48+TRAMPOLINE_AFTER(%r11)
        movq    %rdi, 56+TRAMPOLINE_AFTER(%r11)
        movq    %r8, 64+TRAMPOLINE_AFTER(%r11)
        movq    %r9, 72+TRAMPOLINE_AFTER(%r11)
        movq    %r10, 80+TRAMPOLINE_AFTER(%r11)
        movq    %r12, 96+TRAMPOLINE_AFTER(%r11)
        movq    %r13, 104+TRAMPOLINE_AFTER(%r11)
        movq    %r14, 112+TRAMPOLINE_AFTER(%r11)
        movq    %r15, 120+TRAMPOLINE_AFTER(%r11)
        movq    32+TRAMPOLINE_BEFORE(%r11), %rsp
        addq    $8, %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbp
        popq    %rbx
        ret
        .size   trampoline, . - trampoline

        .local  current
        .comm   current, 8, 8
        .local  function
        .comm   function, 8, 8

        .section .note.GNU-stack, "", @progbits
