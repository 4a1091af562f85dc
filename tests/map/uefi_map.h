/* SPDX-License-Identifier: MIT */
/* uefi_map.h - UEFI memory maps of tests */
#ifndef BITFRAME_TESTS_UEFI_MAP_H
#define BITFRAME_TESTS_UEFI_MAP_H

#include <criterion/criterion.h>

#include "import_check.h"
#include "test_map.h"

enum {
    LOADER_CODE = 1,
    LOADER_DATA,
    BOOT_CODE,
    BOOT_DATA,
    RUNTIME_CODE,
    RUNTIME_DATA,
    CONVENTIONAL,
    UNUSABLE,
    ACPI_RECLAIM,
    ACPI_NVS,
    MMIO,
    PERSISTENT = 14,
    UNACCEPTED,
};

#define WB      UINT64_C(0xF) /* UC, WC, WT and WB, as firmware says of plain RAM */
#define SP      UINT64_C(0x40000)
#define RUNTIME UINT64_C(0x8000000000000000)
#define HOTPLUG UINT64_C(0x100000)

struct descriptor {
    uint32_t type;
    uint32_t padding;
    uint64_t first_pa;
    uint64_t virtual_address;
    uint64_t pages;
    uint64_t attributes;
};

static struct bitframe_map map;

static inline enum bitframe_status import(const struct descriptor *descriptors, size_t count)
{
    cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
    return bitframe_map_import_uefi(&map, import_guarded(descriptors, count * sizeof(*descriptors)),
                                    count * sizeof(*descriptors), sizeof(*descriptors), 1);
}

static inline void expect_view(enum bitframe_map_view view, const char *runs)
{
    cr_expect_str_eq(map_text(&map, view), runs, "%s", map_text(&map, view));
}

#endif
