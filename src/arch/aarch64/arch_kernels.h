/* SPDX-License-Identifier: MIT */
/* arch_kernels.h - the implementations in this folder, kernel by kernel. */
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
