/* SPDX-License-Identifier: MIT */
/* import_limine_test.c - Limine memory maps, good, bad and made up. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "import_check.h"
#include "random.h"
#include "test_map.h"

enum {
    USABLE,
    RESERVED,
    ACPI_RECLAIMABLE,
    ACPI_NVS,
    BAD,
    BOOTLOADER_RECLAIMABLE,
    EXECUTABLE_AND_MODULES,
    FRAMEBUFFER
};

/** As on a PC; what is not usable overlaps and ends where it likes. */
static const struct bitframe_limine_entry good[] = {
    {0x1000, 0x51000, USABLE},
    {0x52000, 0x4DC00, BOOTLOADER_RECLAIMABLE},
    {0x9FC00, 0x400, RESERVED},
    {0x100000, 0x3F00000, USABLE},
    {0x4000000, 0x2345, EXECUTABLE_AND_MODULES},
    {0x4003000, 0x1000000, USABLE},
    {0x7FE0000, 0x20000, ACPI_RECLAIMABLE},
    {0x8000000, 0x1000, ACPI_NVS},
    {0x8000800, 0x1000, BAD},
    {0xFD000000, 0x300000, FRAMEBUFFER},
    {0x100000000, 0x80000000, USABLE},
};

#define COUNT (sizeof(good) / sizeof(*good))

static struct bitframe_map map;

static enum bitframe_status import(const struct bitframe_limine_entry *entries, size_t count)
{
    const struct bitframe_limine_entry *pointers[32];
    const struct bitframe_limine_entry *copy = import_guarded(entries, count * sizeof(*entries));
    for (size_t i = 0; i < count; i++)
        pointers[i] = &copy[i];
    cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
    return bitframe_map_import_limine(&map, pointers, count);
}

static void expect_view(enum bitframe_map_view view, const char *runs)
{
    cr_expect_str_eq(map_text(&map, view), runs, "%s", map_text(&map, view));
}

Test(import_limine, empty_entries_end_nothing)
{
    const struct bitframe_limine_entry some[] = {
        {0, 0, USABLE}, {0x10000, 0x1000, USABLE}, {0x10000, 0, BAD}, {0x20000, 0x1000, USABLE}};
    cr_assert_eq(import(some, 4), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_FREE, "0x10000+1 0x20000+1");
}

Test(import_limine, good)
{
    cr_assert_eq(import(good, COUNT), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS,
                "0x1000+158 0x100000+16130 0x4003000+4096 0x7fe0000+32 0x100000000+524288");
    expect_view(BITFRAME_MAP_VIEW_FREE, "0x1000+81 0x100000+16128 0x4003000+4096 0x100000000+524288");
    expect_view(BITFRAME_MAP_VIEW_RESERVED, "0x52000+77 0x4000000+2 0x7fe0000+32");
    expect_view(BITFRAME_MAP_VIEW_RECLAIMABLE, "0x52000+77 0x7fe0000+32");
    struct bitframe_map_stats stats;
    bitframe_map_get_stats(&map, &stats);
    cr_expect_eq(stats.rounding_bytes, 0xC00 + 0x345);
}

Test(import_limine, every_type)
{
    for (uint64_t type = 0; type < 12; type++) {
        const struct bitframe_limine_entry two[] = {{0x10000, 0x10000, USABLE}, {0x14000, 0x2000, type}};
        cr_assert_eq(import(two, 2), BITFRAME_OK);
        bool is_reserved = type == EXECUTABLE_AND_MODULES;
        bool is_reclaimable = type == ACPI_RECLAIMABLE || type == BOOTLOADER_RECLAIMABLE;
        bool is_hole = type != USABLE && !is_reserved && !is_reclaimable;
        expect_view(BITFRAME_MAP_VIEW_SPANS, is_hole ? "0x10000+4 0x16000+10" : "0x10000+16");
        expect_view(BITFRAME_MAP_VIEW_RESERVED, is_reserved || is_reclaimable ? "0x14000+2" : "");
        expect_view(BITFRAME_MAP_VIEW_RECLAIMABLE, is_reclaimable ? "0x14000+2" : "");
    }
    const struct bitframe_limine_entry cut[] = {{0x10000, 0x10000, UINT64_C(1) << 32}};
    cr_assert_eq(import(cut, 1), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, ""); /* the type is 64 bits wide */
}

Test(import_limine, lengths_that_wrap)
{
    const struct bitframe_limine_entry entries[] = {{0x40000000, UINT64_MAX, USABLE},
                                                    {0x10000, 0x10000, USABLE},
                                                    {0x18000, UINT64_MAX, BAD},
                                                    {0x12000, 0, BAD}};
    cr_assert_eq(import(entries, 4), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "0x10000+8");
    cr_expect_eq(map.wrapped_bytes, UINT64_MAX);
}

Test(import_limine, refuses_bad_arguments)
{
    const struct bitframe_limine_entry *pointers[] = {&good[0], &good[1], &good[2]};
    cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
    cr_expect_eq(bitframe_map_import_limine(NULL, pointers, 3), BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_import_limine(&map, NULL, 3), BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_import_limine(&map, NULL, 0), BITFRAME_INVALID);
    for (int i = 0; i < 3; i++) {
        const struct bitframe_limine_entry *kept = pointers[i];
        pointers[i] = NULL;
        cr_expect_eq(bitframe_map_import_limine(&map, pointers, 3), BITFRAME_INVALID);
        pointers[i] = (const struct bitframe_limine_entry *)((uintptr_t)kept + 4);
        cr_expect_eq(bitframe_map_import_limine(&map, pointers, 3), BITFRAME_INVALID);
        pointers[i] = kept;
    }
    cr_expect_eq(map.counts[0] + map.counts[1] + map.counts[2] + map.counts[3], 0);
    cr_expect_eq(bitframe_map_import_limine(&map, pointers, 0), BITFRAME_OK);
    cr_expect(bitframe_map_is_complete(&map));
}

Test(import_limine, any_bytes)
{
    uint64_t seed = setting("BITFRAME_SEED", 20260101);
    uint64_t inputs = amount("BITFRAME_IMPORT_INPUTS", 200000);
    uint8_t bytes[sizeof(good)];
    uint64_t imported = 0;
    for (uint64_t i = 0; i < inputs; i++) {
        memcpy(bytes, good, sizeof(good));
        size_t count = i < sizeof(bytes) ? i : sizeof(bytes);
        for (uint64_t flips = i < sizeof(bytes) ? 0 : 1 + next_random(&seed) % 8; flips > 0; flips--) {
            uint64_t bit = next_random(&seed) % (sizeof(bytes) * 8);
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        enum bitframe_status status;
        const char *wrong = import_check_limine(bytes, count, &status);
        cr_assert_null(wrong, "input %" PRIu64 ": %s", i, wrong);
        imported += status == BITFRAME_OK;
    }
    printf("limine: %" PRIu64 " damaged inputs, %" PRIu64 " of them imported\n", inputs, imported);
}
