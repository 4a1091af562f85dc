/* SPDX-License-Identifier: MIT */
/* fdt_regions_test.c - places for regions that leave them to the kernel, against a search over flags */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "fdt_tree.h"
#include "import_check.h"
#include "random.h"
#include "test_map.h"
#include "units.h"

enum { FRAMES = 256, MOST = 5 };

#define BASE UINT64_C(0x40000000)

static struct bitframe_map map;
static struct bitframe_fdt_region regions[MOST];
static uint64_t count;

static enum bitframe_status place(uint64_t room)
{
    static struct guarded rooms;
    size_t bytes = fdt_totalsize(tree);
    struct bitframe_fdt_region *guarded = guarded_at(&rooms, room * sizeof(*regions), 8, GUARDED_ABOVE);
    memset(guarded, GARBAGE, room * sizeof(*regions));
    enum bitframe_status status =
        bitframe_map_place_fdt_regions(&map, import_guarded(tree, bytes), bytes, guarded, room, &count);
    memcpy(regions, guarded, room * sizeof(*regions));
    return status;
}

static void begin_map(void)
{
    cr_assert_eq(guarded_map(&map, 64), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, BASE, FRAMES * FRAME), BITFRAME_OK);
}

static void begin_regions(void)
{
    begin_tree();
    begin_root(2, 2);
    begin_reserved_memory(2, 2);
}

static void end_regions(void)
{
    end();
    end_tree();
}

Test(fdt_regions, placed_and_reported_by_name)
{
    begin_regions();
    begin("linux,cma");
    cells("size", 2, 0, 0x10000);
    cells("alignment", 2, 0, 0x8000);
    end();
    begin("fixed@40000000");
    cells("reg", 4, 0, 0x40000000, 0, 0x1000);
    cells("size", 2, 0, 0x1000);
    end();
    begin("low-buffer");
    cells("size", 1, 0x1800);
    cells("alloc-ranges", 8, 0, 0x10000000, 0, 0x1000, 0, 0x40000000, 0, 0x10000);
    flag("no-map");
    end();
    begin("off");
    text("status", "disabled");
    cells("size", 2, 0, 0x10000);
    end();
    begin("too-large");
    cells("size", 2, 1, 0);
    end();
    end_regions();
    begin_map();
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RESERVED, BASE + 0xFF000, 1), BITFRAME_OK);
    cr_assert_eq(place(3), BITFRAME_OK);
    cr_assert_eq(count, 3);
    cr_expect_str_eq(regions[0].name, "linux,cma");
    cr_expect_eq(regions[0].first_pa, BASE + 0xE8000);
    cr_expect_eq(regions[0].bytes, 0x10000);
    cr_expect_not(regions[0].no_map);
    cr_expect_str_eq(regions[1].name, "low-buffer");
    cr_expect_eq(regions[1].first_pa, BASE + 0xE000);
    cr_expect_eq(regions[1].bytes, 0x1800);
    cr_expect(regions[1].no_map);
    cr_expect_eq(regions[1].node,
                 fdt_off_dt_struct(tree) + (uint32_t)fdt_path_offset(tree, "/reserved-memory/low-buffer"));
    cr_expect_str_eq(regions[2].name, "too-large");
    cr_expect_eq(regions[2].status, BITFRAME_NONE);
    cr_expect_eq(regions[2].first_pa, 0);
    cr_expect_str_eq(map_text(&map, BITFRAME_MAP_VIEW_RESERVED), "0x400e8000+16 0x400ff000+1");
    cr_expect_str_eq(map_text(&map, BITFRAME_MAP_VIEW_SPANS), "0x40000000+14 0x40010000+240");

    begin_map();
    struct bitframe_map before = map;
    cr_expect_eq(place(2), BITFRAME_NO_ROOM);
    cr_expect_eq(count, 3);
    cr_expect_eq(memcmp(&before, &map, sizeof(map)), 0);
    cr_expect_eq(bitframe_map_place_fdt_regions(&map, tree, sizeof(tree), NULL, 3, &count), BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_place_fdt_regions(&map, tree, sizeof(tree), regions, 3, NULL),
                 BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_place_fdt_regions(NULL, tree, sizeof(tree), regions, 3, &count),
                 BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_place_fdt_regions(&map, tree, 40, regions, 3, &count), BITFRAME_MALFORMED);
}

Test(fdt_regions, wishes_that_make_no_sense)
{
    const char *const names[] = {"alignment", "alloc-ranges"};
    for (int i = 0; i < 2; i++) {
        for (uint32_t bytes = 0; bytes < 70; bytes++) {
            static const uint8_t zeros[70];
            begin_regions();
            begin("bad");
            cells("size", 2, 0, 0x1000);
            cr_assert_geq(fdt_property(tree, names[i], zeros, (int)bytes), 0);
            end();
            begin("good");
            cells("size", 2, 0, 0x1000);
            end();
            end_regions();
            begin_map();
            cr_assert_eq(place(2), BITFRAME_OK);
            bool good = i == 0 ? bytes == 4 || bytes == 8 : bytes % 16 == 0;
            cr_expect_eq(regions[0].status,
                         !good ? BITFRAME_MALFORMED
                         : i   ? BITFRAME_NONE
                               : BITFRAME_OK,
                         "%s of %u bytes", names[i], bytes);
            cr_expect_eq(regions[1].status, BITFRAME_OK);
        }
    }
    begin_regions();
    begin("no-power-of-two");
    cells("size", 2, 0, 0x1000);
    cells("alignment", 1, 0x3000);
    end();
    begin("nothing");
    cells("size", 2, 0, 0);
    end();
    end_regions();
    begin_map();
    cr_assert_eq(place(2), BITFRAME_OK);
    cr_expect_eq(regions[0].status, BITFRAME_MALFORMED);
    cr_expect_eq(regions[1].status, BITFRAME_MALFORMED);
    cr_expect_str_eq(map_text(&map, BITFRAME_MAP_VIEW_RESERVED), "");

    begin_tree(); /* other widths than the root's: ranges could mean two things */
    begin_root(1, 1);
    begin_reserved_memory(2, 2);
    begin("a");
    cells("size", 2, 0, 0x1000);
    cells("alloc-ranges", 4, 0, 0x40000000, 0, 0x10000);
    end();
    end_regions();
    begin_map();
    cr_assert_eq(place(1), BITFRAME_OK);
    cr_expect_eq(regions[0].status, BITFRAME_UNSUPPORTED);
}

/* Random trees. */

struct wish {
    uint64_t frames, align, ranges;
    uint64_t first[3], end[3]; /* frames from BASE */
    bool no_map;
};

static bool is_free[FRAMES];
static bool is_hotpluggable[FRAMES];

/** The highest place in frames [@p first, @p end), or FRAMES. */
static uint64_t naive_place(const struct wish *wish, uint64_t first, uint64_t end)
{
    for (int fixed = 1; fixed >= 0; fixed--) {
        for (uint64_t at = FRAMES; at-- > 0;) {
            bool good = at >= first && at + wish->frames <= end && at + wish->frames <= FRAMES &&
                        (BASE / FRAME + at) % wish->align == 0;
            for (uint64_t frame = at; good && frame < at + wish->frames; frame++)
                good = is_free[frame] && !(fixed && is_hotpluggable[frame]);
            if (good)
                return at;
        }
    }
    return FRAMES;
}

static void put_wish(const struct wish *wish, unsigned number)
{
    char name[16];
    uint32_t ranges[12];
    snprintf(name, sizeof(name), "r%u", number);
    begin(name);
    cells("size", 2, 0, (uint32_t)(wish->frames * FRAME - number)); /* rounded up */
    if (wish->align != 1)
        cells("alignment", 2, 0, (uint32_t)(wish->align * FRAME));
    for (uint64_t i = 0; i < wish->ranges; i++) {
        uint64_t first_pa = BASE + wish->first[i] * FRAME - number; /* rounded inward */
        uint64_t bytes = BASE + wish->end[i] * FRAME + number - first_pa;
        const uint32_t range[4] = {0, cpu_to_fdt32((uint32_t)first_pa), 0, cpu_to_fdt32((uint32_t)bytes)};
        memcpy(ranges + 4 * i, range, sizeof(range));
    }
    if (wish->ranges != 0)
        cr_assert_geq(fdt_property(tree, "alloc-ranges", ranges, (int)(16 * wish->ranges)), 0);
    if (wish->no_map)
        flag("no-map");
    end();
}

Test(fdt_regions, are_where_they_should_be)
{
    uint64_t seed = setting("BITFRAME_SEED", 20260101);
    uint64_t none = 0, hotpluggable = 0;
    for (unsigned round = 0; round < 5000; round++) {
        begin_map();
        memset(is_free, true, sizeof(is_free));
        memset(is_hotpluggable, false, sizeof(is_hotpluggable));
        for (uint64_t i = next_random(&seed) % 8; i > 0; i--) {
            uint64_t first = next_random(&seed) % FRAMES;
            uint64_t frames = 1 + next_random(&seed) % 40;
            bool reserved = next_random(&seed) % 2;
            bitframe_map_add(&map, reserved ? BITFRAME_MAP_RESERVED : BITFRAME_MAP_HOTPLUGGABLE,
                             BASE + first * FRAME, frames * FRAME);
            for (uint64_t frame = first; frame < first + frames && frame < FRAMES; frame++) {
                is_free[frame] = is_free[frame] && !reserved;
                is_hotpluggable[frame] = is_hotpluggable[frame] || !reserved;
            }
        }
        struct wish wishes[MOST];
        unsigned wanted = 1 + (unsigned)(next_random(&seed) % MOST);
        begin_regions();
        for (unsigned i = 0; i < wanted; i++) {
            wishes[i] = (struct wish){.frames = 1 + next_random(&seed) % 60,
                                      .align = UINT64_C(1) << next_random(&seed) % 6,
                                      .ranges = next_random(&seed) % 4,
                                      .no_map = next_random(&seed) % 2};
            for (uint64_t k = 0; k < wishes[i].ranges; k++) {
                wishes[i].first[k] = 1 + next_random(&seed) % FRAMES;
                wishes[i].end[k] = wishes[i].first[k] + next_random(&seed) % 100;
            }
            put_wish(&wishes[i], i);
        }
        end_regions();
        cr_assert_eq(place(MOST), BITFRAME_OK);
        cr_assert_eq(count, wanted);
        for (unsigned turn = 0; turn < 2 * wanted; turn++) {
            const struct wish *wish = &wishes[turn % wanted];
            const struct bitframe_fdt_region *region = &regions[turn % wanted];
            if ((wish->ranges != 0) != (turn < wanted))
                continue;
            uint64_t at = wish->ranges == 0 ? naive_place(wish, 0, FRAMES) : FRAMES;
            for (uint64_t k = 0; k < wish->ranges && at == FRAMES; k++)
                at = naive_place(wish, wish->first[k], wish->end[k]);
            cr_assert_eq(region->first_pa, at == FRAMES ? 0 : BASE + at * FRAME, "round %u, region %u", round,
                         turn % wanted);
            cr_assert_eq(region->status, at == FRAMES ? BITFRAME_NONE : BITFRAME_OK);
            cr_assert_eq(region->no_map, wish->no_map);
            none += at == FRAMES;
            hotpluggable += at != FRAMES && is_hotpluggable[at];
            for (uint64_t frame = at; at != FRAMES && frame < at + wish->frames; frame++)
                is_free[frame] = false;
        }
        struct bitframe_map_run run;
        uint64_t free_frames = 0;
        for (uint64_t frame = 0; bitframe_map_next(&map, BITFRAME_MAP_VIEW_FREE, &frame, &run);)
            free_frames += run.frames;
        for (uint64_t frame = 0; frame < FRAMES; frame++)
            free_frames -= is_free[frame];
        cr_assert_eq(free_frames, 0);
    }
    cr_expect(none && hotpluggable);
}
