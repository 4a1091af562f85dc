/* SPDX-License-Identifier: MIT */
/* fdt_rules.h - importing the tree of fdt_tree.h, and what came of it */
#ifndef BITFRAME_TESTS_FDT_RULES_H
#define BITFRAME_TESTS_FDT_RULES_H

#include <criterion/criterion.h>

#include <libfdt.h>
#include <string.h>

#include "fdt_tree.h"
#include "import_check.h"
#include "test_map.h"
#include "units.h"

#define RAM_PA    UINT64_C(0x40000000)
#define REGION_PA 0x50000000

static struct bitframe_map map;
static struct bitframe_fdt_found found;

static inline enum bitframe_status import(void)
{
    size_t count = fdt_totalsize(tree);
    cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
    memset(&found, GARBAGE, sizeof(found));
    return bitframe_map_import_fdt(&map, import_guarded(tree, count), count, TREE_PA, &found);
}

static inline enum bitframe_status import_reservations(void)
{
    size_t count = fdt_totalsize(tree);
    memset(&found, GARBAGE, sizeof(found));
    return bitframe_map_import_fdt_reservations(&map, import_guarded(tree, count), count, TREE_PA, &found);
}

static inline bool is_reserved(uint64_t pa)
{
    uint64_t frame = pa >> BITFRAME_FRAME_SHIFT;
    struct bitframe_map_run run;
    return bitframe_map_next(&map, BITFRAME_MAP_VIEW_RESERVED, &frame, &run) && run.first_pa <= pa;
}

static inline void expect_view(enum bitframe_map_view view, const char *runs)
{
    cr_expect_str_eq(map_text(&map, view), runs, "%s", map_text(&map, view));
}

/** Where libfdt has a node: bytes from the tree's first byte. */
static inline uint64_t place_of(const char *path)
{
    int offset = fdt_path_offset(tree, path);
    cr_assert_geq(offset, 0, "%s", path);
    return fdt_off_dt_struct(tree) + (uint64_t)offset;
}

#endif
