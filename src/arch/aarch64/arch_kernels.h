/* SPDX-License-Identifier: MIT */
/* arch_kernels.h - the implementations in this folder, kernel by kernel. */
#include <stdint.h>

/* clang-format off */
#define BITFRAME_ARCH_KERNELS(X) \
    X(scan, neon)                \
    X(count, neon)               \
    X(find, clz)                 \
    X(fill, stp)                 \
    X(clear, stp)                \
    X(zero_frames, stp)          \
    X(zero_frames, zva)
/* clang-format on */

/** Bytes that DC ZVA clears on a core with this DCZID_EL0, 0 if it is not to be used. */
uint32_t bitframe_zva_decode(uint64_t dczid);
