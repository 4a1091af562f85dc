/* SPDX-License-Identifier: MIT */
/*
 * board.h - Raspberry Pi 3 B: its memory is in the device tree if the firmware passes one; else the firmware
 * is asked
 *
 * Built with -Dbitframe:malloc_start=0x40000 -Dbitframe:malloc_end=0x3F000000, since all of its RAM lies
 * below the contract's default pool.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* clang-format off */
#define BOARD_NAME    "raspi3b"
#define UART_PA       UINT64_C(0x3F215000) /* AUX: the mini-UART */
#define MAILBOX_PA    UINT64_C(0x3F00B880)
#define LOCAL_PA      UINT64_C(0x40000000) /* each CPU's interrupts */
#define SPIN_TABLE_PA UINT64_C(0xD8)       /* where CPU n finds out where to begin, 8 bytes each */
#define DMA_END_PA    UINT64_C(0x40000000) /* its DMA engine has addresses of 30 bits */
/* clang-format on */

#endif
