/* SPDX-License-Identifier: MIT */
/* little_endian.h - numbers of tables that lie at any address, read byte by byte */
#ifndef BITFRAME_MAP_LITTLE_ENDIAN_H
#define BITFRAME_MAP_LITTLE_ENDIAN_H

#include <stdint.h>

static inline uint32_t read_u32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t read_u64(const uint8_t *at)
{
    return read_u32(at) | (uint64_t)read_u32(at + 4) << 32;
}

#endif
