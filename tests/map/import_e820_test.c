/* SPDX-License-Identifier: MIT */
/* import_e820_test.c - E820 tables, good, bad and made up. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "import_check.h"
#include "random.h"
#include "test_map.h"

enum { ROOM = 256, ENTRY_BYTES = 20 };

struct entry {
    uint64_t first_pa;
    uint64_t bytes;
    uint32_t type;
};

/** QEMU's q35 with 5 GiB, and an entry that overlaps. */
static const struct entry good[] = {
    {0x0, 0x9FC00, 1},         {0x9FC00, 0x400, 2},          {0xF0000, 0x10000, 2},
    {0x100000, 0x7FEDF000, 1}, {0x7FFDF000, 0x21000, 3},     {0xB0000000, 0x10000000, 2},
    {0xFEFFC000, 0x4000, 2},   {0x100000000, 0xC0000000, 1}, {0x7FFFE000, 0x1000, 4},
};
enum { COUNT = sizeof(good) / sizeof(*good) };

static struct bitframe_map map;

/** The entries as bytes, each @p entry_bytes long and filled up with ones. */
static size_t write_table(uint8_t *bytes, const struct entry *entries, size_t count, size_t entry_bytes)
{
    memset(bytes, 0xFF, count * entry_bytes);
    for (size_t i = 0; i < count; i++) {
        memcpy(bytes + i * entry_bytes, &entries[i].first_pa, 8);
        memcpy(bytes + i * entry_bytes + 8, &entries[i].bytes, 8);
        memcpy(bytes + i * entry_bytes + 16, &entries[i].type, 4);
    }
    return count * entry_bytes;
}

static enum bitframe_status import(const struct entry *entries, size_t count, size_t entry_bytes)
{
    static uint8_t bytes[16 * 64];
    size_t all = write_table(bytes, entries, count, entry_bytes);
    cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
    return bitframe_map_import_e820(&map, guarded_copy(bytes, all, 1, GUARDED_ABOVE), all, entry_bytes);
}

static void expect_view(enum bitframe_map_view view, const char *runs)
{
    cr_expect_str_eq(map_text(&map, view), runs, "%s", map_text(&map, view));
}

Test(import_e820, good)
{
    /* 20 bytes are Linux's, 24 PVH's; those between are at any address. What is behind the type is not read. */
    for (size_t entry_bytes = ENTRY_BYTES; entry_bytes <= 64; entry_bytes++) {
        cr_assert_eq(import(good, COUNT, entry_bytes), BITFRAME_OK);
        expect_view(BITFRAME_MAP_VIEW_SPANS, "0x1000+158 0x100000+524030 0x7ffff000+1 0x100000000+786432");
        expect_view(BITFRAME_MAP_VIEW_FREE, "0x1000+158 0x100000+523999 0x100000000+786432");
        expect_view(BITFRAME_MAP_VIEW_RECLAIMABLE, "0x7ffdf000+31 0x7ffff000+1");
    }
}

Test(import_e820, every_type)
{
    for (uint32_t i = 0; i < 300; i++) {
        uint32_t type = i < 256 ? i : UINT32_C(0xEFFFFFFF) - 20 + (i - 256);
        const struct entry two[] = {{0x10000, 0x10000, 1}, {0x14000, 0x2000, type}};
        cr_assert_eq(import(two, 2, ENTRY_BYTES), BITFRAME_OK);
        bool is_ram = type == 1;
        bool is_kept = type == 128 || type == 0xEFFFFFFF;
        bool is_reclaimable = type == 3;
        bool is_hole = !is_ram && !is_kept && !is_reclaimable;
        expect_view(BITFRAME_MAP_VIEW_SPANS, is_hole ? "0x10000+4 0x16000+10" : "0x10000+16");
        expect_view(BITFRAME_MAP_VIEW_FREE, is_ram ? "0x10000+16" : "0x10000+4 0x16000+10");
        expect_view(BITFRAME_MAP_VIEW_RECLAIMABLE, is_reclaimable ? "0x14000+2" : "");
    }
}

Test(import_e820, empty_entries_end_nothing)
{
    const struct entry some[] = {{0, 0, 0}, {0x10000, 0x1000, 1}, {0x10000, 0, 2}, {0x20000, 0x1000, 1}};
    cr_assert_eq(import(some, 4, 24), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_FREE, "0x10000+1 0x20000+1");
}

Test(import_e820, ranges_that_wrap)
{
    const struct entry some[] = {{0x10000, 0x10000, 1},
                                 {0x20000, UINT64_MAX, 1},
                                 {0x18000, UINT64_MAX, 2},
                                 {UINT64_C(0x06b0000000000000), 0x1000, 1}};
    cr_assert_eq(import(some, 3, 24), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "0x10000+8");
    cr_expect_neq(map.wrapped_bytes, 0);
    cr_assert_eq(import(some + 3, 1, 24), BITFRAME_OK);
    bitframe_map_set_end(&map, UINT64_C(1) << 52);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "");
}

Test(import_e820, refuses_bad_arguments)
{
    uint8_t bytes[COUNT * 24];
    write_table(bytes, good, COUNT, 24);
    cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
    cr_expect_eq(bitframe_map_import_e820(NULL, bytes, sizeof(bytes), 24), BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_import_e820(&map, NULL, sizeof(bytes), 24), BITFRAME_INVALID);
    for (uint64_t entry_bytes = 0; entry_bytes < ENTRY_BYTES; entry_bytes++)
        cr_expect_eq(bitframe_map_import_e820(&map, bytes, 0, entry_bytes), BITFRAME_MALFORMED);
    for (uint64_t all = 1; all < sizeof(bytes); all++)
        if (all % 24 != 0)
            cr_expect_eq(bitframe_map_import_e820(&map, bytes, all, 24), BITFRAME_MALFORMED);
    cr_expect_eq(map.counts[0] + map.counts[1] + map.counts[2] + map.counts[3], 0);
    cr_expect_eq(bitframe_map_import_e820(&map, bytes, 0, 24), BITFRAME_OK, "no entries");
}

Test(import_e820, any_bytes)
{
    uint64_t seed = setting("BITFRAME_SEED", 20260101);
    uint64_t inputs = amount("BITFRAME_IMPORT_INPUTS", 200000);
    uint64_t imported = 0;
    for (uint64_t i = 0; i < inputs; i++) {
        uint8_t bytes[1 + ROOM];
        size_t entry_bytes = next_random(&seed) % 2 ? 20 : 24;
        bytes[0] = (uint8_t)entry_bytes;
        size_t count = 1 + write_table(bytes + 1, good, COUNT, entry_bytes);
        count = i < count ? i : count; /* truncated at every byte, for a start */
        for (uint64_t flips = i < 300 ? 0 : 1 + next_random(&seed) % 8; flips > 0; flips--) {
            uint64_t bit = next_random(&seed) % (count * 8);
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        enum bitframe_status status;
        const char *wrong = import_check_e820(bytes, count, &status);
        cr_assert_null(wrong, "input %" PRIu64 ": %s", i, wrong);
        imported += status == BITFRAME_OK;
    }
    printf("e820: %" PRIu64 " damaged inputs, %" PRIu64 " of them imported\n", inputs, imported);
}
