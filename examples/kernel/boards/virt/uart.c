/* SPDX-License-Identifier: MIT */
/* uart.c - PL011, polled. */
#include "arch.h"
#include "board.h"
#include "console.h"

/* clang-format off */
#define UART_DR       0x00
#define UART_FR       0x18
#define UART_FR_TXFF  (1U << 5) /* the transmit FIFO is full */
#define UART_CR       0x30
#define UART_CR_UART  (1U << 0)
#define UART_CR_TX    (1U << 8)
/* clang-format on */

void uart_init(void)
{
    *device_register(UART_PA + UART_CR) = UART_CR_UART | UART_CR_TX;
}

void uart_put(char c)
{
    while (*device_register(UART_PA + UART_FR) & UART_FR_TXFF)
        ;
    *device_register(UART_PA + UART_DR) = (uint8_t)c;
}
