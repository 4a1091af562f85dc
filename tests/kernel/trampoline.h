/* SPDX-License-Identifier: MIT */
/*
 * trampoline.h - call a function with every register known, and see what it left
 *
 * The trampoline loads each register it can from before, calls the function and stores what it finds into
 * after. It survives a function that does not keep its side of the calling convention: all it relies on after
 * the return is a static variable.
 */
#ifndef KERNEL_TRAMPOLINE_H
#define KERNEL_TRAMPOLINE_H

/* Offsets into struct trampoline, for the assembly. */
#define TRAMPOLINE_FUNCTION 0
#define TRAMPOLINE_BEFORE   16
#define TRAMPOLINE_AFTER    784
#define REGISTERS_VECTOR    256

#ifndef __ASSEMBLER__

#include <stdint.h>

/* Registers by the number that the instruction set gives them; on AArch64 general[31] is SP. */
struct registers {
    uint64_t general[32];
    uint64_t vector[32][2];
};

/* On return before.general has the stack pointer that the function was called with. */
struct trampoline {
    void (*function)(void);
    uint64_t reserved;
    struct registers before;
    struct registers after;
};

/* Where arguments and results go, which registers a callee keeps, and which vector registers it might use. */
struct convention {
    unsigned argument[3];
    unsigned result;
    uint32_t kept_general;
    uint32_t kept_vector;
    uint32_t all_vector;
    const char *const *general_names;
    const char *vector_name; /* without the number */
};

extern const struct convention convention;

void trampoline(struct trampoline *call);

#endif
#endif
