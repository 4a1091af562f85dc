/* SPDX-License-Identifier: MIT */
/* map_test.c - what a memory map accepts, refuses and answers, and the mistakes that maps elsewhere have
 * made. */
#include <criterion/criterion.h>

#include <string.h>

#include <bitframe/map.h>

#include "guarded.h"
#include "test_map.h"
#include "units.h"

#define SHIFT BITFRAME_FRAME_SHIFT
#define ROOM  16
#define TIB   (UINT64_C(1) << 40)

enum {
    RAM = BITFRAME_MAP_RAM,
    RESERVED = BITFRAME_MAP_RESERVED,
    RECLAIMABLE = BITFRAME_MAP_RECLAIMABLE,
    HOLE = BITFRAME_MAP_HOLE,
    SPANS = BITFRAME_MAP_VIEW_SPANS,
    FREE = BITFRAME_MAP_VIEW_FREE,
    VIEW_RESERVED = BITFRAME_MAP_VIEW_RESERVED,
    VIEW_RECLAIMABLE = BITFRAME_MAP_VIEW_RECLAIMABLE,
};

static struct bitframe_map map;
static struct bitframe_map_stats stats;

static void begin(void)
{
    cr_assert_eq(guarded_map(&map, ROOM), BITFRAME_OK);
}

static void add(int kind, uint64_t first_pa, uint64_t bytes)
{
    cr_assert_eq(bitframe_map_add(&map, (enum bitframe_map_kind)kind, first_pa, bytes), BITFRAME_OK);
}

static const char *read_view(int view)
{
    return map_text(&map, (enum bitframe_map_view)view);
}

static void count(void)
{
    memset(&stats, 0xA5, sizeof(stats));
    bitframe_map_get_stats(&map, &stats);
    cr_assert_eq(stats.managed_frames, stats.free_frames + stats.reserved_frames);
    cr_assert_eq(stats.ram_bytes, stats.managed_frames * FRAME + stats.beyond_bytes + stats.hole_bytes +
                                      stats.frame_0_bytes + stats.rounding_bytes);
}

/** Does a run of @p view contain @p pa? */
static bool is_in(int view, uint64_t pa)
{
    uint64_t frame = pa >> SHIFT;
    struct bitframe_map_run run;
    return bitframe_map_next(&map, (enum bitframe_map_view)view, &frame, &run) && run.first_pa <= pa;
}

/* init */

Test(map_init, refuses_bad_arguments)
{
    static struct guarded room;
    struct bitframe_map_range *storage = guarded_at(&room, sizeof(*storage), sizeof(uint64_t), GUARDED_ABOVE);
    memset(&map, 0xA5, sizeof(map));
    struct bitframe_map before = map;
    cr_expect_eq(bitframe_map_init(NULL, storage, ROOM), BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_init(&map, NULL, ROOM), BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_init(&map, storage, 0), BITFRAME_INVALID);
    for (uintptr_t off = 1; off < 8; off++)
        cr_expect_eq(bitframe_map_init(&map, (struct bitframe_map_range *)((uintptr_t)storage + off), 1),
                     BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_init(&map, storage, UINT64_MAX), BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_init(&map, storage, UINT64_MAX / 16), BITFRAME_INVALID, "passes the end");
    cr_expect_eq(memcmp(&before, &map, sizeof(map)), 0, "a refusal changes nothing");
}

Test(map_init, starts_over)
{
    cr_assert_eq(guarded_map(&map, 1), BITFRAME_OK);
    add(RAM, GIB, GIB);
    cr_expect_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, 4 * GIB, GIB), BITFRAME_NO_ROOM);
    cr_expect_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, 4 * GIB, UINT64_MAX), BITFRAME_INVALID);
    begin();
    cr_expect(bitframe_map_is_complete(&map));
    cr_expect_str_eq(read_view(SPANS), "");
    count();
    const struct bitframe_map_stats nothing = {0};
    cr_expect_eq(memcmp(&stats, &nothing, sizeof(stats)), 0);
}

/* add */

Test(map_add, refuses_unknown_kinds)
{
    begin();
    cr_expect_eq(bitframe_map_add(&map, (enum bitframe_map_kind)BITFRAME_MAP_KINDS, FRAME, FRAME),
                 BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_add(&map, (enum bitframe_map_kind) - 1, FRAME, FRAME), BITFRAME_INVALID);
    cr_expect(bitframe_map_is_complete(&map));
}

Test(map_add, empty_adds_nothing)
{
    begin();
    for (int kind = 0; kind < BITFRAME_MAP_KINDS; kind++) {
        add(kind, 0, 0);
        add(kind, 12345, 0);
        add(kind, UINT64_MAX, 0);
    }
    cr_expect_eq(map.counts[0] + map.counts[1] + map.counts[2] + map.counts[3], 0);
}

Test(map_add, odd_pieces_make_a_whole_frame)
{
    begin();
    add(RAM, 0x2000, 0x7FF);
    cr_expect_str_eq(read_view(SPANS), "");
    add(RAM, 0x2800, 0x1000);
    cr_expect_str_eq(read_view(SPANS), "", "a byte is missing");
    add(RAM, 0x27FF, 1);
    cr_expect_str_eq(read_view(SPANS), "0x2000+1");
    count();
    cr_expect_eq(stats.rounding_bytes, 0x800);
    cr_expect_eq(map.counts[RAM], 1);
}

Test(map_add, ram_is_rounded_inward)
{
    begin();
    add(RAM, 0x1001, 0x4FFE); /* to 0x5FFE: neither first nor last frame is whole */
    cr_expect_str_eq(read_view(SPANS), "0x2000+3");
    count();
    cr_expect_eq(stats.rounding_bytes, 0x1FFE);
    cr_expect_eq(stats.frame_0_bytes, 0);
}

Test(map_add, reservations_are_rounded_outward)
{
    begin();
    add(RAM, 0x1000, 0x10000);
    add(RESERVED, 0x2FFF, 2);
    add(RECLAIMABLE, 0x8001, 1);
    cr_expect_str_eq(read_view(VIEW_RESERVED), "0x2000+2 0x8000+1");
    cr_expect_str_eq(read_view(VIEW_RECLAIMABLE), "0x8000+1");
    cr_expect_str_eq(read_view(FREE), "0x1000+1 0x4000+4 0x9000+8");
    cr_expect_str_eq(read_view(SPANS), "0x1000+16", "reserved memory is managed memory");
}

Test(map_add, holes_are_rounded_outward)
{
    begin();
    add(HOLE, 0x3FFF, 1);
    add(RAM, 0x1000, 0x4000);
    cr_expect_str_eq(read_view(SPANS), "0x1000+2 0x4000+1");
    count();
    cr_expect_eq(stats.hole_bytes, 1);
    cr_expect_eq(stats.rounding_bytes, 0xFFF);
}

Test(map_add, what_is_not_ram_is_not_reserved)
{
    begin();
    add(RAM, 0x1000, 0x2000);
    add(RESERVED, 0x2000, GIB);
    add(HOLE, 0x2800, 0x100);
    cr_expect_str_eq(read_view(VIEW_RESERVED), "");
    cr_expect_str_eq(read_view(FREE), "0x1000+1");
}

Test(map_add, reserved_outweighs_reclaimable)
{
    begin();
    add(RAM, 0x1000, 0x8000);
    add(RECLAIMABLE, 0x2000, 0x4000);
    add(RESERVED, 0x3800, 0x100);
    cr_expect_str_eq(read_view(VIEW_RESERVED), "0x2000+4");
    cr_expect_str_eq(read_view(VIEW_RECLAIMABLE), "0x2000+1 0x4000+2");
    count();
    cr_expect_eq(stats.reserved_frames, 4);
    cr_expect_eq(stats.reclaimable_frames, 3);
}

Test(map_add, ends_at_2_64)
{
    begin();
    add(RAM, UINT64_MAX - 0x2FFF, 0x3000);
    cr_expect_str_eq(read_view(SPANS), "0xffffffffffffd000+3");
    add(RESERVED, UINT64_MAX, 1);
    cr_expect_str_eq(read_view(VIEW_RESERVED), "0xfffffffffffff000+1");
    add(HOLE, UINT64_MAX - 0x2FFF, 1);
    cr_expect_str_eq(read_view(SPANS), "0xffffffffffffe000+2");
    add(HOLE, UINT64_MAX, 1);
    cr_expect_str_eq(read_view(SPANS), "0xffffffffffffe000+1");
    uint64_t frame = UINT64_MAX;
    struct bitframe_map_run run;
    cr_expect_not(bitframe_map_next(&map, BITFRAME_MAP_VIEW_SPANS, &frame, &run), "any number may be passed");
}

Test(map_add, knows_all_of_the_address_space)
{
    begin();
    add(RAM, 0, UINT64_MAX);
    add(RAM, UINT64_MAX, 1);
    cr_expect_eq(map.counts[RAM], 1);
    bitframe_map_get_stats(&map, &stats);
    cr_expect_eq(stats.managed_frames, (UINT64_C(1) << (64 - SHIFT)) - 1);
    cr_expect_eq(stats.frame_0_bytes, FRAME);
    cr_expect_eq(stats.rounding_bytes, 0);
    cr_expect_eq(stats.ram_bytes, UINT64_MAX);
    add(HOLE, 1, UINT64_MAX);
    add(HOLE, 0, 1);
    bitframe_map_get_stats(&map, &stats);
    cr_expect_eq(stats.managed_frames, 0);
    cr_expect_eq(stats.hole_bytes, UINT64_MAX);
    cr_expect_eq(stats.frame_0_bytes, 0);
    cr_expect_eq(stats.rounding_bytes, 0);
}

Test(map_add, ram_that_wraps_is_refused)
{
    begin();
    add(RAM, GIB, GIB);
    struct bitframe_map before = map;
    cr_expect_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, 4 * GIB, UINT64_MAX), BITFRAME_INVALID);
    cr_expect_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, UINT64_MAX, 2), BITFRAME_INVALID);
    cr_expect_eq(map.wrapped_bytes, UINT64_MAX, "figures in bytes stop there");
    before.wrapped_bytes = map.wrapped_bytes;
    cr_expect_eq(memcmp(&before, &map, sizeof(map)), 0);
    cr_expect(bitframe_map_is_complete(&map));
    cr_expect_str_eq(read_view(SPANS), "0x40000000+262144");
}

Test(map_add, reservation_that_wraps_goes_to_the_end)
{
    begin();
    add(RAM, 0x1000, 0x4000);
    add(RAM, UINT64_MAX - 0xFFF, 0x1000);
    add(RESERVED, 0x3000, UINT64_MAX);
    cr_expect_str_eq(read_view(FREE), "0x1000+2", "not around to the beginning either");
    cr_expect_str_eq(read_view(VIEW_RESERVED), "0x3000+2 0xfffffffffffff000+1");
    count();
    cr_expect_eq(stats.wrapped_bytes, 0x2FFF);
    add(HOLE, 0x4000, UINT64_MAX - 0x3FFF + 5);
    cr_expect_str_eq(read_view(SPANS), "0x1000+3");
    count();
    cr_expect_eq(stats.wrapped_bytes, 0x2FFF + 5);
}

Test(map_add, no_room_changes_nothing_else)
{
    cr_assert_eq(guarded_map(&map, 2), BITFRAME_OK);
    add(RAM, 0x1000, 0x1000);
    add(RESERVED, 0x5000, 0x1000);
    struct bitframe_map_range before[2];
    memcpy(before, map.ranges, sizeof(before));
    for (int kind = 0; kind < BITFRAME_MAP_KINDS; kind++)
        cr_expect_eq(bitframe_map_add(&map, (enum bitframe_map_kind)kind, 0x9000, 0x123), BITFRAME_NO_ROOM);
    cr_expect_eq(memcmp(before, map.ranges, sizeof(before)), 0);
    cr_expect_not(bitframe_map_is_complete(&map), "no pool may be made from it");
    count();
    cr_expect_eq(stats.no_room_bytes, BITFRAME_MAP_KINDS * 0x123);
    cr_expect_eq(stats.managed_frames, 1);

    add(RAM, 0x2000, 0x1000); /* what merges needs no room */
    cr_expect_str_eq(read_view(SPANS), "0x1000+2");
    cr_expect_not(bitframe_map_is_complete(&map), "for good");
}

Test(map_add, storage_for_n_is_enough_for_n_calls)
{
    /* The worst there is: nothing merges. */
    for (uint64_t n = 1; n <= ROOM; n++) {
        cr_assert_eq(guarded_map(&map, n), BITFRAME_OK);
        for (uint64_t i = 0; i < n; i++)
            add((int)(i * 7 % BITFRAME_MAP_KINDS), (n - i) * 2, 1);
        cr_expect(bitframe_map_is_complete(&map));
    }
}

/* Failures that users of other allocators reported. */

Test(map_regression, unsorted_and_overlapping_ram)
{
    /* Every order of the same six ranges, duplicates and subsets among them, is the same map. */
    const struct {
        int kind;
        uint64_t first_pa, bytes;
    } ranges[] = {
        {RAM, 0x80000000, 0x40000000},  {RAM, 0x40000000, 0x50000000}, {RAM, 0x40000000, 0x1000},
        {RESERVED, 0x40080000, 0x1234}, {HOLE, 0x7FF00000, 0x100000},  {RAM, 0x100000000, 0x40000000},
    };
    unsigned orders = 0;
    for (unsigned code = 0; code < 720; code++) {
        unsigned left[6] = {0, 1, 2, 3, 4, 5};
        unsigned rest = code;
        begin();
        for (unsigned n = 6; n > 0; n--) {
            unsigned pick = rest % n;
            rest /= n;
            add(ranges[left[pick]].kind, ranges[left[pick]].first_pa, ranges[left[pick]].bytes);
            memmove(&left[pick], &left[pick + 1], (n - pick - 1) * sizeof(*left));
        }
        cr_assert_str_eq(read_view(SPANS), "0x40000000+261888 0x80000000+262144 0x100000000+262144");
        cr_assert_str_eq(read_view(VIEW_RESERVED), "0x40080000+2");
        orders++;
    }
    cr_assert_eq(orders, 720);
}

Test(map_regression, all_ram_is_managed_not_the_first_or_largest)
{
    begin();
    add(RAM, 0x80000000, 0x80000000);   /* the largest is not the first */
    add(RAM, 0x8000000000, 0x10000000); /* nor the last */
    add(RAM, 0x1000, 0x9F000);
    add(RAM, 0x40000000, 0x1000);
    cr_expect_str_eq(read_view(SPANS), "0x1000+159 0x40000000+1 0x80000000+524288 0x8000000000+65536");
    count();
    cr_expect_eq(stats.spans, 4);
    cr_expect_eq(stats.managed_frames, 159 + 1 + 524288 + 65536);
}

Test(map_regression, frame_0_is_never_managed)
{
    begin();
    add(RAM, 0, 0x3000);
    cr_expect_str_eq(read_view(SPANS), "0x1000+2");
    count();
    cr_expect_eq(stats.frame_0_bytes, FRAME);
    begin();
    add(RAM, 0, 0x800); /* the stub of a page of vectors */
    cr_expect_str_eq(read_view(SPANS), "");
    count();
    cr_expect_eq(stats.frame_0_bytes, 0x800);
    cr_expect_eq(stats.rounding_bytes, 0);
}

Test(map_regression, addresses_are_not_cut)
{
    /* 4 GiB is where 32-bit bytes end and 16 TiB where 32-bit frame numbers do; each has its twin below. */
    const uint64_t edges[] = {4 * GIB, 16 * TIB, UINT64_C(1) << 48, UINT64_C(1) << 52};
    begin();
    add(RAM, GIB, GIB);
    for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
        add(RAM, edges[i] - GIB, 2 * GIB); /* across the edge */
        add(RESERVED, edges[i] + 0x10000000, FRAME);
        add(HOLE, edges[i] + 0x20000000, FRAME);
    }
    for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
        cr_expect(is_in(SPANS, edges[i] - FRAME) && is_in(SPANS, edges[i]));
        cr_expect(is_in(VIEW_RESERVED, edges[i] + 0x10000000));
        cr_expect_not(is_in(FREE, edges[i] + 0x10000000));
        cr_expect_not(is_in(SPANS, edges[i] + 0x20000000));
    }
    cr_expect_not(is_in(SPANS, 0), "no twin of an edge");
    cr_expect(is_in(FREE, GIB + 0x10000000), "no twin of a reservation");
    count();
    cr_expect_eq(stats.ram_bytes, 9 * GIB);
    cr_expect_eq(stats.spans, 9);

    begin();
    add(RAM, GIB, 20 * TIB); /* a length beyond both */
    count();
    cr_expect_eq(stats.managed_frames, 20 * TIB / FRAME);
}

Test(map_regression, kernel_image_is_not_in_the_pool)
{
    /* An image of odd size, loaded where RAM begins, and one that straddles two ranges of RAM. */
    const uint64_t images[][2] = {{0x40080000, 0x123457}, {0x40000000, 1}, {0x5FFFFFFF, 0x1002}};
    for (size_t i = 0; i < 3; i++) {
        begin();
        add(RESERVED, images[i][0], images[i][1]); /* before the RAM it lies in is known */
        add(RAM, 0x40000000, 0x20000000);
        add(RAM, 0x60000000, 0x20000000);
        for (uint64_t pa = images[i][0]; pa < images[i][0] + images[i][1]; pa++) {
            cr_assert_not(is_in(FREE, pa));
            cr_assert(is_in(VIEW_RESERVED, pa));
        }
        uint64_t frames = ((images[i][0] + images[i][1] - 1) >> SHIFT) - (images[i][0] >> SHIFT) + 1;
        count();
        cr_expect_eq(stats.reserved_frames, frames, "and nothing else is");
    }
}
