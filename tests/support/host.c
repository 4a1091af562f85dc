/* SPDX-License-Identifier: MIT */
#include "host.h"

#include <string.h>

#include <bitframe/page_alloc.h>

struct host_record host_record;

void host_forget(void)
{
    host_record.zero_calls = 0;
    host_record.zero_start = 0;
    host_record.zero_bytes = 0;
    host_record.output_calls = 0;
    host_record.printed_bytes = 0;
    host_record.printed[0] = 0;
}

void memzero(uint64_t start, uint64_t size)
{
    host_record.zero_calls++;
    host_record.zero_start = start;
    host_record.zero_bytes = size;
}

/* Text on any other interface than MU would be lost on a real machine: it is marked here. */
static void print(int32_t interface, const char *text, size_t bytes)
{
    host_record.output_calls++;
    if (interface != MU) {
        text = "<not MU>";
        bytes = strlen(text);
    }
    if (host_record.printed_bytes + bytes >= sizeof(host_record.printed))
        bytes = sizeof(host_record.printed) - 1 - host_record.printed_bytes;
    memcpy(host_record.printed + host_record.printed_bytes, text, bytes);
    host_record.printed_bytes += bytes;
    host_record.printed[host_record.printed_bytes] = 0;
}

void main_output(int32_t interface, const char *str)
{
    print(interface, str, strlen(str));
}

void main_output_u64(int32_t interface, uint64_t value)
{
    char hex[17];
    for (int digit = 15; digit >= 0; digit--, value >>= 4)
        hex[digit] = "0123456789abcdef"[value & 15];
    print(interface, hex, 16);
}
