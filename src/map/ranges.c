/* SPDX-License-Identifier: MIT */
/* ranges.c - an array of ranges, as a kernel has it from a table of its own */
#include "map/import.h"

enum bitframe_status bitframe_map_import_ranges(struct bitframe_map *map,
                                                const struct bitframe_map_entry *entries, uint64_t count)
{
    if (!map || !entries || (uintptr_t)entries % sizeof(uint64_t) != 0)
        return BITFRAME_INVALID;
    for (uint64_t i = 0; i < count; i++)
        if (entries[i].kind >= BITFRAME_MAP_KINDS)
            return BITFRAME_MALFORMED;

    for (uint64_t i = 0; i < count; i++) {
        enum bitframe_map_kind kind = (enum bitframe_map_kind)entries[i].kind;
        enum bitframe_status status = import_range(map, kind, entries[i].first_pa, entries[i].bytes);
        if (status != BITFRAME_OK)
            return status;
    }
    return BITFRAME_OK;
}
