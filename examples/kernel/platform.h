/* SPDX-License-Identifier: MIT */
/* platform.h - what this kernel tells bitframe about the machine. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdint.h>

/** Enable FP/SIMD and declare the machine. The MMU is on: RAM is Normal memory. */
void platform_init(void);

/** Enable FP/SIMD on the CPU that runs, another than the first. */
void platform_enable_simd(void);

/** Declare the machine again, now that its other CPUs run and before they use a pool. */
void platform_declare_cpus(void);

/** How often bitframe has used vector registers. */
uint64_t platform_simd_uses(void);

#endif
