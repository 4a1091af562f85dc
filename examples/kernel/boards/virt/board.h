/* SPDX-License-Identifier: MIT */
/* board.h - QEMU virt: its memory is in the device tree that it passes in x0. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* clang-format off */
#define BOARD_NAME "virt"
#define UART_PA    UINT64_C(0x09000000)  /* PL011 */
#define DMA_END_PA UINT64_C(0x100000000) /* devices with addresses of 32 bits */
/* clang-format on */

#endif
