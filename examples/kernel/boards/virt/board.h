/* SPDX-License-Identifier: MIT */
/* board.h - QEMU virt with -m 1G: RAM where the default pool begins, and less of it than the pool covers. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* clang-format off */
#define BOARD_NAME "virt"
#define RAM_START  UINT64_C(0x40000000)
#define RAM_END    UINT64_C(0x80000000)
#define UART_PA    UINT64_C(0x09000000) /* PL011 */
/* clang-format on */

#endif
