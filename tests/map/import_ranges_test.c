/* SPDX-License-Identifier: MIT */
/* import_ranges_test.c - arrays of ranges. */
#include <criterion/criterion.h>

#include <string.h>

#include <bitframe/import.h>

#include "guarded.h"
#include "test_map.h"

static struct bitframe_map map;

static enum bitframe_status import(const struct bitframe_map_entry *entries, size_t count,
                                   enum guarded_end end)
{
    cr_assert_eq(guarded_map(&map, 16), BITFRAME_OK);
    return bitframe_map_import_ranges(&map, guarded_copy(entries, count * sizeof(*entries), 8, end), count);
}

Test(import_ranges, is_the_map_that_single_calls_make)
{
    const struct bitframe_map_entry entries[] = {
        {0x80000000, 0x1000, BITFRAME_MAP_HOLE},
        {0, 0, BITFRAME_MAP_RAM}, /* empty: ends nothing */
        {0x40000000, 0x40001800, BITFRAME_MAP_RAM},
        {0x40000800, 0x1000, BITFRAME_MAP_RESERVED},
        {0x50000000, 0x2000, BITFRAME_MAP_RECLAIMABLE},
        {0x60000000, 0x1000000, BITFRAME_MAP_HOTPLUGGABLE},
        {0x100000000, 0x10000, BITFRAME_MAP_UNACCEPTED},
        {UINT64_MAX - 0xFFF, 0x2000, BITFRAME_MAP_RAM}, /* passes 2^64: not believed, and no reason to stop */
        {0x90000000, 0x1000, BITFRAME_MAP_RAM},
    };
    const size_t count = sizeof(entries) / sizeof(*entries);
    for (int end = 0; end < GUARDED_ENDS; end++) {
        struct bitframe_map_range ranges[16];
        struct bitframe_map expected;
        bitframe_map_init(&expected, ranges, 16);
        for (size_t i = 0; i < count; i++)
            (void)bitframe_map_add(&expected, (enum bitframe_map_kind)entries[i].kind, entries[i].first_pa,
                                   entries[i].bytes);
        cr_assert_eq(import(entries, count, (enum guarded_end)end), BITFRAME_OK);
        cr_expect_eq(memcmp(map.counts, expected.counts, sizeof(map.counts)), 0);
        cr_expect_eq(memcmp(map.ranges, ranges, 8 * sizeof(*ranges) - sizeof(*ranges)), 0);
        cr_expect_eq(map.wrapped_bytes, 0x2000);
        for (int view = 0; view < BITFRAME_MAP_VIEWS; view++)
            cr_expect_str_eq(map_text(&map, (enum bitframe_map_view)view),
                             map_text(&expected, (enum bitframe_map_view)view));
        cr_expect_str_eq(map_text(&map, BITFRAME_MAP_VIEW_SPANS), "0x40000000+262144 0x90000000+1");
    }
}

Test(import_ranges, refuses_what_it_does_not_know)
{
    struct bitframe_map_entry entries[3] = {{0x1000, 0x1000, BITFRAME_MAP_RAM},
                                            {0x3000, 0x1000, BITFRAME_MAP_RAM}};
    for (int at = 0; at < 3; at++) {
        const uint64_t kinds[] = {BITFRAME_MAP_KINDS, UINT64_C(1) << 32, UINT64_MAX};
        for (int i = 0; i < 3; i++) {
            struct bitframe_map_entry bad[3];
            memcpy(bad, entries, sizeof(bad));
            bad[at].kind = kinds[i];
            cr_expect_eq(import(bad, 3, GUARDED_ABOVE), BITFRAME_MALFORMED);
            cr_expect_eq(map.counts[0], 0, "nothing was added");
        }
    }
    cr_expect_eq(import(entries, 3, GUARDED_ABOVE), BITFRAME_OK);
    cr_expect_eq(bitframe_map_import_ranges(NULL, entries, 3), BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_import_ranges(&map, NULL, 3), BITFRAME_INVALID);
    const char *odd = (const char *)entries + 4;
    cr_expect_eq(bitframe_map_import_ranges(&map, (const struct bitframe_map_entry *)(const void *)odd, 1),
                 BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_import_ranges(&map, entries, 0), BITFRAME_OK);
    cr_assert_eq(guarded_map(&map, 1), BITFRAME_OK);
    cr_expect_eq(bitframe_map_import_ranges(&map, entries, 3), BITFRAME_NO_ROOM);
    cr_expect_not(bitframe_map_is_complete(&map));
}
