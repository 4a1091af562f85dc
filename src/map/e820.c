/* SPDX-License-Identifier: MIT */
/* e820.c - the E820 memory table of a PC's firmware, as Linux's boot parameters and PVH hand it on */
#include "map/e820.h"

enum {
    E820_RAM = 1,
    E820_ACPI = 3,
    E820_RESERVED_KERN = 128, /* Linux: the boot loader's setup data */
};

#define E820_SOFT_RESERVED UINT32_C(0xEFFFFFFF) /* Linux: special purpose memory */

/** What a type stands for; RAM that is not reserved is BITFRAME_MAP_RAM. */
static enum bitframe_map_kind kind_of_e820(uint32_t type)
{
    switch (type) {
    case E820_RAM: return BITFRAME_MAP_RAM;
    case E820_ACPI: return BITFRAME_MAP_RECLAIMABLE;
    case E820_RESERVED_KERN:
    case E820_SOFT_RESERVED: return BITFRAME_MAP_RESERVED;
    default: return BITFRAME_MAP_HOLE;
    }
}

enum bitframe_status bitframe_e820_add(struct bitframe_map *map, const uint8_t *entry)
{
    uint64_t first_pa = read_u64(entry);
    uint64_t bytes = read_u64(entry + 8);
    enum bitframe_map_kind kind = kind_of_e820(read_u32(entry + 16));
    enum bitframe_status status = BITFRAME_OK;
    if (kind != BITFRAME_MAP_HOLE)
        status = import_range(map, BITFRAME_MAP_RAM, first_pa, bytes);
    if (kind != BITFRAME_MAP_RAM && status == BITFRAME_OK)
        status = import_range(map, kind, first_pa, bytes);
    return status;
}

enum bitframe_status bitframe_map_import_e820(struct bitframe_map *map, const void *table, uint64_t bytes,
                                              uint64_t entry_bytes)
{
    if (!map || !table)
        return BITFRAME_INVALID;
    if (entry_bytes < E820_ENTRY_BYTES || bytes % entry_bytes != 0)
        return BITFRAME_MALFORMED;
    const uint8_t *at = table;
    for (uint64_t left = bytes; left != 0; left -= entry_bytes, at += entry_bytes) {
        enum bitframe_status status = bitframe_e820_add(map, at);
        if (status != BITFRAME_OK)
            return status;
    }
    return BITFRAME_OK;
}
