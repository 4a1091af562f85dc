/* SPDX-License-Identifier: MIT */
/* uefi.h - the descriptors of a UEFI memory map. */
#ifndef BITFRAME_MAP_UEFI_H
#define BITFRAME_MAP_UEFI_H

#include "map/import.h"

/** EFI_MEMORY_DESCRIPTOR, version 1. */
struct uefi_descriptor {
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
    EFI_UNACCEPTED_MEMORY = 15,
};

/* clang-format off */
#define EFI_MEMORY_WB            UINT64_C(0x8)
#define EFI_MEMORY_SP            UINT64_C(0x40000)
#define EFI_MEMORY_HOT_PLUGGABLE UINT64_C(0x100000)
#define EFI_MEMORY_RUNTIME       UINT64_C(0x8000000000000000)
/* clang-format on */

/** Are these descriptors that the library can read? Statuses are those of bitframe_map_import_uefi(). */
static inline enum bitframe_status uefi_check(const void *descriptors, uint64_t bytes,
                                              uint64_t descriptor_bytes, uint32_t descriptor_version)
{
    if (!descriptors || (uintptr_t)descriptors % sizeof(uint64_t) != 0)
        return BITFRAME_INVALID;
    if (descriptor_version != UEFI_VERSION)
        return BITFRAME_UNSUPPORTED;
    if (descriptor_bytes < sizeof(struct uefi_descriptor) || descriptor_bytes % sizeof(uint64_t) != 0 ||
        bytes % descriptor_bytes != 0)
        return BITFRAME_MALFORMED;
    return BITFRAME_OK;
}

#endif
