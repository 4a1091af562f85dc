/* SPDX-License-Identifier: MIT */
/* trampoline.c - what the harness knows of the machine's calling convention. */
#include "trampoline.h"

#include <stddef.h>

_Static_assert(offsetof(struct trampoline, function) == TRAMPOLINE_FUNCTION, "as the assembly has it");
_Static_assert(offsetof(struct trampoline, before) == TRAMPOLINE_BEFORE, "as the assembly has it");
_Static_assert(offsetof(struct trampoline, after) == TRAMPOLINE_AFTER, "as the assembly has it");
_Static_assert(offsetof(struct registers, vector) == REGISTERS_VECTOR, "as the assembly has it");

#if defined(__aarch64__)

static const char *const names[32] = {
    [18] = "x18", [19] = "x19", [20] = "x20", [21] = "x21", [22] = "x22", [23] = "x23", [24] = "x24",
    [25] = "x25", [26] = "x26", [27] = "x27", [28] = "x28", [29] = "x29", [31] = "sp"};

/* AAPCS64 keeps the low halves of v8-v15; the platform lends none of their bits. x18 belongs to it too. */
const struct convention convention = {
    .argument = {0, 1, 2},
    .result = 0,
    .kept_general = 0xBFFC0000,
    .kept_vector = 0x0000FF00,
    .all_vector = 0xFFFFFFFF,
    .general_names = names,
    .vector_name = "v",
};

#elif defined(__x86_64__)

static const char *const names[32] = {
    [3] = "rbx", [4] = "rsp", [5] = "rbp", [12] = "r12", [13] = "r13", [14] = "r14", [15] = "r15"};

/* The library may use any vector register here: nothing to keep. */
const struct convention convention = {
    .argument = {7, 6, 2},
    .result = 0,
    .kept_general = 0x0000F038,
    .general_names = names,
    .vector_name = "xmm",
};

#else

/* A plain call: results are compared, registers are not. */
const struct convention convention = {
    .argument = {1, 2, 3},
    .result = 0,
    .general_names = (const char *const[32]){0},
    .vector_name = "",
};

/* Kernels that return void leave a value without meaning, as everywhere else. */
void trampoline(struct trampoline *call)
{
    typedef uint64_t kernel(uint64_t, uint64_t, uint64_t);
    const uint64_t *general = call->before.general;
    call->after.general[0] = ((kernel *)call->function)(general[1], general[2], general[3]);
}

#endif
