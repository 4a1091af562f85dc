/* SPDX-License-Identifier: MIT */
/* uart.c - the BCM2837's mini-UART, polled. Pins and speed are as the firmware set them (enable_uart=1). */
#include "arch.h"
#include "board.h"
#include "console.h"

/* clang-format off */
#define AUX_ENABLES      0x04
#define AUX_ENABLES_UART (1U << 0)
#define MU_IO            0x40
#define MU_LCR           0x4C
#define MU_LCR_8BIT      3U
#define MU_LSR           0x54
#define MU_LSR_TX_EMPTY  (1U << 5) /* there is room for a byte */
#define MU_CNTL          0x60
#define MU_CNTL_TX       (1U << 1)
/* clang-format on */

void uart_init(void)
{
    *device_register(UART_PA + AUX_ENABLES) |= AUX_ENABLES_UART;
    *device_register(UART_PA + MU_LCR) = MU_LCR_8BIT;
    *device_register(UART_PA + MU_CNTL) = MU_CNTL_TX;
}

void uart_put(char c)
{
    while (!(*device_register(UART_PA + MU_LSR) & MU_LSR_TX_EMPTY))
        ;
    *device_register(UART_PA + MU_IO) = (uint8_t)c;
}
