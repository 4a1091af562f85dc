/* SPDX-License-Identifier: MIT */
/* zva.c - a machine without DC ZVA. */
#include <bitframe/platform.h>

uint32_t bitframe_zva_block_bytes(void)
{
    return 0;
}
