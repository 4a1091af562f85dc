/* SPDX-License-Identifier: MIT */
/*
 * arch_kernels.h - the implementations in this folder, by kernel, and the ones that a build uses
 *
 * BITFRAME_PLAIN_<KERNEL> is legal in any context. BITFRAME_FAST_<KERNEL> needs the platform's permission:
 * for vector registers or DC ZVA. Where this file defines neither, the kernel is the C twin.
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

/** This folder has bitframe_get_zva_block_bytes(), too. */
#define BITFRAME_ARCH_ZVA 1

/** Bytes that DC ZVA clears on a CPU with this DCZID_EL0, or 0 if it is forbidden. */
uint32_t bitframe_zva_decode(uint64_t dczid);

/*
 * Arguments that the compiler needs: without them the code is wrong until the MMU is on. GCC has no macro for
 * the alignment of accesses, but a build that lacks one of the two arguments usually lacks both.
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
