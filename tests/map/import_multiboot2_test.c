/* SPDX-License-Identifier: MIT */
/* import_multiboot2_test.c - boot information of Multiboot2, good, bad and made up. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "import_check.h"
#include "multiboot2_info.h"
#include "random.h"
#include "test_map.h"

#define INFO_PA UINT64_C(0x48000000)

static struct bitframe_map map;
static struct bitframe_multiboot2_found found;

static enum bitframe_status import_at(uint64_t pa)
{
    cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
    memset(&found, GARBAGE, sizeof(found));
    return bitframe_map_import_multiboot2(&map, import_guarded(info, used), used, pa, &found);
}

static enum bitframe_status import(void)
{
    return import_at(INFO_PA);
}

static void refuses(enum bitframe_status expected)
{
    enum bitframe_status status = import();
    cr_expect_eq(status, expected, "%s, not %s", bitframe_get_status_name(status),
                 bitframe_get_status_name(expected));
    cr_expect_eq(map.counts[0] + map.counts[1] + map.counts[2] + map.counts[3], 0);
    cr_expect(bitframe_map_is_complete(&map));
}

static void expect_view(enum bitframe_map_view view, const char *runs)
{
    cr_expect_str_eq(map_text(&map, view), runs, "%s", map_text(&map, view));
}

Test(import_multiboot2, everything)
{
    make_full_info();
    cr_assert_eq(import(), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "0x1000+158 0x100000+524016 0x100000000+262144");
    expect_view(BITFRAME_MAP_VIEW_RESERVED, "0x4000000+19 0x5000000+1 0x48000000+1 0x7ffe0000+16");
    expect_view(BITFRAME_MAP_VIEW_RECLAIMABLE, "0x7ffe0000+16");
    cr_expect_eq(found.info_bytes, used);
    cr_expect_eq(found.memory_entries, 6);
    cr_expect_eq(found.uefi_descriptors, 3);
    cr_expect_eq(found.modules, 2);
    cr_expect_eq(found.module_bytes, 0x13345);
    cr_expect_eq(found.bad_modules, 0);
    cr_expect_eq(found.in_boot_services, 0);
    cr_assert_eq(import_at(0), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_RESERVED, "0x4000000+19 0x5000000+1 0x7ffe0000+16");
    cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
    cr_expect_eq(bitframe_map_import_multiboot2(&map, info, sizeof(info), 0, NULL), BITFRAME_OK);
}

Test(import_multiboot2, uefi_map_if_there_is_no_other)
{
    begin_info();
    put_uefi_map();
    end_tag(begin_tag(BOOT_SERVICES));
    end_info();
    cr_assert_eq(import(), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_FREE, "0x100000+4096");
    expect_view(BITFRAME_MAP_VIEW_RESERVED, "0x2000000+16 0x3000000+16");
    expect_view(BITFRAME_MAP_VIEW_RECLAIMABLE, "0x3000000+16");
    cr_expect_eq(found.uefi_descriptors, 3);
    cr_expect_eq(found.in_boot_services, 1);

    /* Whichever comes first. */
    begin_info();
    put_memory_map();
    put_uefi_map();
    end_info();
    cr_assert_eq(import(), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_RECLAIMABLE, "0x7ffe0000+16");

    begin_info();
    end_info();
    cr_assert_eq(import(), BITFRAME_OK, "no memory is no error");
    expect_view(BITFRAME_MAP_VIEW_SPANS, "");
}

Test(import_multiboot2, bad_module_loses_only_itself)
{
    begin_info();
    put_module(0x5001000, 0x5000000, "bad");
    put_module(0x6000000, 0x6000000, "empty");
    put_module(0x7000000, 0x7000001, "good");
    put_memory_map();
    end_info();
    cr_assert_eq(import(), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_RESERVED, "0x7000000+1 0x48000000+1 0x7ffe0000+16");
    cr_expect_eq(found.bad_modules, 1);
    cr_expect_eq(found.modules, 2);
}

Test(import_multiboot2, lengths_of_tags)
{
    /* A tag of each type that is read, of every length: good from its head on, in whole entries. */
    const struct {
        uint32_t type, head, entry, version;
    } tags[] = {{MODULE, 16, 1, 0}, {MEMORY_MAP, 16, 24, 0}, {UEFI_MAP, 16, 40, 1}, {FRAMEBUFFER, 8, 1, 0}};
    for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
        for (uint32_t bytes = 0; bytes < 150; bytes++) {
            begin_info();
            size_t tag = begin_tag(tags[i].type);
            put(tags[i].entry, 4);
            put(tags[i].version, 4);
            if (tags[i].type == MODULE)
                memset(info + tag + 8, 0, 8);
            used = tag + (bytes < 8 ? 8 : bytes);
            if (used < tag + 16)
                memset(info + used, 0xFF, 16);
            memcpy(info + tag + 4, &bytes, 4);
            end_info();
            bool good = bytes >= tags[i].head && (bytes - tags[i].head) % tags[i].entry == 0;
            enum bitframe_status status = import();
            cr_expect_eq(status, good ? BITFRAME_OK : BITFRAME_MALFORMED, "type %u, %u bytes: %s",
                         tags[i].type, bytes, bitframe_get_status_name(status));
        }
    }
}

Test(import_multiboot2, lengths_of_entries)
{
    for (uint32_t entry_bytes = 0; entry_bytes < 100; entry_bytes++) {
        for (uint32_t version = 0; version < 3; version++) {
            for (uint32_t type = MEMORY_MAP; type <= UEFI_MAP; type += UEFI_MAP - MEMORY_MAP) {
                begin_info();
                size_t tag = begin_table(type, entry_bytes, version);
                used += 3 * entry_bytes;
                end_tag(tag);
                end_info();
                bool is_uefi = type == UEFI_MAP;
                bool good = entry_bytes >= (is_uefi ? 40 : 20) && (!is_uefi || entry_bytes % 8 == 0);
                if (version != is_uefi)
                    refuses(BITFRAME_UNSUPPORTED);
                else if (!good)
                    refuses(BITFRAME_MALFORMED);
                else
                    cr_expect_eq(import(), BITFRAME_OK);
            }
        }
    }
}

Test(import_multiboot2, refuses_bad_arguments)
{
    make_full_info();
    cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
    cr_expect_eq(bitframe_map_import_multiboot2(NULL, info, used, 0, &found), BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_import_multiboot2(&map, NULL, used, 0, &found), BITFRAME_INVALID);
    for (uintptr_t off = 1; off < 8; off++)
        cr_expect_eq(bitframe_map_import_multiboot2(&map, info + off, used - off, 0, &found),
                     BITFRAME_INVALID);
    const uint32_t lengths[] = {0, 7, 8, 15, (uint32_t)used - 1, (uint32_t)used + 1, INT32_MAX, UINT32_MAX};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
        memcpy(info, &lengths[i], 4);
        refuses(BITFRAME_MALFORMED);
        cr_expect_eq(bitframe_map_import_multiboot2(&map, info, UINT64_MAX, 0, &found),
                     lengths[i] > INT32_MAX ? BITFRAME_MALFORMED
                     : lengths[i] <= used   ? BITFRAME_MALFORMED
                                            : BITFRAME_OK);
        guarded_map(&map, 64);
    }
}

Test(import_multiboot2, truncated_everywhere)
{
    static _Alignas(8) uint8_t copy[sizeof(info)];
    make_full_info();
    for (uint32_t count = 0; count < used; count++) {
        for (int told = 0; told < 2; told++) {
            memcpy(copy, info, used);
            if (told)
                memcpy(copy, &count, 4);
            enum bitframe_status status;
            const char *wrong = import_check_multiboot2(copy, count, &status);
            cr_assert_null(wrong, "%u bytes: %s", count, wrong);
            cr_assert_eq(status, BITFRAME_MALFORMED, "%u bytes: %s", count, bitframe_get_status_name(status));
        }
    }
}

Test(import_multiboot2, any_bytes)
{
    static _Alignas(8) uint8_t copy[sizeof(info)];
    uint64_t seed = setting("BITFRAME_SEED", 20260101);
    uint64_t inputs = amount("BITFRAME_IMPORT_INPUTS", 200000);
    uint64_t counts[BITFRAME_UNSUPPORTED + 1] = {0};
    make_full_info();
    for (uint64_t i = 0; i < inputs; i++) {
        memcpy(copy, info, used);
        for (uint64_t flips = 1 + next_random(&seed) % 4; flips > 0; flips--) {
            uint64_t bit = next_random(&seed) % (used * 8);
            uint64_t word = next_random(&seed) % (used / 4);
            uint32_t value = (uint32_t)next_random(&seed) >> next_random(&seed) % 32;
            if (next_random(&seed) % 4 != 0)
                copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
            else
                memcpy(copy + word * 4, &value, 4);
        }
        enum bitframe_status status;
        const char *wrong = import_check_multiboot2(copy, used, &status);
        cr_assert_null(wrong, "input %" PRIu64 ": %s", i, wrong);
        counts[status]++;
    }
    printf("multiboot2: %" PRIu64 " damaged inputs: %" PRIu64 " imported, %" PRIu64 " malformed, %" PRIu64
           " unsupported\n",
           inputs, counts[BITFRAME_OK], counts[BITFRAME_MALFORMED], counts[BITFRAME_UNSUPPORTED]);
    if (inputs >= 1000)
        cr_expect(counts[BITFRAME_OK] && counts[BITFRAME_MALFORMED] && counts[BITFRAME_UNSUPPORTED]);
}
