/* SPDX-License-Identifier: MIT */
/* import.h - shared by the importers. The public side is <bitframe/import.h>. */
#ifndef BITFRAME_MAP_IMPORT_H
#define BITFRAME_MAP_IMPORT_H

#include <bitframe/import.h>

/** Add a range to a map. The map cuts or refuses, and counts, a range that passes 2^64: no reason to stop. */
static inline enum bitframe_status import_range(struct bitframe_map *map, enum bitframe_map_kind kind,
                                                uint64_t first_pa, uint64_t bytes)
{
    enum bitframe_status status = bitframe_map_add(map, kind, first_pa, bytes);
    return status == BITFRAME_INVALID ? BITFRAME_OK : status;
}

#endif
