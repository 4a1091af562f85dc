/* SPDX-License-Identifier: MIT */
/*
 * import_fdt_rules_test.c - what holds of every name, list, width and property of a device tree
 *
 * Each test goes over all cases of a kind: a mistake in one place is looked for in all places like it.
 */
#include "fdt_rules.h"

Test(import_fdt_rules, nodes_are_found_where_a_path_finds_them)
{
    const char *const names[] = {
        "chosen",
        "chosen@0",
        "chosen@",
        "chosen@a@b",
        "chosen-2",
        "chose",
        "reserved-memory",
        "reserved-memory@81000000",
        "reserved-memory@",
        "reserved-memory-2",
        "reserved",
        "@0",
        "x",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        begin_usual_tree();
        begin(names[i]);
        cells("#address-cells", 1, 2);
        cells("#size-cells", 1, 2);
        cells("linux,initrd-start", 1, REGION_PA);
        cells("linux,initrd-end", 1, REGION_PA + 0x1000);
        begin("b@60000000");
        cells("reg", 4, 0, 0x60000000, 0, 0x1000);
        end();
        end();
        end_tree();
        cr_assert_eq(import(), BITFRAME_OK);
        cr_expect_eq(is_reserved(REGION_PA), fdt_path_offset(tree, "/chosen") >= 0, "%s", names[i]);
        cr_expect_eq(is_reserved(0x60000000), fdt_path_offset(tree, "/reserved-memory") >= 0, "%s", names[i]);
    }
}

Test(import_fdt_rules, empty_entries_end_no_list)
{
    /* Of five entries some are empty, at addresses of their own: the others count, in each list there is. */
    for (unsigned empty = 0; empty < 32; empty++) {
        uint32_t bytes[5];
        for (unsigned i = 0; i < 5; i++)
            bytes[i] = empty & 1U << i ? 0 : 0x1000;
        begin_tree();
        for (unsigned i = 0; i < 5; i++)
            reserve(RAM_PA + (i << 20), bytes[i]);
        begin_root(2, 2);
        begin("memory");
        text("device_type", "memory");
        cells("reg", 20, 0, 0x40000000, 0, bytes[0], 0, 0x40100000, 0, bytes[1], 0, 0x40200000, 0, bytes[2],
              0, 0x40300000, 0, bytes[3], 0, 0x40400000, 0, bytes[4]);
        end();
        begin("memory@50000000");
        text("device_type", "memory");
        cells("reg", 4, 0, REGION_PA, 0, 0x1000000);
        end();
        begin_reserved_memory(2, 2);
        begin("a");
        cells("reg", 20, 0, 0x50000000, 0, bytes[0], 0, 0x50100000, 0, bytes[1], 0, 0x50200000, 0, bytes[2],
              0, 0x50300000, 0, bytes[3], 0, 0x50400000, 0, bytes[4]);
        end();
        end();
        end_tree();
        cr_assert_eq(import(), BITFRAME_OK);
        unsigned full = 0;
        for (unsigned i = 0; i < 5; i++) {
            cr_expect_eq(is_reserved(RAM_PA + (i << 20)), bytes[i] != 0, "entry %u of %x", i, empty);
            cr_expect_eq(is_reserved(REGION_PA + (i << 20)), bytes[i] != 0, "region %u of %x", i, empty);
            full += bytes[i] != 0;
        }
        cr_expect_eq(found.memreserve_ranges, full);
        cr_expect_eq(found.memory_ranges, full + 1);
        cr_expect_eq(found.empty_ranges, 5 - full);
    }
    begin_tree(); /* the first entry of zeros ends the reservations, and only that */
    reserve(0, 0x1000);
    reserve(0, 0);
    reserve(REGION_PA, 0x1000);
    begin_root(2, 2);
    end_tree();
    cr_assert_eq(import(), BITFRAME_OK);
    cr_expect_eq(found.memreserve_ranges, 1);
}

Test(import_fdt_rules, widths_of_reserved_memory_are_the_roots)
{
    /* 0: the property is left out, which stands for 2 and 1. One to three regions, written for the root's widths. */
    for (uint32_t code = 0; code < 81 * 3; code++) {
        uint32_t root[2] = {code % 3, code / 3 % 3};
        uint32_t own[2] = {code / 9 % 3, code / 27 % 3};
        uint32_t regions = code / 81 + 1;
        uint32_t address = root[0] ? root[0] : 2;
        uint32_t size = root[1] ? root[1] : 1;
        uint32_t values[12];
        uint32_t used = 0;
        for (uint32_t i = 0; i < regions; i++) {
            if (address == 2)
                values[used++] = 0;
            values[used++] = cpu_to_fdt32(REGION_PA + (i << 20));
            if (size == 2)
                values[used++] = 0;
            values[used++] = cpu_to_fdt32(0x1000);
        }
        begin_tree();
        begin_root(root[0], root[1]);
        begin("memory");
        text("device_type", "memory");
        const uint32_t ram[4] = {address == 2 ? 0 : cpu_to_fdt32(0x40000000),
                                 address == 2 ? cpu_to_fdt32(0x40000000)
                                 : size == 2  ? 0
                                              : cpu_to_fdt32(0x40000000),
                                 size == 2 && address == 2 ? 0 : cpu_to_fdt32(0x40000000),
                                 cpu_to_fdt32(0x40000000)};
        cr_assert_geq(fdt_property(tree, "reg", ram, (int)((address + size) * 4)), 0);
        end();
        begin("reserved-memory");
        if (own[0])
            cells("#address-cells", 1, own[0]);
        if (own[1])
            cells("#size-cells", 1, own[1]);
        flag("ranges");
        begin("b@50000000");
        cr_assert_geq(fdt_property(tree, "reg", values, (int)(used * 4)), 0);
        end();
        end();
        end_tree();
        bool same = address == (own[0] ? own[0] : 2) && size == (own[1] ? own[1] : 1);
        cr_assert_eq(import(), same ? BITFRAME_OK : BITFRAME_UNSUPPORTED, "code %u", code);
        cr_expect_eq(found.bad_node, same ? 0 : place_of("/reserved-memory/b@50000000"));
        for (uint32_t i = 0; same && i < regions; i++)
            cr_expect(is_reserved(REGION_PA + (i << 20)), "code %u, region %u", code, i);
    }
}

/** A tree with one property of @p bytes bytes of 0x40, in the node @p path. */
static void write_property(const char *node, const char *property, uint32_t bytes)
{
    static uint8_t value[64];
    memset(value, 0x40, sizeof(value));
    const char *child = strchr(node + 1, '/');
    begin_usual_tree();
    if (strcmp(node, "/chosen") == 0)
        begin("chosen");
    else if (child)
        begin_reserved_memory(2, 2);
    else
        begin("memory@0");
    if (child)
        begin("b");
    else if (strcmp(node, "/memory@0") == 0)
        text("device_type", "memory");
    if (strcmp(property, "linux,initrd-start") == 0)
        cells("linux,initrd-end", 2, 0xFFFFFFFF, 0xFFFFFFFF);
    if (strcmp(property, "linux,initrd-end") == 0)
        cells("linux,initrd-start", 1, 0);
    cr_assert_geq(fdt_property(tree, property, value, (int)bytes), 0);
    if (child)
        end();
    end();
    end_tree();
}

Test(import_fdt_rules, no_bad_property_is_passed_over_in_silence)
{
    /* A property that takes memory away, or says how to read others, refuses the tree; one of which only itself
     * is lost does not. Lengths that are good are multiples of unit, from 0 or from unit on. */
    const struct {
        const char *node, *property;
        uint32_t unit, most;
        bool may_be_empty, refuses;
    } cases[] = {
        {"/memory@0", "reg", 16, 64, true, true},
        {"/memory@0", "linux,usable-memory", 16, 64, true, true},
        {"/reserved-memory/b", "reg", 16, 64, true, true},
        {"/chosen", "linux,usable-memory-range", 16, 64, true, true},
        {"/chosen", "linux,elfcorehdr", 16, 16, false, false},
        {"/chosen", "linux,initrd-start", 4, 8, false, false},
        {"/chosen", "linux,initrd-end", 4, 8, false, false},
        {"/reserved-memory/b", "size", 4, 8, false, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        for (uint32_t bytes = 0; bytes <= 64; bytes++) {
            bool good =
                bytes % cases[i].unit == 0 && bytes <= cases[i].most && (bytes || cases[i].may_be_empty);
            write_property(cases[i].node, cases[i].property, bytes);
            enum bitframe_status status = import();
            cr_expect_eq(status, good || !cases[i].refuses ? BITFRAME_OK : BITFRAME_MALFORMED, "%s, %u bytes",
                         cases[i].property, bytes);
            cr_expect_eq(found.bad_node, good ? 0 : place_of(cases[i].node), "%s, %u bytes",
                         cases[i].property, bytes);
            if (status == BITFRAME_OK) {
                cr_expect_eq(found.bad_properties, !good, "%s, %u bytes", cases[i].property, bytes);
                cr_expect(is_reserved(TREE_PA) || found.usable_ranges);
            }
        }
    }
}
