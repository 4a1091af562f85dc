/* SPDX-License-Identifier: MIT */
/* limine.c - the memory map of the Limine boot protocol */
#include "map/import.h"

enum {
    LIMINE_USABLE = 0,
    LIMINE_ACPI_RECLAIMABLE = 2,
    LIMINE_BOOTLOADER_RECLAIMABLE = 5,
    LIMINE_EXECUTABLE_AND_MODULES = 6,
};

/** The kind of memory of a type. BITFRAME_MAP_RAM is RAM that is not reserved. */
static enum bitframe_map_kind kind_of_entry(uint64_t type)
{
    switch (type) {
    case LIMINE_USABLE: return BITFRAME_MAP_RAM;
    case LIMINE_EXECUTABLE_AND_MODULES: return BITFRAME_MAP_RESERVED;
    case LIMINE_ACPI_RECLAIMABLE:
    case LIMINE_BOOTLOADER_RECLAIMABLE: return BITFRAME_MAP_RECLAIMABLE;
    default: return BITFRAME_MAP_HOLE;
    }
}

static bool is_good(const void *pointer)
{
    return pointer && (uintptr_t)pointer % sizeof(uint64_t) == 0;
}

enum bitframe_status bitframe_map_import_limine(struct bitframe_map *map,
                                                const struct bitframe_limine_entry *const *entries,
                                                uint64_t count)
{
    if (!map || !is_good(entries))
        return BITFRAME_INVALID;
    for (uint64_t i = 0; i < count; i++)
        if (!is_good(entries[i]))
            return BITFRAME_INVALID;

    for (uint64_t i = 0; i < count; i++) {
        enum bitframe_map_kind kind = kind_of_entry(entries[i]->type);
        enum bitframe_status status = BITFRAME_OK;
        if (kind != BITFRAME_MAP_HOLE)
            status = import_range(map, BITFRAME_MAP_RAM, entries[i]->base, entries[i]->length);
        if (kind != BITFRAME_MAP_RAM && status == BITFRAME_OK)
            status = import_range(map, kind, entries[i]->base, entries[i]->length);
        if (status != BITFRAME_OK)
            return status;
    }
    return BITFRAME_OK;
}
