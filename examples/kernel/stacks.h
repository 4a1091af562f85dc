/* SPDX-License-Identifier: MIT */
/* stacks.h - each core's stacks, for C, assembly and the linker script alike: numbers only. */
#ifndef STACKS_H
#define STACKS_H

/* clang-format off */
#define CORES_MAX         8   /* kernel.ld makes stacks for as many */
#define CORE_STACKS_SHIFT 15  /* log2 of the bytes from one core's stacks to the next one's: kernel.ld */
/* clang-format on */

#endif
