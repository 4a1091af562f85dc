/* SPDX-License-Identifier: MIT */
/* console.h - text out. bitframe prints through main_output() and main_output_u64(), defined in console.c. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdint.h>

/* Each board has these, in boards/. */
void uart_init(void);
void uart_put(char c);

void console_string(const char *string);
void console_hex(uint64_t value);
void console_decimal(uint64_t value);

/** The same, right-aligned in @p columns columns. */
void console_decimal_in(unsigned columns, uint64_t value);

/** Send what is printed to @p buffer, at most @p bytes of it, and not to the UART. */
void console_capture(char *buffer, uint64_t bytes);

/** Print to the UART again. Returns how many characters were printed meanwhile. */
uint64_t console_release(void);

#endif
