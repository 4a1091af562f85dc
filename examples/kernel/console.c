/* SPDX-License-Identifier: MIT */
/* console.c - text out, and the two printing functions that bitframe asks of the kernel. */
#include "console.h"

#include <stdbool.h>

#include <bitframe/page_alloc.h>

static bool capturing;
static char *captured;
static uint64_t captured_room;
static uint64_t captured_length;

static void put(char c)
{
    if (!capturing) {
        uart_put(c);
        return;
    }
    if (captured_length < captured_room)
        captured[captured_length] = c;
    captured_length++;
}

void console_string(const char *string)
{
    while (*string)
        put(*string++);
}

void console_hex(uint64_t value)
{
    for (int shift = 60; shift >= 0; shift -= 4)
        put("0123456789abcdef"[value >> shift & 15]);
}

void console_decimal(uint64_t value)
{
    console_decimal_in(1, value);
}

void console_decimal_in(unsigned columns, uint64_t value)
{
    char digits[20];
    unsigned used = 0;
    do
        digits[used++] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    for (; columns > used; columns--)
        put(' ');
    while (used > 0)
        put(digits[--used]);
}

void console_capture(char *buffer, uint64_t bytes)
{
    capturing = true;
    captured = buffer;
    captured_room = bytes;
    captured_length = 0;
}

uint64_t console_release(void)
{
    capturing = false;
    return captured_length;
}

/* There is one interface, so @p interface, which would choose it, is not looked at. */

void main_output(int32_t interface, const char *str)
{
    (void)interface;
    console_string(str);
}

void main_output_u64(int32_t interface, uint64_t value)
{
    (void)interface;
    console_hex(value);
}
