/* SPDX-License-Identifier: MIT */
/* arch_kernels.h - a machine with no kernels but the C twins. */
#define BITFRAME_ARCH_KERNELS(X)
