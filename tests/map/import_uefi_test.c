/* SPDX-License-Identifier: MIT */
/* import_uefi_test.c - UEFI memory maps, good, bad and made up. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "random.h"
#include "uefi_map.h"

/** Like edk2's for AArch64, cut down; the order is as bad as it is allowed to be. */
static const struct descriptor good[] = {
    {BOOT_DATA, 0, 0x7C000000, 0, 0x3000, WB},
    {CONVENTIONAL, 0, 0x40000000, 0, 0x8000, WB},
    {LOADER_CODE, 0, 0x48000000, 0, 0x100, WB},
    {MMIO, 0, 0x9000000, 0, 1, RUNTIME | 1},
    {RUNTIME_DATA, 0, 0x7F000000, 0, 0x100, RUNTIME | WB},
    {CONVENTIONAL, 0, 0x48100000, 0, 0x33F00, WB},
    {ACPI_RECLAIM, 0, 0x7F100000, 0, 0x10, WB},
    {ACPI_NVS, 0, 0x7F110000, 0, 0x10, WB},
    {CONVENTIONAL, 0, 0x100000000, 0, 0x40000, WB},
};

Test(import_uefi, good)
{
    cr_assert_eq(import(good, sizeof(good) / sizeof(*good)), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "0x40000000+258048 0x7f100000+16 0x100000000+262144");
    expect_view(BITFRAME_MAP_VIEW_FREE, "0x40000000+32768 0x48100000+212736 0x100000000+262144");
    expect_view(BITFRAME_MAP_VIEW_RECLAIMABLE, "0x7c000000+12288 0x7f100000+16");
    expect_view(BITFRAME_MAP_VIEW_RESERVED, "0x48000000+256 0x7c000000+12288 0x7f100000+16");
}

Test(import_uefi, every_type)
{
    /* RAM that an entry of each type covers partly: it must stay, be reserved, or go. */
    for (uint32_t type = 0; type < 20; type++) {
        if (type == UNACCEPTED)
            continue;
        const struct descriptor two[] = {{CONVENTIONAL, 0, 0x10000, 0, 16, WB}, {type, 0, 0x14000, 0, 2, WB}};
        cr_assert_eq(import(two, 2), BITFRAME_OK);
        bool is_ram = type == CONVENTIONAL;
        bool is_reserved = type == LOADER_CODE || type == LOADER_DATA;
        bool is_reclaimable = type == BOOT_CODE || type == BOOT_DATA || type == ACPI_RECLAIM;
        bool is_hole = !is_ram && !is_reserved && !is_reclaimable;
        expect_view(BITFRAME_MAP_VIEW_SPANS, is_hole ? "0x10000+4 0x16000+10" : "0x10000+16");
        expect_view(BITFRAME_MAP_VIEW_FREE, is_ram ? "0x10000+16" : "0x10000+4 0x16000+10");
        expect_view(BITFRAME_MAP_VIEW_RESERVED, is_reserved || is_reclaimable ? "0x14000+2" : "");
        expect_view(BITFRAME_MAP_VIEW_RECLAIMABLE, is_reclaimable ? "0x14000+2" : "");
    }
    const struct descriptor loader_defined[] = {{0x80000000, 0, 0x10000, 0, 16, WB},
                                                {0x70000000, 0, 0x20000, 0, 16, WB}};
    cr_assert_eq(import(loader_defined, 2), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "");
}

Test(import_uefi, attributes)
{
    const struct descriptor some[] = {
        {CONVENTIONAL, 0, 0x10000, 0, 1, WB},
        {CONVENTIONAL, 0, 0x20000, 0, 1, 0x7}, /* no WB */
        {CONVENTIONAL, 0, 0x30000, 0, 1, RUNTIME | WB},
        {CONVENTIONAL, 0, 0x40000, 0, 1, SP | WB},
        {BOOT_DATA, 0, 0x50000, 0, 1, 0x1},
        {PERSISTENT, 0, 0x60000, 0, 1, WB},
    };
    cr_assert_eq(import(some, sizeof(some) / sizeof(*some)), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "0x10000+1 0x40000+1");
    expect_view(BITFRAME_MAP_VIEW_FREE, "0x10000+1");
    expect_view(BITFRAME_MAP_VIEW_RECLAIMABLE, "");
}

Test(import_uefi, empty_descriptors_end_nothing)
{
    const struct descriptor some[] = {{CONVENTIONAL, 0, 0, 0, 0, 0},
                                      {CONVENTIONAL, 0, 0x10000, 0, 1, WB},
                                      {MMIO, 0, 0x10000, 0, 0, WB},
                                      {CONVENTIONAL, 0, 0x20000, 0, 1, WB}};
    cr_assert_eq(import(some, 4), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_FREE, "0x10000+1 0x20000+1");
}

Test(import_uefi, descriptor_size_is_honoured)
{
    /* 48 bytes is what edk2 says, so that nobody counts on 40. What is behind a descriptor is not read. */
    for (uint64_t size = 40; size <= 128; size += 8) {
        uint8_t bytes[9 * 128];
        memset(bytes, 0xFF, sizeof(bytes));
        for (size_t i = 0; i < 9; i++)
            memcpy(bytes + i * size, &good[i], sizeof(*good));
        cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
        cr_assert_eq(bitframe_map_import_uefi(&map, import_guarded(bytes, 9 * size), 9 * size, size, 1),
                     BITFRAME_OK);
        expect_view(BITFRAME_MAP_VIEW_SPANS, "0x40000000+258048 0x7f100000+16 0x100000000+262144");
    }
}

Test(import_uefi, page_counts_that_overflow)
{
    const uint64_t firsts[] = {0, 0x1000, 0x40000000, UINT64_C(0xFFFFFFFFFFFFF000)};
    const uint64_t pages[] = {UINT64_C(1) << 52, (UINT64_C(1) << 52) + 1, UINT64_C(1) << 63, UINT64_MAX};
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 4; k++) {
            const struct descriptor ram[] = {{CONVENTIONAL, 0, firsts[i], 0, pages[k], WB},
                                             {CONVENTIONAL, 0, 0x40000000, 0, 1, WB}};
            cr_assert_eq(import(ram, 2), BITFRAME_OK);
            expect_view(BITFRAME_MAP_VIEW_SPANS, "0x40000000+1"); /* not believed */
            cr_expect_neq(map.wrapped_bytes, 0);
            const struct descriptor hole[] = {{CONVENTIONAL, 0, 0x40000000, 0, 4, WB},
                                              {MMIO, 0, firsts[i], 0, pages[k], 0}};
            cr_assert_eq(import(hole, 2), BITFRAME_OK);
            expect_view(BITFRAME_MAP_VIEW_SPANS, i < 3 ? "" : "0x40000000+4"); /* holds to the end */
        }
    }
    const struct descriptor top[] = {{CONVENTIONAL, 0, UINT64_C(0xFFFFFFFFFFFFF000), 0, 1, WB},
                                     {CONVENTIONAL, 0, UINT64_C(0xFFFFFFFFFFFF0000), 0, 0, WB}};
    cr_assert_eq(import(top, 2), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "0xfffffffffffff000+1");
    cr_expect_eq(map.wrapped_bytes, 0);
}

Test(import_uefi, refuses_bad_arguments)
{
    cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
    const void *in = import_guarded(good, sizeof(good));
    cr_expect_eq(bitframe_map_import_uefi(NULL, in, sizeof(good), 40, 1), BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_import_uefi(&map, NULL, sizeof(good), 40, 1), BITFRAME_INVALID);
    for (uintptr_t off = 1; off < 8; off++)
        cr_expect_eq(bitframe_map_import_uefi(&map, (const char *)in + off, 40, 40, 1), BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_import_uefi(&map, in, sizeof(good), 40, 0), BITFRAME_UNSUPPORTED);
    cr_expect_eq(bitframe_map_import_uefi(&map, in, sizeof(good), 40, 2), BITFRAME_UNSUPPORTED);
    for (uint64_t size = 0; size < 100; size++) {
        bool good_size = size >= 40 && size % 8 == 0;
        for (uint64_t bytes = 1; bytes <= sizeof(good) && (!good_size || bytes < size); bytes++)
            cr_assert_eq(bitframe_map_import_uefi(&map, in, bytes, size, 1), BITFRAME_MALFORMED);
    }
    cr_expect_eq(bitframe_map_import_uefi(&map, in, 0, 40, 1), BITFRAME_OK, "no descriptors");
    cr_expect_eq(map.counts[0] + map.counts[1] + map.counts[2] + map.counts[3], 0);
    cr_expect(bitframe_map_is_complete(&map));
}

Test(import_uefi, any_bytes)
{
    uint64_t seed = setting("BITFRAME_SEED", 20260101);
    uint64_t inputs = amount("BITFRAME_IMPORT_INPUTS", 200000);
    uint8_t bytes[8 + sizeof(good)];
    uint64_t imported = 0;
    for (uint64_t i = 0; i < inputs; i++) {
        memset(bytes, 0, 8);
        bytes[0] = 5;
        bytes[1] = 1;
        memcpy(bytes + 8, good, sizeof(good));
        size_t count = i < sizeof(bytes) ? i : sizeof(bytes); /* truncated at every byte, for a start */
        for (uint64_t flips = i < sizeof(bytes) ? 0 : 1 + next_random(&seed) % 8; flips > 0; flips--) {
            uint64_t bit = next_random(&seed) % (sizeof(bytes) * 8);
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        enum bitframe_status status;
        const char *wrong = import_check_uefi(bytes, count, &status);
        cr_assert_null(wrong, "input %" PRIu64 ": %s", i, wrong);
        imported += status == BITFRAME_OK;
    }
    printf("uefi: %" PRIu64 " damaged inputs, %" PRIu64 " of them imported\n", inputs, imported);
}
