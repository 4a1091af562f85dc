/* SPDX-License-Identifier: MIT */
/* platform.c - the platform's declaration, kept for all pools. */
#include "base/platform.h"

struct bitframe_platform bitframe_machine;

static bool zva_block_is_valid(uint32_t bytes)
{
    return bytes == 0 || (bytes >= 16 && bytes <= 2048 && (bytes & (bytes - 1)) == 0);
}

enum bitframe_status bitframe_set_platform(const struct bitframe_platform *platform)
{
    static const struct bitframe_platform unknown;
    if (!platform)
        platform = &unknown;
    if (!zva_block_is_valid(platform->zva_block_bytes))
        return BITFRAME_INVALID;
    if (platform->simd_begin && !platform->simd_end)
        return BITFRAME_INVALID;
    /* Member by member: GCC at -Os copies a structure by a call to memcpy(). */
    bitframe_machine.zva_block_bytes = platform->zva_block_bytes;
    bitframe_machine.linear_map_base = platform->linear_map_base;
    bitframe_machine.simd_begin = platform->simd_begin;
    bitframe_machine.simd_end = platform->simd_end;
    bitframe_machine.panic = platform->panic;
    return BITFRAME_OK;
}

_Noreturn void bitframe_panic(const char *what)
{
    if (bitframe_machine.panic)
        bitframe_machine.panic(what);
    for (;;)
        __builtin_trap();
}
