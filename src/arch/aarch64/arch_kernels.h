/* SPDX-License-Identifier: MIT */
/*
 * arch_kernels.h - the implementations in this folder, kernel by kernel, and which of them a build uses
 *
 * BITFRAME_PLAIN_<KERNEL> is legal in any context. BITFRAME_FAST_<KERNEL> needs leave from the platform:
 * vector registers or DC ZVA. A kernel that has neither here is the C twin.
 */
#ifndef BITFRAME_AARCH64_ARCH_KERNELS_H
#define BITFRAME_AARCH64_ARCH_KERNELS_H

#include <stdint.h>

#include <bitframe/options.h>

/* clang-format off */
#define BITFRAME_ARCH_KERNELS(X) \
    X(scan, neon)                \
    X(count, neon)               \
    X(find, clz)                 \
    X(fill, stp)                 \
    X(clear, stp)                \
    X(zero_frames, stp)          \
    X(zero_frames, zva)

#if BITFRAME_ASM_SCAN
#define BITFRAME_FAST_SCAN         bitframe_scan_neon
#endif
#if BITFRAME_ASM_COUNT
#define BITFRAME_FAST_COUNT        bitframe_count_neon
#endif
#if BITFRAME_ASM_FIND
#define BITFRAME_PLAIN_FIND        bitframe_find_clz
#endif
#if BITFRAME_ASM_RANGE
#define BITFRAME_PLAIN_FILL        bitframe_fill_stp
#define BITFRAME_PLAIN_CLEAR       bitframe_clear_stp
#endif
#if BITFRAME_ASM_ZERO
#define BITFRAME_PLAIN_ZERO_FRAMES bitframe_zero_frames_stp
#define BITFRAME_FAST_ZERO_FRAMES  bitframe_zero_frames_zva
#endif
/* clang-format on */

/** bitframe_get_zva_block_bytes() is here, too. */
#define BITFRAME_ARCH_ZVA 1

/** Bytes that DC ZVA clears on a core with this DCZID_EL0, 0 if it is not to be used. */
uint32_t bitframe_zva_decode(uint64_t dczid);

/*
 * What the compiler must be told: without it the code is wrong until the MMU is on. GCC does not say whether
 * it aligns all accesses, but who forgets one of the two mostly forgets both.
 */
#if __STDC_HOSTED__ == 0
#if defined(__ARM_NEON) || (defined(__clang__) && defined(__ARM_FEATURE_UNALIGNED))
#error "compile bitframe with -mgeneral-regs-only -mstrict-align"
#endif
#if BITFRAME_VALUE(BITFRAME_ATOMICS) == BITFRAME_VALUE_lse && !defined(__ARM_FEATURE_ATOMICS)
#error "BITFRAME_ATOMICS is lse: compile bitframe with -march=armv8.1-a"
#endif
#if BITFRAME_VALUE(BITFRAME_ATOMICS) == BITFRAME_VALUE_llsc && defined(__ARM_FEATURE_ATOMICS)
#error "BITFRAME_ATOMICS is llsc: compile bitframe with -march=armv8-a"
#endif
#endif

#endif
