/* SPDX-License-Identifier: MIT */
/* stacks.h - each CPU's stacks, for C, assembly and the linker script alike: numbers only. */
#ifndef STACKS_H
#define STACKS_H

/* clang-format off */
#define CPUS_MAX         8   /* kernel.ld makes stacks for as many */
#define CPU_STACKS_SHIFT 15  /* log2 of the bytes from one CPU's stacks to the next one's: kernel.ld */
/* clang-format on */

#endif
