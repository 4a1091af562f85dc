/* SPDX-License-Identifier: MIT */
/*
 * board.h - Raspberry Pi 3 B: all of its RAM lies below the default pool
 *
 * Built with -Dbitframe:malloc_start=0x40000 -Dbitframe:malloc_end=0x3F000000: from above the firmware's spin
 * tables to the peripherals. What the VideoCore keeps of that, 76 MiB by default, is reserved at run time, as
 * is the image.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* clang-format off */
#define BOARD_NAME "raspi3b"
#define RAM_START  UINT64_C(0x00000000)
#define RAM_END    UINT64_C(0x3B400000)
#define UART_PA    UINT64_C(0x3F215000) /* AUX: the mini-UART */
/* clang-format on */

#endif
