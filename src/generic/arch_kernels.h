/* SPDX-License-Identifier: MIT */
/* arch_kernels.h - a machine with no kernels but the C twins. */
#ifndef BITFRAME_GENERIC_ARCH_KERNELS_H
#define BITFRAME_GENERIC_ARCH_KERNELS_H

#define BITFRAME_ARCH_KERNELS(X)

#endif
