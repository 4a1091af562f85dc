/* SPDX-License-Identifier: MIT */
/* uefi.c - the UEFI memory map (UEFI specification 2.10, 7.2.3) */
#include "map/uefi.h"

/** What a type stands for. */
static enum bitframe_map_kind kind_of_type(uint32_t type)
{
    switch (type) {
    case EFI_CONVENTIONAL_MEMORY: return BITFRAME_MAP_RAM;
    case EFI_LOADER_CODE:
    case EFI_LOADER_DATA: return BITFRAME_MAP_RESERVED;
    case EFI_BOOT_SERVICES_CODE:
    case EFI_BOOT_SERVICES_DATA:
    case EFI_ACPI_RECLAIM_MEMORY: return BITFRAME_MAP_RECLAIMABLE;
    case EFI_UNACCEPTED_MEMORY: return BITFRAME_MAP_UNACCEPTED;
    default: return BITFRAME_MAP_HOLE;
    }
}

/** Add what a type with these attributes stands for. Attributes outweigh the type. */
static enum bitframe_status add_as(struct bitframe_map *map, uint32_t type, uint64_t attributes,
                                   uint64_t first_pa, uint64_t bytes)
{
    enum bitframe_map_kind kind = kind_of_type(type);
    if (!(attributes & EFI_MEMORY_WB) || (attributes & EFI_MEMORY_RUNTIME) || kind == BITFRAME_MAP_HOLE)
        return import_range(map, BITFRAME_MAP_HOLE, first_pa, bytes);

    bool accepted = kind != BITFRAME_MAP_UNACCEPTED;
    if (attributes & EFI_MEMORY_SP)
        kind = BITFRAME_MAP_RESERVED;
    enum bitframe_status status =
        import_range(map, accepted ? BITFRAME_MAP_RAM : BITFRAME_MAP_UNACCEPTED, first_pa, bytes);
    if (status == BITFRAME_OK && (kind == BITFRAME_MAP_RESERVED || kind == BITFRAME_MAP_RECLAIMABLE))
        status = import_range(map, kind, first_pa, bytes);
    if (status == BITFRAME_OK && (attributes & EFI_MEMORY_HOT_PLUGGABLE))
        status = import_range(map, BITFRAME_MAP_HOTPLUGGABLE, first_pa, bytes);
    return status;
}

static enum bitframe_status import_descriptor(struct bitframe_map *map,
                                              const struct uefi_descriptor *descriptor)
{
    uint64_t first_pa = descriptor->first_pa;
    uint64_t bytes = descriptor->pages << UEFI_PAGE_SHIFT;
    if (descriptor->pages >> (64 - UEFI_PAGE_SHIFT)) {
        /*
         * The byte count does not fit in 64 bits. Such a range passes 2^64 from any page but page 0, and page
         * 0 is in frame 0, which no pool manages. So one from page 0 may begin at page 1.
         */
        bytes = UINT64_MAX;
        if (first_pa >> UEFI_PAGE_SHIFT == 0)
            first_pa = UINT64_C(1) << UEFI_PAGE_SHIFT;
    }
    return add_as(map, descriptor->type, descriptor->attributes, first_pa, bytes);
}

enum bitframe_status bitframe_map_import_uefi(struct bitframe_map *map, const void *descriptors,
                                              uint64_t bytes, uint64_t descriptor_bytes,
                                              uint32_t descriptor_version)
{
    if (!map)
        return BITFRAME_INVALID;
    enum bitframe_status status = uefi_check(descriptors, bytes, descriptor_bytes, descriptor_version);
    if (status != BITFRAME_OK)
        return status;
    const unsigned char *at = descriptors;
    for (uint64_t left = bytes; left != 0; left -= descriptor_bytes, at += descriptor_bytes) {
        status = import_descriptor(map, (const struct uefi_descriptor *)(const void *)at);
        if (status != BITFRAME_OK)
            return status;
    }
    return BITFRAME_OK;
}
