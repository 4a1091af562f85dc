/* SPDX-License-Identifier: MIT */
/* import_fdt_test.c - device trees, good, bad and made up. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fdt_tree.h"
#include "import_check.h"
#include "random.h"
#include "test_map.h"

static struct bitframe_map map;
static struct bitframe_fdt_found found;

/** Everything that can be said, on one board. */
static void make_full_tree(void)
{
    begin_tree();
    reserve(0x40000000, 0x1000);
    reserve(0x880001800, 0x1000); /* odd */
    begin_root(2, 2);
    text("compatible", "test,board");
    begin("chosen");
    cells("linux,initrd-start", 2, 0, 0x4A000000);
    cells("linux,initrd-end", 2, 0, 0x4A123456);
    end();
    begin("memory@880000000");
    text("device_type", "memory");
    cells("reg", 8, 8, 0x80000000, 0, 0x80000000, 0xA, 0, 1, 0);
    end();
    begin_reserved_memory(2, 2);
    begin("secure@50000000");
    cells("reg", 4, 0, 0x50000000, 0, 0x200000);
    flag("no-map");
    end();
    begin("framebuffer@60000000");
    cells("reg", 8, 0, 0x60000000, 0, 0x800000, 0, 0x61000000, 0, 0x1000);
    begin("child"); /* nothing down there is meant */
    cells("reg", 4, 0, 0x70000000, 0, 0x1000);
    end();
    end();
    begin("cma");
    cells("size", 2, 0, 0x4000000);
    end();
    begin("off@68000000");
    text("status", "disabled");
    cells("reg", 4, 0, 0x68000000, 0, 0x1000);
    end();
    end();
    begin("memory@40000000");
    text("device_type", "memory");
    cells("reg", 4, 0, 0x40000000, 0, 0x40000000);
    end();
    begin("soc");
    begin("memory@90000000"); /* not the root's child */
    text("device_type", "memory");
    cells("reg", 4, 0, 0x90000000, 0, 0x1000);
    end();
    end();
    end_tree();
}

static enum bitframe_status import_bytes(const void *bytes, size_t count)
{
    cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
    return bitframe_map_import_fdt(&map, import_guarded(bytes, count), count, TREE_PA, &found);
}

static enum bitframe_status import(void)
{
    return import_bytes(tree, fdt_totalsize(tree));
}

/** Refused, and nothing changed. */
static void refuses(enum bitframe_status expected, const void *bytes, size_t count)
{
    enum bitframe_status status = import_bytes(bytes, count);
    cr_expect_eq(status, expected, "%s, not %s", bitframe_get_status_name(status),
                 bitframe_get_status_name(expected));
    cr_expect_eq(map.counts[0] + map.counts[1] + map.counts[2] + map.counts[3], 0);
    cr_expect(bitframe_map_is_complete(&map));
}

static void refuses_tree(enum bitframe_status expected)
{
    end_tree();
    refuses(expected, tree, fdt_totalsize(tree));
}

static void expect_view(enum bitframe_map_view view, const char *runs)
{
    cr_expect_str_eq(map_text(&map, view), runs, "%s", map_text(&map, view));
}

Test(import_fdt, everything)
{
    make_full_tree();
    cr_assert_eq(import(), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS,
                "0x40000000+65536 0x50200000+196096 0x880000000+524288 0xa00000000+1048576");
    expect_view(BITFRAME_MAP_VIEW_RESERVED,
                "0x40000000+1 0x48000000+1 0x4a000000+292 0x60000000+2048 0x61000000+1 0x880001000+2");
    expect_view(BITFRAME_MAP_VIEW_RECLAIMABLE, "");
    cr_expect_eq(found.memory_nodes, 2);
    cr_expect_eq(found.memory_ranges, 3);
    cr_expect_eq(found.empty_ranges, 0);
    cr_expect_eq(found.memreserve_ranges, 2);
    cr_expect_eq(found.reserved_nodes, 1);
    cr_expect_eq(found.no_map_nodes, 1);
    cr_expect_eq(found.dynamic_nodes, 1);
    cr_expect_eq(found.dynamic_bytes, 0x4000000);
    cr_expect_eq(found.disabled_nodes, 1);
    cr_expect_eq(found.initrd_first_pa, 0x4A000000);
    cr_expect_eq(found.initrd_bytes, 0x123456);
    cr_expect_eq(found.fdt_bytes, fdt_totalsize(tree));
}

Test(import_fdt, figures_are_not_wanted)
{
    make_full_tree();
    cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
    cr_expect_eq(bitframe_map_import_fdt(&map, tree, sizeof(tree), 0, NULL), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_RESERVED,
                "0x40000000+1 0x4a000000+292 0x60000000+2048 0x61000000+1 0x880001000+2");
}

Test(import_fdt, cell_widths)
{
    /* What is not said is 2 and 1. */
    const uint32_t widths[][2] = {{1, 1}, {1, 2}, {2, 1}, {2, 2}, {0, 0}, {0, 2}, {1, 0}};
    for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
        uint32_t address = widths[i][0] ? widths[i][0] : 2;
        uint32_t size = widths[i][1] ? widths[i][1] : 1;
        begin_tree();
        begin_root(widths[i][0], widths[i][1]);
        begin("memory");
        text("device_type", "memory");
        uint32_t high = address == 2 ? 0x10 : 0;
        if (address == 2 && size == 2)
            cells("reg", 4, high, 0x40000000, 0, 0x2000);
        else if (address == 2)
            cells("reg", 6, high, 0x40000000, 0x1000, high, 0x40001000, 0x1000);
        else if (size == 2)
            cells("reg", 3, 0x40000000, 0, 0x2000);
        else
            cells("reg", 4, 0x40000000, 0x1000, 0x40001000, 0x1000);
        end();
        end_tree();
        cr_assert_eq(import(), BITFRAME_OK);
        expect_view(BITFRAME_MAP_VIEW_SPANS, address == 2 ? "0x1040000000+2" : "0x40000000+2");
    }
}

Test(import_fdt, refuses_other_cell_widths)
{
    const uint32_t widths[][2] = {{3, 1}, {1, 3}, {3, 3}, {0x80000001, 1}, {2, UINT32_MAX}};
    for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
        begin_tree();
        begin_root(widths[i][0], widths[i][1]);
        begin("memory");
        text("device_type", "memory");
        cells("reg", 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        end();
        refuses_tree(BITFRAME_UNSUPPORTED);

        begin_usual_tree();
        begin_reserved_memory(widths[i][0], widths[i][1]);
        begin("a");
        cells("reg", 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        end();
        end();
        refuses_tree(BITFRAME_UNSUPPORTED);
    }
    begin_tree(); /* 0 is no width either: PCI's children, not memory */
    begin_root(0, 0);
    cells("#address-cells", 1, 1);
    cells("#size-cells", 1, 0);
    begin("memory");
    text("device_type", "memory");
    cells("reg", 1, 0x40000000);
    end();
    refuses_tree(BITFRAME_UNSUPPORTED);

    begin_tree(); /* a width nobody needs is nobody's business */
    begin_root(3, 3);
    end_tree();
    cr_expect_eq(import(), BITFRAME_OK);
}

Test(import_fdt, refuses_translated_reservations)
{
    begin_usual_tree();
    begin("reserved-memory");
    cells("#address-cells", 1, 1);
    cells("#size-cells", 1, 1);
    cells("ranges", 4, 0, 0, 0x40000000, 0x1000);
    end();
    refuses_tree(BITFRAME_UNSUPPORTED);
}

Test(import_fdt, refuses_properties_of_wrong_length)
{
    begin_tree();
    begin_root(2, 2);
    begin("memory");
    text("device_type", "memory");
    cells("reg", 3, 0, 0x40000000, 0);
    end();
    refuses_tree(BITFRAME_MALFORMED);

    begin_usual_tree();
    begin("memory");
    text("device_type", "memory");
    cells("reg", 5, 0, 0x40000000, 0, 0x1000, 0);
    end();
    refuses_tree(BITFRAME_MALFORMED);

    const char *const names[] = {"#address-cells", "#size-cells"};
    for (int i = 0; i < 2; i++) {
        begin_tree();
        begin_root(0, 0);
        cells(names[i], 2, 0, 2);
        refuses_tree(BITFRAME_MALFORMED);

        begin_usual_tree();
        begin("reserved-memory");
        cells(names[i], 0);
        end();
        refuses_tree(BITFRAME_MALFORMED);
    }
}

Test(import_fdt, status)
{
    const struct {
        const char *status;
        bool counts;
    } cases[] = {{"okay", true}, {"ok", true},     {"disabled", false}, {"fail", false},
                 {"", false},    {"okay ", false}, {"reserved", false}, {"fail-sss", false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        begin_tree();
        begin_root(1, 1);
        begin("memory");
        text("status", cases[i].status);
        text("device_type", "memory");
        cells("reg", 2, 0x40000000, 0x10000);
        end();
        begin("reserved-memory");
        cells("#address-cells", 1, 1);
        cells("#size-cells", 1, 1);
        begin("a");
        text("status", cases[i].status);
        cells("reg", 2, 0x40002000, 0x1000);
        end();
        end();
        end_tree();
        cr_assert_eq(import(), BITFRAME_OK);
        expect_view(BITFRAME_MAP_VIEW_SPANS, cases[i].counts ? "0x40000000+16" : "");
        expect_view(BITFRAME_MAP_VIEW_RESERVED, cases[i].counts ? "0x40002000+1" : "");
        cr_expect_eq(found.disabled_nodes, cases[i].counts ? 0 : 2);
    }
}

Test(import_fdt, initrd)
{
    const struct {
        unsigned start_cells, end_cells;
        uint32_t start, end;
        enum bitframe_status status;
        const char *reserved;
    } cases[] = {
        {1, 1, 0x50000000, 0x50000001, BITFRAME_OK, "0x48000000+1 0x50000000+1"},
        {2, 2, 0x50000000, 0x50001001, BITFRAME_OK, "0x48000000+1 0x50000000+2"},
        {1, 2, 0x50000000, 0x50001000, BITFRAME_OK, "0x48000000+1 0x50000000+1"}, /* some boot loaders do */
        {2, 2, 0x50000000, 0x50000000, BITFRAME_OK, "0x48000000+1"},              /* empty */
        {2, 0, 0x50000000, 0, BITFRAME_OK, "0x48000000+1"},                       /* only one: none */
        {0, 1, 0, 0x50000000, BITFRAME_OK, "0x48000000+1"},
        {1, 1, 0x50000001, 0x50000000, BITFRAME_OK, "0x48000000+1"},
        {3, 1, 0x50000000, 0x50000001, BITFRAME_OK, "0x48000000+1"},
        {1, 3, 0x50000000, 0x50000001, BITFRAME_OK, "0x48000000+1"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        begin_usual_tree();
        begin("chosen");
        const char *const names[] = {"linux,initrd-start", "linux,initrd-end"};
        const unsigned counts[] = {cases[i].start_cells, cases[i].end_cells};
        const uint32_t values[] = {cases[i].start, cases[i].end};
        for (int k = 0; k < 2; k++) {
            if (counts[k] == 1)
                cells(names[k], 1, values[k]);
            else if (counts[k] == 2)
                cells(names[k], 2, 0, values[k]);
            else if (counts[k] == 3)
                cells(names[k], 3, 0, 0, values[k]);
        }
        end();
        end_tree();
        cr_expect_eq(import(), cases[i].status, "case %zu", i);
        expect_view(BITFRAME_MAP_VIEW_RESERVED, cases[i].reserved);
    }
}

Test(import_fdt, memory_that_is_not)
{
    begin_tree();
    begin_root(2, 2);
    begin("memory@0"); /* no device_type: not memory by the specification */
    cells("reg", 4, 0, 0x10000000, 0, 0x1000);
    end();
    begin("memory@1");
    text("device_type", "memory-ish");
    cells("reg", 4, 0, 0x20000000, 0, 0x1000);
    end();
    begin("memory@2"); /* nothing filled in */
    text("device_type", "memory");
    cells("reg", 8, 0, 0, 0, 0, 0, 0x40000000, 0, 0);
    end();
    begin("memory@3"); /* nothing there to fill in */
    text("device_type", "memory");
    end();
    end_tree();
    cr_assert_eq(import(), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "");
    cr_expect_eq(found.memory_nodes, 2);
    cr_expect_eq(found.memory_ranges, 0);
    cr_expect_eq(found.empty_ranges, 2);
}

Test(import_fdt, ranges_that_wrap)
{
    begin_tree();
    reserve(0xFFFFFFFFFFFFF000, 0x2000);
    begin_root(2, 2);
    begin("memory");
    text("device_type", "memory");
    cells("reg", 12, 0, 0x40000000, UINT32_MAX, UINT32_MAX, 0, 0x50000000, 0, 0x8000, UINT32_MAX, 0xFFFFF000,
          0, 0x1000);
    end();
    begin_reserved_memory(2, 2);
    begin("a");
    cells("reg", 4, 0, 0x50004000, UINT32_MAX, UINT32_MAX);
    flag("no-map");
    end();
    end();
    end_tree();
    cr_assert_eq(import(), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "0x50000000+4");
    cr_expect_neq(map.wrapped_bytes, 0);
}

Test(import_fdt, refuses_bad_arguments)
{
    make_full_tree();
    cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
    cr_expect_eq(bitframe_map_import_fdt(NULL, tree, sizeof(tree), 0, &found), BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_import_fdt(&map, NULL, sizeof(tree), 0, &found), BITFRAME_INVALID);
    for (uintptr_t off = 1; off < 8; off++)
        cr_expect_eq(bitframe_map_import_fdt(&map, tree + off, sizeof(tree) - off, 0, &found),
                     BITFRAME_INVALID);
    for (uint64_t bytes = 0; bytes < fdt_totalsize(tree); bytes++)
        cr_assert_eq(bitframe_map_import_fdt(&map, tree, bytes, 0, &found), BITFRAME_MALFORMED);
    cr_expect_eq(map.counts[0] + map.counts[1] + map.counts[2] + map.counts[3], 0);
}

Test(import_fdt, refuses_bad_headers)
{
    static _Alignas(8) uint8_t copy[TREE_BYTES];
    make_full_tree();
    size_t bytes = fdt_totalsize(tree);
#define WITH(field, value, expected)                                                                         \
    do {                                                                                                     \
        memcpy(copy, tree, bytes);                                                                           \
        fdt_set_##field(copy, value);                                                                        \
        refuses(expected, copy, bytes);                                                                      \
    } while (0)
    WITH(magic, 0xD00DFEEC, BITFRAME_MALFORMED);
    WITH(magic, 0, BITFRAME_MALFORMED);
    WITH(magic, 0x2F011217, BITFRAME_MALFORMED); /* a tree that is still being written */
    WITH(version, 15, BITFRAME_UNSUPPORTED);
    WITH(version, 1, BITFRAME_UNSUPPORTED);
    WITH(last_comp_version, 18, BITFRAME_UNSUPPORTED);
    WITH(totalsize, (uint32_t)bytes + 1, BITFRAME_MALFORMED);
    WITH(totalsize, UINT32_MAX, BITFRAME_MALFORMED);
    WITH(totalsize, 0, BITFRAME_MALFORMED);
    WITH(off_dt_struct, fdt_off_dt_struct(tree) + 2, BITFRAME_MALFORMED);
    WITH(off_dt_struct, UINT32_MAX - 3, BITFRAME_MALFORMED);
    WITH(size_dt_struct, UINT32_MAX, BITFRAME_MALFORMED);
    WITH(size_dt_struct, fdt_size_dt_struct(tree) - 4, BITFRAME_MALFORMED);
    WITH(off_dt_strings, UINT32_MAX, BITFRAME_MALFORMED);
    WITH(size_dt_strings, UINT32_MAX, BITFRAME_MALFORMED);
    WITH(size_dt_strings, 1, BITFRAME_MALFORMED);
    WITH(off_mem_rsvmap, fdt_off_mem_rsvmap(tree) + 4, BITFRAME_MALFORMED);
    WITH(off_mem_rsvmap, UINT32_MAX - 7, BITFRAME_MALFORMED);
    fdt_set_last_comp_version(tree, 15);
    WITH(version, 15, BITFRAME_UNSUPPORTED);
#undef WITH
}

Test(import_fdt, refuses_misaligned_blocks)
{
    /* Good blocks, copied to where Device memory would fault. */
    static _Alignas(8) uint8_t copy[2 * TREE_BYTES];
    make_full_tree();
    size_t bytes = (fdt_totalsize(tree) + 7) / 8 * 8;
    for (uint32_t off = 0; off < 8; off++) {
        memset(copy, 0, sizeof(copy));
        memcpy(copy, tree, fdt_totalsize(tree));
        memcpy(copy + bytes + off, tree + fdt_off_dt_struct(tree), fdt_size_dt_struct(tree));
        fdt_set_off_dt_struct(copy, (uint32_t)bytes + off);
        fdt_set_totalsize(copy, sizeof(copy));
        cr_expect_eq(import_bytes(copy, sizeof(copy)), off % 4 == 0 ? BITFRAME_OK : BITFRAME_MALFORMED);

        memset(copy, 0, sizeof(copy));
        memcpy(copy, tree, fdt_totalsize(tree));
        memcpy(copy + bytes + off, tree + fdt_off_mem_rsvmap(tree), 3 * sizeof(struct fdt_reserve_entry));
        fdt_set_off_mem_rsvmap(copy, (uint32_t)bytes + off);
        fdt_set_totalsize(copy, sizeof(copy));
        cr_expect_eq(import_bytes(copy, sizeof(copy)), off == 0 ? BITFRAME_OK : BITFRAME_MALFORMED);
    }
}

Test(import_fdt, no_room_is_said)
{
    make_full_tree();
    unsigned enough = 0;
    for (uint64_t room = 1; room <= 16; room++) {
        cr_assert_eq(guarded_map(&map, room), BITFRAME_OK);
        enum bitframe_status status = bitframe_map_import_fdt(&map, tree, sizeof(tree), TREE_PA, NULL);
        cr_expect_eq(status, room < 10 ? BITFRAME_NO_ROOM : BITFRAME_OK, "room for %" PRIu64, room);
        cr_expect_eq(bitframe_map_is_complete(&map), status == BITFRAME_OK);
        enough += status == BITFRAME_OK;
    }
    cr_expect_eq(enough, 7);
}

/* Structure blocks as no tool would write them. */

static uint32_t *structure;

static void begin_structure(void)
{
    begin_tree();
    begin_root(0, 0);
    end_tree();
    structure = (uint32_t *)(void *)(tree + fdt_off_dt_struct(tree));
}

static void put(uint32_t word)
{
    *structure++ = cpu_to_fdt32(word);
}

/** What was put is all there is; the strings are one, of @p strings_bytes bytes that do not end. */
static void end_structure(uint32_t strings_bytes)
{
    uint32_t end = (uint32_t)((uint8_t *)structure - tree);
    fdt_set_size_dt_struct(tree, end - fdt_off_dt_struct(tree));
    fdt_set_off_dt_strings(tree, end);
    fdt_set_size_dt_strings(tree, strings_bytes);
    memset(tree + end, 'x', strings_bytes);
    fdt_set_totalsize(tree, end + strings_bytes);
}

Test(import_fdt, refuses_broken_structures)
{
    enum { NODE = FDT_BEGIN_NODE, END_NODE = FDT_END_NODE, PROP = FDT_PROP, NOP = FDT_NOP, END = FDT_END };
    const struct {
        uint32_t words[8];
        unsigned count;
        enum bitframe_status status;
    } cases[] = {
        {{NODE, 0, END_NODE, END}, 4, BITFRAME_OK},
        {{NOP, NODE, 0, NOP, END_NODE, NOP, END}, 7, BITFRAME_OK},
        {{END}, 1, BITFRAME_MALFORMED},                                         /* no root */
        {{NODE, 0, END_NODE}, 3, BITFRAME_MALFORMED},                           /* no end */
        {{NODE, 0, END}, 3, BITFRAME_MALFORMED},                                /* an open root */
        {{NODE, 0, END_NODE, END_NODE, END}, 5, BITFRAME_MALFORMED},            /* closed twice */
        {{END_NODE, NODE, 0, END_NODE, END}, 5, BITFRAME_MALFORMED},            /* before it opens */
        {{NODE, 0, END_NODE, NODE, 0, END_NODE, END}, 7, BITFRAME_MALFORMED},   /* two roots */
        {{NODE, 0, 7, END_NODE, END}, 5, BITFRAME_MALFORMED},                   /* no such tag */
        {{NODE, 0x61616161, 0x61616161}, 3, BITFRAME_MALFORMED},                /* a name without end */
        {{NODE, 0, PROP, 0xFFFFFFF4, 0, END_NODE, END}, 7, BITFRAME_MALFORMED}, /* ends where it begins */
        {{NODE, 0, PROP, 0xFFFFFFF8, 0, END_NODE, END}, 7, BITFRAME_MALFORMED}, /* ends in itself */
        {{NODE, 0, PROP, 0xFFFFFFEC, 0, END_NODE, END}, 7, BITFRAME_MALFORMED}, /* ends before itself */
        {{NODE, 0, PROP, 0x7FFFFFFF, 0, END_NODE, END}, 7, BITFRAME_MALFORMED},
        {{NODE, 0, PROP, 0, 8, END_NODE, END}, 7, BITFRAME_MALFORMED}, /* a name outside the strings */
        {{NODE, 0, PROP, 0, 0xFFFFFFFF, END_NODE, END}, 7, BITFRAME_MALFORMED},
        {{NODE, 0, PROP, 0, 7, END_NODE, END}, 7, BITFRAME_OK}, /* one that does not end: no name we know */
        {{NODE, 0, PROP, 0}, 4, BITFRAME_MALFORMED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        begin_structure();
        for (unsigned k = 0; k < cases[i].count; k++)
            put(cases[i].words[k]);
        end_structure(8);
        enum bitframe_status status = import();
        cr_expect_eq(status, cases[i].status, "case %zu: %s", i, bitframe_get_status_name(status));
    }
}

Test(import_fdt, refuses_property_that_ends_in_itself)
{
    /* A `reg` of 4 GiB less 4, which for libfdt 1.6.1 ends at its own name: that is a tag, too, which does
     * nothing. The tree around it is good. */
    static const char strings[] = "abcdreg\0device_type";
    begin_structure();
    put(FDT_BEGIN_NODE);
    put(0);
    put(FDT_BEGIN_NODE);
    put(0);
    put(FDT_PROP);
    put(7);
    put(8);
    memcpy(structure, "memory\0", 8);
    structure += 2;
    put(FDT_PROP);
    put(0xFFFFFFFC);
    put(FDT_NOP); /* 4: "reg" */
    put(FDT_END_NODE);
    put(FDT_END_NODE);
    put(FDT_END);
    end_structure(sizeof(strings));
    memcpy(tree + fdt_off_dt_strings(tree), strings, sizeof(strings));
    refuses(BITFRAME_MALFORMED, tree, fdt_totalsize(tree));
}

Test(import_fdt, cost_is_linear)
{
    /* A megabyte of properties whose names have no end in a megabyte of strings, and a megabyte of nodes. */
    enum { HALF = 1 << 20 };
    static _Alignas(8) uint8_t big[2 * HALF];
    for (int kind = 0; kind < 2; kind++) {
        begin_structure();
        memcpy(big, tree, fdt_totalsize(tree));
        uint32_t *at = (uint32_t *)(void *)(big + fdt_off_dt_struct(big));
        uint32_t *last = (uint32_t *)(void *)(big + HALF);
        *at++ = cpu_to_fdt32(FDT_BEGIN_NODE);
        *at++ = 0;
        while (at < last - 8) {
            *at++ = cpu_to_fdt32(kind ? FDT_BEGIN_NODE : FDT_PROP);
            *at++ = 0;
            *at++ = cpu_to_fdt32(kind ? FDT_END_NODE : 0);
        }
        *at++ = cpu_to_fdt32(FDT_END_NODE);
        *at++ = cpu_to_fdt32(FDT_END);
        fdt_set_size_dt_struct(big, (uint32_t)((uint8_t *)at - big) - fdt_off_dt_struct(big));
        fdt_set_off_dt_strings(big, HALF);
        fdt_set_size_dt_strings(big, HALF);
        fdt_set_totalsize(big, sizeof(big));
        memset(big + HALF, '#', HALF);
        clock_t start = clock();
        cr_expect_eq(import_bytes(big, sizeof(big)), BITFRAME_OK);
        double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
        cr_expect_lt(seconds, 2.0, "%f s", seconds); /* quadratic would be minutes */
    }
}

Test(import_fdt, truncated_everywhere)
{
    /* Cut, as the bytes are, and with a header that says so. */
    static _Alignas(8) uint8_t copy[TREE_BYTES];
    make_full_tree();
    size_t bytes = fdt_totalsize(tree);
    for (size_t count = 0; count < bytes; count++) {
        for (int told = 0; told < 2; told++) {
            memcpy(copy, tree, bytes);
            if (told)
                fdt_set_totalsize(copy, (uint32_t)count);
            enum bitframe_status status;
            const char *wrong = import_check_fdt(copy, count, &status);
            cr_assert_null(wrong, "%zu bytes: %s", count, wrong);
            cr_assert_eq(status, BITFRAME_MALFORMED, "%zu bytes: %s", count,
                         bitframe_get_status_name(status));
        }
    }
}

Test(import_fdt, any_bytes)
{
    static _Alignas(8) uint8_t copy[TREE_BYTES];
    const uint64_t first_seed = setting("BITFRAME_SEED", 20260101);
    uint64_t seed = first_seed;
    uint64_t inputs = amount("BITFRAME_IMPORT_INPUTS", 200000);
    uint64_t counts[BITFRAME_UNSUPPORTED + 1] = {0};
    make_full_tree();
    size_t bytes = fdt_totalsize(tree);
    for (uint64_t i = 0; i < inputs; i++) {
        memcpy(copy, tree, bytes);
        for (uint64_t flips = 1 + next_random(&seed) % 4; flips > 0; flips--) {
            uint64_t bit = next_random(&seed) % (bytes * 8);
            uint64_t word = next_random(&seed) % (bytes / 4);
            uint32_t value = (uint32_t)next_random(&seed) >> next_random(&seed) % 32;
            if (next_random(&seed) % 4 != 0)
                copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
            else
                memcpy(copy + word * 4, &(uint32_t){cpu_to_fdt32(value)}, 4);
        }
        enum bitframe_status status;
        const char *wrong = import_check_fdt(copy, bytes, &status);
        cr_assert_null(wrong, "input %" PRIu64 ": %s", i, wrong);
        counts[status]++;
    }
    printf("fdt: seed %" PRIu64 ", %" PRIu64 " damaged trees: %" PRIu64 " imported, %" PRIu64
           " malformed, %" PRIu64 " unsupported\n",
           first_seed, inputs, counts[BITFRAME_OK], counts[BITFRAME_MALFORMED], counts[BITFRAME_UNSUPPORTED]);
    if (inputs >= 1000)
        cr_expect(counts[BITFRAME_OK] && counts[BITFRAME_MALFORMED] && counts[BITFRAME_UNSUPPORTED]);
}

/* Failures that users of other allocators reported. */

Test(import_regression, reservations_of_both_forms_are_seen)
{
    begin_tree();
    reserve(0x41000000, 0x1000); /* the block */
    begin_root(2, 2);
    begin_reserved_memory(2, 2); /* the node, before the memory that it is about */
    begin("a@42000000");
    cells("reg", 4, 0, 0x42000000, 0, 0x1000);
    end();
    begin("b@43000000");
    cells("reg", 4, 0, 0x43000000, 0, 0x1000);
    flag("no-map");
    end();
    end();
    begin("memory@40000000");
    text("device_type", "memory");
    cells("reg", 4, 0, 0x40000000, 0, 0x10000000);
    end();
    end_tree();
    cr_assert_eq(import(), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_FREE, "0x40000000+4096 0x41001000+4095 0x42001000+4095 0x43001000+20479 "
                                        "0x48001000+32767");
}

Test(import_regression, all_memory_is_seen_not_the_first_or_largest)
{
    begin_tree();
    begin_root(2, 1);
    const uint32_t firsts[] = {0x40000000, 0x80000000, 0x10000000};
    const uint32_t sizes[] = {0x1000000, 0x30000000, 0x100000};
    for (int i = 0; i < 3; i++) { /* three nodes of two ranges */
        char name[32];
        snprintf(name, sizeof(name), "memory@%x", firsts[i]);
        begin(name);
        text("device_type", "memory");
        cells("reg", 6, 0, firsts[i], sizes[i], 0x10 + (uint32_t)i, 0, sizes[i]);
        end();
    }
    end_tree();
    cr_assert_eq(import(), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "0x10000000+256 0x40000000+4096 0x80000000+196608 0x1000000000+4096 "
                                         "0x1100000000+196608 0x1200000000+256");
}

Test(import_regression, addresses_are_not_cut)
{
    begin_tree();
    reserve(UINT64_C(0x100000001000), 0x1000);
    begin_root(2, 2);
    begin("memory");
    text("device_type", "memory");
    cells("reg", 8, 0, 0xFFFFF000, 0, 0x2000, 0x1000, 0, 0x10,
          0); /* across 4 GiB; from 16 TiB, 64 GiB long */
    end();
    end_tree();
    cr_assert_eq(import(), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "0xfffff000+2 0x100000000000+16777216");
    expect_view(BITFRAME_MAP_VIEW_RESERVED, "0x100000001000+1");
}
