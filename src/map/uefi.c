/* SPDX-License-Identifier: MIT */
/* uefi.c - the UEFI memory map (UEFI specification 2.10, 7.2.3) */
#include "map/import.h"

/** EFI_MEMORY_DESCRIPTOR, version 1. */
struct descriptor {
    uint32_t type;
    uint32_t padding;
    uint64_t first_pa;
    uint64_t virtual_address;
    uint64_t pages; /* of 4096 bytes, whatever the frame */
    uint64_t attributes;
};

enum {
    UEFI_VERSION = 1,
    UEFI_PAGE_SHIFT = 12,

    EFI_LOADER_CODE = 1,
    EFI_LOADER_DATA = 2,
    EFI_BOOT_SERVICES_CODE = 3,
    EFI_BOOT_SERVICES_DATA = 4,
    EFI_CONVENTIONAL_MEMORY = 7,
    EFI_ACPI_RECLAIM_MEMORY = 9,
};

#define EFI_MEMORY_WB      UINT64_C(0x8)
#define EFI_MEMORY_SP      UINT64_C(0x40000)
#define EFI_MEMORY_RUNTIME UINT64_C(0x8000000000000000)

/** What a type stands for; RAM that is not reserved is BITFRAME_MAP_RAM. */
static enum bitframe_map_kind kind_of_descriptor(const struct descriptor *descriptor)
{
    if (!(descriptor->attributes & EFI_MEMORY_WB) || (descriptor->attributes & EFI_MEMORY_RUNTIME))
        return BITFRAME_MAP_HOLE;
    switch (descriptor->type) {
    case EFI_CONVENTIONAL_MEMORY:
        return descriptor->attributes & EFI_MEMORY_SP ? BITFRAME_MAP_RESERVED : BITFRAME_MAP_RAM;
    case EFI_LOADER_CODE:
    case EFI_LOADER_DATA: return BITFRAME_MAP_RESERVED;
    case EFI_BOOT_SERVICES_CODE:
    case EFI_BOOT_SERVICES_DATA:
    case EFI_ACPI_RECLAIM_MEMORY: return BITFRAME_MAP_RECLAIMABLE;
    default: return BITFRAME_MAP_HOLE;
    }
}

static enum bitframe_status import_descriptor(struct bitframe_map *map, const struct descriptor *descriptor)
{
    uint64_t first_pa = descriptor->first_pa;
    uint64_t bytes = descriptor->pages << UEFI_PAGE_SHIFT;
    if (descriptor->pages >> (64 - UEFI_PAGE_SHIFT)) {
        /* Their bytes are no number. As many as are one pass 2^64 from any page but page 0, which is in frame
         * 0. */
        bytes = UINT64_MAX;
        if (first_pa >> UEFI_PAGE_SHIFT == 0)
            first_pa = UINT64_C(1) << UEFI_PAGE_SHIFT;
    }
    enum bitframe_map_kind kind = kind_of_descriptor(descriptor);
    enum bitframe_status status = BITFRAME_OK;
    if (kind != BITFRAME_MAP_HOLE)
        status = import_range(map, BITFRAME_MAP_RAM, first_pa, bytes);
    if (kind != BITFRAME_MAP_RAM && status == BITFRAME_OK)
        status = import_range(map, kind, first_pa, bytes);
    return status;
}

enum bitframe_status bitframe_map_import_uefi(struct bitframe_map *map, const void *descriptors,
                                              uint64_t bytes, uint64_t descriptor_bytes,
                                              uint32_t descriptor_version)
{
    if (!map || !descriptors || (uintptr_t)descriptors % sizeof(uint64_t) != 0)
        return BITFRAME_INVALID;
    if (descriptor_version != UEFI_VERSION)
        return BITFRAME_UNSUPPORTED;
    if (descriptor_bytes < sizeof(struct descriptor) || descriptor_bytes % sizeof(uint64_t) != 0 ||
        bytes % descriptor_bytes != 0)
        return BITFRAME_MALFORMED;

    const unsigned char *at = descriptors;
    for (uint64_t left = bytes; left != 0; left -= descriptor_bytes, at += descriptor_bytes) {
        enum bitframe_status status = import_descriptor(map, (const struct descriptor *)(const void *)at);
        if (status != BITFRAME_OK)
            return status;
    }
    return BITFRAME_OK;
}
