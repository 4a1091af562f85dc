/* SPDX-License-Identifier: MIT */
/* import_fdt_chosen_test.c - /chosen, kinds of memory nodes, and a tree beside UEFI's map */
#include <criterion/criterion.h>

#include <inttypes.h>

#include "fdt_rules.h"
#include "random.h"

Test(import_fdt_chosen, bad_initrd_loses_only_itself)
{
    begin_usual_tree();
    begin("chosen");
    cells("linux,initrd-start", 1, 0x50001000);
    cells("linux,initrd-end", 1, 0x50000000);
    cells("linux,elfcorehdr", 4, 0, 0x60000000, 0, 0x2000);
    end();
    end_tree();
    cr_assert_eq(import(), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_RESERVED, "0x48000000+1 0x60000000+2");
    cr_expect_eq(found.initrd_bytes, 0);
    cr_expect_eq(found.bad_properties, 1);
    cr_expect_eq(found.bad_node, place_of("/chosen"));
    cr_expect_eq(found.core_header_first_pa, 0x60000000);
    cr_expect_eq(found.core_header_bytes, 0x2000);
}

Test(import_fdt_chosen, usable_memory_is_instead_of_reg)
{
    begin_tree();
    begin_root(1, 1);
    begin("memory@40000000");
    text("device_type", "memory");
    cells("reg", 2, 0x40000000, 0x40000000);
    cells("linux,usable-memory", 4, 0x44000000, 0x1000, 0x45000000, 0x2000);
    end();
    begin("memory@80000000");
    text("device_type", "memory");
    flag("linux,usable-memory");
    cells("reg", 2, 0x80000000, 0x40000000);
    end();
    end_tree();
    cr_assert_eq(import(), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "0x44000000+1 0x45000000+2");
}

Test(import_fdt_chosen, hotpluggable_memory_is_kept_apart)
{
    begin_tree();
    begin_root(1, 1);
    begin("memory@40000000");
    text("device_type", "memory");
    cells("reg", 2, 0x40000000, 0x1000000);
    end();
    begin("memory@80000000");
    flag("hotpluggable");
    text("device_type", "memory");
    cells("reg", 4, 0x80000000, 0x1000, 0x90000000, 0x2000);
    end();
    end_tree();
    cr_assert_eq(import(), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "0x40000000+4096 0x80000000+1 0x90000000+2");
    expect_view(BITFRAME_MAP_VIEW_HOTPLUGGABLE, "0x80000000+1 0x90000000+2");
    expect_view(BITFRAME_MAP_VIEW_FIXED, "0x40000000+4096");
    cr_expect_eq(found.hotpluggable_nodes, 1);
    cr_expect_eq(found.memory_ranges, 3);
}

Test(import_fdt_chosen, usable_range_confines)
{
    begin_tree();
    begin_root(2, 2);
    begin("chosen");
    cells("linux,usable-memory-range", 4, 0, 0xB0000000, 0, 0x10000000);
    cells("linux,elfcorehdr", 4, 0, 0xBFE00000, 0, 0x10000);
    end();
    begin("memory@80000000");
    text("device_type", "memory");
    cells("reg", 4, 0, 0x80000000, 0, 0x80000000);
    end();
    end_tree();
    cr_assert_eq(import(), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "0xb0000000+65536");
    expect_view(BITFRAME_MAP_VIEW_RESERVED, "0xbfe00000+16");
    cr_expect_eq(found.usable_ranges, 1);
}

Test(import_fdt_chosen, usable_ranges_are_those_and_no_others)
{
    /* Any ranges, against one flag for each of 64 frames. The last may pass 2^64. */
    uint64_t seed = setting("BITFRAME_SEED", 20260101);
    for (unsigned round = 0; round < 5000; round++) {
        bool usable[64] = {false};
        bool any = false;
        uint32_t values[9 * 4];
        unsigned count = (unsigned)(next_random(&seed) % 10);
        uint64_t base = round % 2 ? 0 - 64 * FRAME : RAM_PA;
        for (unsigned i = 0; i < count; i++) {
            uint64_t first = next_random(&seed) % 64;
            uint64_t frames = next_random(&seed) % 3 == 0 ? 0 : next_random(&seed) % 12;
            for (uint64_t f = first; f < 64 && f < first + frames; f++)
                usable[f] = true;
            any = any || frames != 0;
            uint64_t pa = base + first * FRAME;
            uint64_t bytes = frames * FRAME;
            const uint64_t numbers[] = {pa >> 32, pa, bytes >> 32, bytes};
            for (unsigned k = 0; k < 4; k++)
                values[i * 4 + k] = cpu_to_fdt32((uint32_t)numbers[k]);
        }
        begin_tree();
        begin_root(2, 2);
        begin("memory");
        text("device_type", "memory");
        cells("reg", 4, (uint32_t)(base >> 32), (uint32_t)base, 0, (uint32_t)(64 * FRAME));
        end();
        begin("chosen");
        cr_assert_geq(fdt_property(tree, "linux,usable-memory-range", values, (int)(count * 16)), 0);
        end();
        end_tree();
        enum bitframe_status status = import();
        cr_assert_eq(status, count > 8 ? BITFRAME_UNSUPPORTED : BITFRAME_OK);
        if (status != BITFRAME_OK)
            continue;
        for (uint64_t f = 0; f < 64; f++) {
            uint64_t frame = base / FRAME + f;
            struct bitframe_map_run run;
            bool is = bitframe_map_next(&map, BITFRAME_MAP_VIEW_SPANS, &frame, &run) &&
                      run.first_pa == base + f * FRAME;
            cr_assert_eq(is, usable[f] || !any, "round %u, frame %" PRIu64, round, f);
        }
        cr_assert_eq(found.usable_ranges != 0, any);
    }
}

Test(import_fdt_chosen, reservations_alone)
{
    /* With UEFI, whose map does not have all that the memory nodes claim. */
    const uint64_t uefi[][5] = {
        {7, 0x80200000, 0, 0x1000, 0x8},
        {4, 0x80000000, 0, 0x200, 0x8},
        {6, 0x83000000, 0, 0x100, UINT64_C(0x8000000000000008)},
    };
    begin_tree();
    begin_root(2, 2);
    begin("memory@80000000");
    text("device_type", "memory");
    cells("reg", 4, 0, 0x80000000, 0, 0x8000000);
    end();
    begin("memory@90000000"); /* not read, so that it does no harm */
    text("device_type", "memory");
    cells("reg", 1, 0x90000000);
    end();
    begin_reserved_memory(2, 2);
    begin("mmode@80000000");
    cells("reg", 4, 0, 0x80000000, 0, 0x80000);
    end();
    begin("secure@80300000");
    flag("no-map");
    cells("reg", 4, 0, 0x80300000, 0, 0x1000);
    end();
    end();
    end_tree();
    for (int order = 0; order < 2; order++) {
        cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
        if (order == 0)
            cr_assert_eq(import_reservations(), BITFRAME_OK);
        cr_assert_eq(bitframe_map_import_uefi(&map, uefi, sizeof(uefi), sizeof(*uefi), 1), BITFRAME_OK);
        if (order == 1)
            cr_assert_eq(import_reservations(), BITFRAME_OK);
        expect_view(BITFRAME_MAP_VIEW_SPANS, "0x80000000+768 0x80301000+3839");
        expect_view(BITFRAME_MAP_VIEW_RESERVED, "0x80000000+512");
        expect_view(BITFRAME_MAP_VIEW_RECLAIMABLE, "0x80080000+384");
        cr_expect_eq(found.memory_nodes, 2);
        cr_expect_eq(found.memory_ranges, 0);
        cr_expect_eq(found.reserved_nodes, 1);
        cr_expect_eq(found.bad_node, 0);
    }
    cr_expect_eq(import(), BITFRAME_MALFORMED, "all of the tree");
    cr_expect_eq(found.bad_node, place_of("/memory@90000000"));
}
