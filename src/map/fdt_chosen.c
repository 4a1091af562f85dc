/* SPDX-License-Identifier: MIT */
/* fdt_chosen.c - what /chosen says of memory: the initrd, and what a crashed kernel leaves to this one */
#include <stddef.h>

#include "map/fdt_node.h"

enum { USABLE_RANGES_MAX = 8 }; /* Linux writes one or two; the search for the next is quadratic in them */

/** An initrd that is not there, or that makes no sense, is none. */
static enum bitframe_status reserve_initrd(const struct import *import)
{
    uint64_t first_pa;
    uint64_t end_pa;
    if (!import->values[INITRD_START].data || !import->values[INITRD_END].data)
        return BITFRAME_OK;
    if (!read_number(import->values[INITRD_START], &first_pa) ||
        !read_number(import->values[INITRD_END], &end_pa) || end_pa < first_pa) {
        fdt_skip_property(import);
        return BITFRAME_OK;
    }
    import->found->initrd_first_pa = first_pa;
    import->found->initrd_bytes = end_pa - first_pa;
    return fdt_add(import, BITFRAME_MAP_RESERVED, first_pa, end_pa - first_pa);
}

/** The header of the crashed kernel's memory image. */
static enum bitframe_status reserve_core_header(const struct import *import)
{
    struct value value = import->values[ELFCOREHDR];
    struct cells cells = import->root_cells;
    if (!value.data)
        return BITFRAME_OK;
    if (value.bytes != cells_bytes(cells) || value.bytes == 0) {
        fdt_skip_property(import);
        return BITFRAME_OK;
    }
    uint64_t first_pa = cells_number(value.data, cells.address);
    uint64_t bytes = cells_number(value.data + cells.address * CELL_BYTES, cells.bytes);
    import->found->core_header_first_pa = first_pa;
    import->found->core_header_bytes = bytes;
    return fdt_add(import, BITFRAME_MAP_RESERVED, first_pa, bytes);
}

/** The lowest of the ranges that reach @p pa or beyond. Returns whether there is one. */
static bool next_usable(struct value value, struct cells cells, uint64_t pa, struct bitframe_map_range *range)
{
    bool found = false;
    for (uint32_t at = 0; at < value.bytes; at += cells_bytes(cells)) {
        uint64_t first_pa = cells_number(value.data + at, cells.address);
        uint64_t bytes = cells_number(value.data + at + cells.address * CELL_BYTES, cells.bytes);
        uint64_t last_pa = first_pa + bytes - 1;
        if (last_pa < first_pa)
            last_pa = UINT64_MAX;
        if (bytes == 0 || last_pa < pa || (found && first_pa >= range->first_pa))
            continue;
        found = true;
        range->first_pa = first_pa;
        range->last_pa = last_pa;
    }
    return found;
}

/** All but the ranges of linux,usable-memory-range are holes, if there is one that is not empty. */
static enum bitframe_status confine(const struct import *import)
{
    struct value value = import->values[USABLE_MEMORY_RANGE];
    uint32_t entry_bytes = cells_bytes(import->root_cells);
    if (!value.data)
        return BITFRAME_OK;
    if (entry_bytes == 0 || value.bytes / entry_bytes > USABLE_RANGES_MAX)
        return BITFRAME_UNSUPPORTED;
    if (value.bytes % entry_bytes != 0)
        return BITFRAME_MALFORMED;

    uint64_t pa = 0;
    struct bitframe_map_range range = {0, 0};
    while (next_usable(value, import->root_cells, pa, &range)) {
        import->found->usable_ranges++;
        if (range.first_pa > pa) {
            enum bitframe_status status = fdt_add(import, BITFRAME_MAP_HOLE, pa, range.first_pa - pa);
            if (status != BITFRAME_OK)
                return status;
        }
        if (range.last_pa == UINT64_MAX)
            return BITFRAME_OK;
        pa = range.last_pa + 1;
    }
    return fdt_add(import, BITFRAME_MAP_HOLE, pa, 0 - pa); /* nothing, if there was no range */
}

enum bitframe_status bitframe_fdt_finish_chosen(const struct import *import)
{
    enum bitframe_status status = confine(import);
    if (status == BITFRAME_OK)
        status = reserve_initrd(import);
    if (status == BITFRAME_OK)
        status = reserve_core_header(import);
    return status;
}
