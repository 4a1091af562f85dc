/* SPDX-License-Identifier: MIT */
/* everything.c - a kernel that keeps every call of every header, which tools/size tells the linker. */
#include <bitframe/page_alloc.h>

void main_output(int32_t interface, const char *str)
{
    (void)interface, (void)str;
}

void main_output_u64(int32_t interface, uint64_t value)
{
    (void)interface, (void)value;
}

uint32_t bitframe_page_alloc_cpu(void)
{
    return 0;
}

void start(void);

void start(void)
{
}
