/* SPDX-License-Identifier: MIT */
/*
 * pool_map_test.c - pools made from maps, and the failures that users of other allocators reported
 *
 * The random traces beside this file meet all of it; here each has a name.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <string.h>

#include <bitframe/bulk.h>
#include <bitframe/check.h>
#include <bitframe/map.h>
#include <bitframe/platform.h>

#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"
#include "test_pool.h"

enum { RANGES = 32 };

static struct bitframe pool;
static struct bitframe_map map;
static struct bitframe_map_range ranges[RANGES];
static struct guarded metadata;

static void add(enum bitframe_map_kind kind, uint64_t pa, uint64_t bytes)
{
    cr_assert_eq(bitframe_map_add(&map, kind, pa, bytes), BITFRAME_OK);
}

static void begin(void)
{
    cr_assert_eq(bitframe_map_init(&map, ranges, RANGES), BITFRAME_OK);
}

static void make(void)
{
    guarded_pool(&pool, &metadata, &map);
}

static enum bitframe_status alloc_run(uint64_t frames, uint64_t align, uint64_t max_pa, uint32_t flags,
                                      uint64_t *pa)
{
    const struct bitframe_request request = {
        .frames = frames, .align = align, .max_pa = max_pa, .flags = flags};
    return bitframe_alloc_run(&pool, &request, pa);
}

/* Making */

Test(pool_map, refusals_change_nothing)
{
    memset(&pool, 0xA5, sizeof(pool));
    struct bitframe before = pool;
    uint64_t bytes = 7;
    begin();
    char *memory = guarded_renew(&metadata, BITFRAME_METADATA_ALIGN, BITFRAME_METADATA_ALIGN);
    cr_expect_eq(bitframe_init_map(&pool, &map, memory, UINT64_MAX), BITFRAME_INVALID, "nothing to manage");
    cr_expect_eq(bitframe_map_get_metadata_bytes(&map, &bytes), BITFRAME_INVALID);
    add(BITFRAME_MAP_RAM, 0, FRAME);
    cr_expect_eq(bitframe_init_map(&pool, &map, memory, UINT64_MAX), BITFRAME_INVALID, "only frame 0");
    add(BITFRAME_MAP_RAM, MIB, 64 * MIB);
    cr_expect_eq(bitframe_init_map(NULL, &map, memory, UINT64_MAX), BITFRAME_INVALID);
    cr_expect_eq(bitframe_init_map(&pool, NULL, memory, UINT64_MAX), BITFRAME_INVALID);
    cr_expect_eq(bitframe_init_map(&pool, &map, NULL, UINT64_MAX), BITFRAME_INVALID);
    cr_expect_eq(bitframe_init_map(&pool, &map, memory + 8, UINT64_MAX - 8), BITFRAME_INVALID);
    cr_expect_eq(bytes, 7);
    cr_assert_eq(bitframe_map_get_metadata_bytes(&map, &bytes), BITFRAME_OK);
    cr_expect_eq(bitframe_init_map(&pool, &map, memory, bytes - 1), BITFRAME_NO_ROOM);
    for (uint64_t i = 0; i < RANGES + 2; i++)
        (void)bitframe_map_add(&map, BITFRAME_MAP_RESERVED, 2 * MIB + i * 2 * FRAME, FRAME);
    cr_expect_eq(bitframe_init_map(&pool, &map, memory, UINT64_MAX), BITFRAME_INCOMPLETE,
                 "the range that had no room may be a reservation");
    cr_expect_eq(memcmp(&before, &pool, sizeof(pool)), 0);
}

Test(pool_map, stays_within_the_metadata_it_asks_for)
{
    for (uint64_t spans = 1; spans < 14; spans++) {
        begin();
        for (uint64_t i = 0; i < spans; i++)
            add(BITFRAME_MAP_RAM, (1 + i * spans * 37) * MIB + i * FRAME, (i + 1) * MIB);
        add(BITFRAME_MAP_RESERVED, MIB, FRAME);
        make();
        /* As many reservations as there is room for, then one more. */
        uint64_t reserved = 1;
        for (; reserved < pool.reserved_room; reserved++)
            cr_assert_eq(bitframe_reserve(&pool, MIB + 2 * reserved * FRAME, FRAME), BITFRAME_OK);
        cr_expect_eq(bitframe_reserve(&pool, MIB + 2 * reserved * FRAME, FRAME), BITFRAME_NO_ROOM);
        cr_expect_eq(bitframe_reserve(&pool, MIB + FRAME, FRAME), BITFRAME_OK, "this one joins two");
        cr_expect_eq(bitframe_check(&pool), BITFRAME_SOUND);
    }
}

Test(pool_map, places_itself)
{
    begin();
    add(BITFRAME_MAP_RAM, 16 * MIB, 2 * FRAME); /* too small */
    add(BITFRAME_MAP_RAM, 32 * MIB, 640 * MIB);
    add(BITFRAME_MAP_RESERVED, 32 * MIB, 3 * FRAME + 1);
    uint64_t pa = 0, bytes = 0;
    cr_assert_eq(bitframe_place(&map, &pa, &bytes), BITFRAME_OK);
    cr_expect_eq(pa, 32 * MIB + 4 * FRAME, "the lowest that fits, and no reservation");
    cr_expect_eq(bytes % FRAME, 0);
    guarded_renew(&metadata, bytes, BITFRAME_METADATA_ALIGN);
    cr_assert_eq(bitframe_init_map(&pool, &map, metadata.memory, bytes), BITFRAME_OK,
                 "it is enough for the map as it is now");
    cr_expect_eq(bitframe_get_reserved_frames(&pool), 4 + bytes / FRAME);
    for (uint64_t at = pa; at < pa + bytes; at += FRAME)
        cr_expect_eq(bitframe_free(&pool, at), BITFRAME_RESERVED);

    begin();
    add(BITFRAME_MAP_RAM, 16 * MIB, FRAME);
    add(BITFRAME_MAP_RESERVED, 16 * MIB, FRAME);
    cr_expect_eq(bitframe_place(&map, &pa, &bytes), BITFRAME_NONE);
    cr_expect_eq(bitframe_place(NULL, &pa, &bytes), BITFRAME_INVALID);
}

/* Regressions */

Test(pool_regression, overlapping_and_unsorted_ranges_all_managed)
{
    begin();
    add(BITFRAME_MAP_RAM, 5 * GIB, 8 * MIB); /* beyond 32 bits */
    add(BITFRAME_MAP_RAM, 17 * UINT64_C(1024) * GIB, 4 * MIB);
    add(BITFRAME_MAP_RAM, 64 * MIB, 8 * MIB);
    add(BITFRAME_MAP_RAM, 68 * MIB, 8 * MIB);
    add(BITFRAME_MAP_RAM, 0, MIB);
    make();
    cr_assert_eq(bitframe_get_total_frames(&pool), (MIB + 12 * MIB + 8 * MIB + 4 * MIB) / FRAME - 1);
    uint64_t before = 0;
    for (uint64_t pa; (pa = bitframe_alloc(&pool)) != 0; before = pa)
        cr_assert_gt(pa, before, "the lowest of all memory first, and never frame 0");
    cr_expect_eq(before, 17 * UINT64_C(1024) * GIB + 4 * MIB - FRAME);
    cr_expect_eq(bitframe_free(&pool, 5 * GIB), BITFRAME_OK);
    cr_expect_eq(bitframe_free(&pool, GIB), BITFRAME_UNMANAGED, "the same in 32 bits, and not RAM");
    cr_expect_eq(bitframe_alloc(&pool), 5 * GIB);
}

Test(pool_regression, kernel_image_in_the_pool)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB, 64 * MIB);
    add(BITFRAME_MAP_RESERVED, GIB + MIB / 2, 3 * MIB + 5);
    make();
    uint64_t frames = 0;
    for (uint64_t pa; (pa = bitframe_alloc(&pool)) != 0; frames++)
        cr_assert(pa + FRAME <= GIB + MIB / 2 || pa >= GIB + MIB / 2 + 3 * MIB + 5);
    cr_expect_eq(frames, 64 * MIB / FRAME - 3 * MIB / FRAME - 1);
    cr_expect_eq(bitframe_free(&pool, GIB + MIB), BITFRAME_RESERVED);
}

Test(pool_regression, virtual_address_for_a_physical_one)
{
    const uint64_t alias = UINT64_C(0xFFFF000000000000);
    begin();
    add(BITFRAME_MAP_RAM, GIB, 64 * MIB);
    make();
    cr_expect_eq(bitframe_reserve(&pool, GIB + alias, MIB), BITFRAME_OK);
    cr_expect_eq(bitframe_get_reserved_frames(&pool), 0);
    cr_expect_eq(bitframe_alloc_at(&pool, GIB + alias, 1), BITFRAME_UNMANAGED);
    cr_expect_eq(bitframe_free_run(&pool, GIB + alias, 1), BITFRAME_UNMANAGED);
    cr_expect_eq(bitframe_get_free_frames(&pool), 64 * MIB / FRAME);
}

Test(pool_regression, huge_run_aligned_to_memory_and_not_to_the_pool)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB + 5 * FRAME, 8 * MIB);
    make();
    uint64_t pa = 0;
    cr_assert_eq(alloc_run(512, 2 * MIB, 0, 0, &pa), BITFRAME_OK);
    cr_expect_eq(pa, GIB + 2 * MIB);
    cr_assert_eq(alloc_run(512, 2 * MIB, 0, BITFRAME_HIGHEST, &pa), BITFRAME_OK);
    cr_expect_eq(pa, GIB + 6 * MIB);
}

Test(pool_regression, alignment_of_a_single_frame)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB + FRAME, 8 * MIB);
    make();
    uint64_t pa = 0;
    cr_assert_eq(alloc_run(1, 65536, 0, 0, &pa), BITFRAME_OK);
    cr_expect_eq(pa, GIB + 65536);
}

Test(pool_regression, huge_run_refused_while_there_are_some)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB, 64 * MIB);
    make();
    for (uint64_t huge_frame = 0; huge_frame < 32; huge_frame += 2)
        cr_assert_eq(bitframe_alloc_at(&pool, GIB + huge_frame * 2 * MIB + 77 * FRAME, 1), BITFRAME_OK);
    uint64_t pa = 0;
    for (uint64_t huge_frame = 1; huge_frame < 32; huge_frame += 2) {
        cr_assert_eq(alloc_run(512, 2 * MIB, 0, 0, &pa), BITFRAME_OK);
        cr_expect_eq(pa, GIB + huge_frame * 2 * MIB);
    }
    cr_expect_eq(alloc_run(512, 2 * MIB, 0, 0, &pa), BITFRAME_NONE);
    cr_expect_eq(bitframe_check(&pool), BITFRAME_SOUND);
}

Test(pool_regression, failed_claim_leaves_nothing_allocated)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB, 64 * MIB);
    make();
    cr_assert_eq(bitframe_alloc_at(&pool, GIB + 1000 * FRAME, 1), BITFRAME_OK);
    uint64_t before = bitframe_get_free_frames(&pool);
    cr_expect_eq(bitframe_alloc_at(&pool, GIB + 100 * FRAME, 901), BITFRAME_IN_USE);
    cr_expect_eq(bitframe_get_free_frames(&pool), before);
    cr_expect_eq(bitframe_free(&pool, GIB + 100 * FRAME), BITFRAME_DOUBLE_FREE, "it is free still");
    cr_expect_eq(bitframe_free(&pool, GIB + 1000 * FRAME), BITFRAME_OK, "and that one is its owner's");
    cr_expect_eq(bitframe_free_run(&pool, GIB, 64 * MIB / FRAME + 1), BITFRAME_UNMANAGED);
    cr_expect_eq(bitframe_check(&pool), BITFRAME_SOUND);
}

Test(pool_regression, search_ends_under_fragmentation)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB, GIB);
    make();
    for (uint64_t i = 0; i < GIB / FRAME; i += 2)
        cr_assert_eq(bitframe_alloc_at(&pool, GIB + i * FRAME, 1), BITFRAME_OK);
    uint64_t pa = 0;
    cr_expect_eq(alloc_run(2, 0, 0, 0, &pa), BITFRAME_NONE);
    cr_expect_eq(alloc_run(2, 0, 0, BITFRAME_HIGHEST, &pa), BITFRAME_NONE);
    cr_expect_eq(alloc_run(1, 2 * FRAME, 0, 0, &pa), BITFRAME_NONE, "all that is free is odd");
    cr_expect_eq(bitframe_free(&pool, 2 * GIB - 2 * FRAME), BITFRAME_OK);
    cr_expect_eq(alloc_run(2, 0, 0, 0, &pa), BITFRAME_OK);
    cr_expect_eq(pa, 2 * GIB - 3 * FRAME);
}

Test(pool_regression, dma_limit)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB, GIB);
    make();
    uint64_t pa = 0;
    cr_assert_eq(alloc_run(16, 65536, GIB + MIB, BITFRAME_HIGHEST, &pa), BITFRAME_OK);
    cr_expect_eq(pa, GIB + MIB - 65536);
    cr_expect_eq(alloc_run(257, 0, GIB + MIB, 0, &pa), BITFRAME_NONE,
                 "not beyond the limit for all that is there");
}

/* Where the index of whole lines and the cursor's segment matter, which random calls rarely meet. */

static void make_two_segments(void)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB, 16 * MIB); /* a group of lines, to the bit */
    add(BITFRAME_MAP_RAM, 2 * GIB, 16 * MIB);
    make();
}

Test(pool_huges, opened_by_the_alloc_that_empties_the_first_word)
{
    make_two_segments();
    for (uint64_t i = 0; i < 8192; i++) {
        uint64_t pa = i < 4096 ? GIB + i * FRAME : 2 * GIB + (i - 4096) * FRAME;
        cr_assert_eq(bitframe_alloc(&pool), pa, "into the next segment, too");
        if (i % 16 == 15)
            ASSERT_SOUND(&pool);
    }
    cr_expect_eq(bitframe_alloc(&pool), 0);
}

Test(pool_huges, standing_bit_is_settled_before_a_run)
{
    make_two_segments();
    cr_assert_eq(bitframe_alloc(&pool), GIB);
    uint64_t pa = 0;
    cr_assert_eq(alloc_run(512, 2 * MIB, 0, 0, &pa), BITFRAME_OK);
    cr_expect_eq(pa, GIB + 2 * MIB, "the cursor's line is not whole");
    ASSERT_SOUND(&pool);
}

Test(pool_huges, standing_bit_is_settled_when_the_cursor_goes_down)
{
    make_two_segments();
    cr_assert_eq(bitframe_alloc_range(&pool, GIB, GIB + 2 * MIB), 512);
    cr_assert_eq(bitframe_alloc(&pool), GIB + 2 * MIB);
    cr_assert_eq(bitframe_free(&pool, GIB), BITFRAME_OK);
    ASSERT_SOUND(&pool);
    cr_assert_eq(bitframe_alloc_range(&pool, GIB, 2 * GIB), 4096 - 512);
    cr_assert_eq(bitframe_alloc(&pool), 2 * GIB);
    cr_assert_eq(bitframe_free(&pool, GIB), BITFRAME_OK, "to another segment");
    ASSERT_SOUND(&pool);
    cr_assert_eq(bitframe_alloc(&pool), GIB);
}

/* Ranges are counted and taken by the index of whole lines where it knows, a word of it at a time. */
Test(pool_huges, a_frame_missing_anywhere_in_a_range)
{
    const uint64_t first = GIB / FRAME;
    const uint64_t word = 64 * 512; /* frames that a word of lines stands for */
    const uint64_t ranges[][2] = {
        {0, 3 * word},        {word, 2 * word},         {100, 2 * word + 100},
        {word - 1, word + 1}, {word - 512, word + 512}, {0, 513},
        {1535, 1537},
    };
    for (uint64_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
        uint64_t from = first + ranges[i][0];
        uint64_t end = first + ranges[i][1];
        const uint64_t missing[] = {from - 1, from, from + 1, (from + end) / 2, end - 1, end};
        for (uint64_t j = 0; j < sizeof(missing) / sizeof(*missing); j++) {
            begin();
            add(BITFRAME_MAP_RAM, GIB, 3 * word * FRAME);
            make();
            uint64_t frames = end - from;
            bool is_gone = bitframe_alloc_at(&pool, missing[j] * FRAME, 1) == BITFRAME_OK;
            bool is_inside = is_gone && missing[j] >= from && missing[j] < end;
            cr_expect_eq(bitframe_reserve(&pool, from * FRAME, frames * FRAME),
                         is_inside ? BITFRAME_IN_USE : BITFRAME_OK, "range %" PRIu64 ".%" PRIu64, i, j);
            cr_expect_eq(bitframe_alloc_range(&pool, from * FRAME, end * FRAME), is_inside ? frames - 1 : 0);
            cr_expect_eq(bitframe_get_free_frames(&pool), 3 * word - frames - (is_gone && !is_inside));
            ASSERT_SOUND(&pool);
        }
    }
}

Test(pool_huges, standing_bit_is_settled_before_a_range)
{
    make_two_segments();
    cr_assert_eq(bitframe_alloc(&pool), GIB);
    cr_expect_eq(bitframe_reserve(&pool, GIB, 16 * MIB), BITFRAME_IN_USE, "the cursor's line is not whole");
    cr_expect_eq(bitframe_alloc(&pool), GIB + FRAME);
    cr_expect_eq(bitframe_alloc_range(&pool, GIB, GIB + 16 * MIB), 4096 - 2);
    ASSERT_SOUND(&pool);
}

/** The last frame of all addresses, in the upper of two spans: not where frees have been. */
Test(pool_map, reserves_the_last_frame_there_is)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB, 64 * MIB);
    add(BITFRAME_MAP_RAM, UINT64_MAX - (64 * MIB - 1), 64 * MIB);
    make();
    uint64_t free_frames = bitframe_get_free_frames(&pool);
    cr_assert_eq(bitframe_reserve(&pool, UINT64_MAX, 1), BITFRAME_OK);
    cr_assert_eq(bitframe_get_free_frames(&pool), free_frames - 1);
    cr_assert_eq(bitframe_free(&pool, UINT64_MAX - (FRAME - 1)), BITFRAME_RESERVED);
    ASSERT_SOUND(&pool);
    cr_assert_eq(bitframe_reserve(&pool, UINT64_MAX - 3 * FRAME, 3 * FRAME + 1), BITFRAME_OK);
    cr_assert_eq(bitframe_get_free_frames(&pool), free_frames - 4);
    ASSERT_SOUND(&pool);
    /* From one span into the other, over the hole. */
    cr_assert_eq(bitframe_reserve(&pool, GIB + 63 * MIB, UINT64_MAX - (GIB + 63 * MIB) - 62 * MIB + 1),
                 BITFRAME_OK);
    cr_assert_eq(bitframe_get_free_frames(&pool), free_frames - 4 - 3 * MIB / FRAME);
    ASSERT_SOUND(&pool);
}

Test(pool_run, limits)
{
    make_two_segments();
    uint64_t pa = 0;
    struct bitframe_request request = {.frames = 512, .align = 2 * MIB, .min_pa = GIB + FRAME};
    cr_assert_eq(bitframe_alloc_run(&pool, &request, &pa), BITFRAME_OK);
    cr_expect_eq(pa, GIB + 2 * MIB, "not below min_pa");
    cr_expect_eq(bitframe_alloc_at(&pool, GIB, UINT64_MAX - 3), BITFRAME_UNMANAGED);
    cr_expect_eq(bitframe_free_run(&pool, GIB, UINT64_MAX - 3), BITFRAME_UNMANAGED);
    cr_expect_eq(bitframe_alloc_at(&pool, GIB, 0), BITFRAME_INVALID);
}

Test(pool_run, up_to_2_to_the_64)
{
    begin();
    add(BITFRAME_MAP_RAM, 0 - 4 * MIB, 4 * MIB);
    make();
    uint64_t pa = 0;
    cr_assert_eq(alloc_run(1, 0, 0, BITFRAME_HIGHEST, &pa), BITFRAME_OK);
    cr_expect_eq(pa, 0 - FRAME);
    cr_assert_eq(bitframe_free(&pool, pa), BITFRAME_OK);
    cr_assert_eq(bitframe_reserve(&pool, 0 - MIB, MIB), BITFRAME_OK);
    cr_expect_eq(bitframe_get_free_frames(&pool), 3 * MIB / FRAME);
    cr_assert_eq(alloc_run(1, 0, 0, BITFRAME_HIGHEST, &pa), BITFRAME_OK);
    cr_expect_eq(pa, 0 - MIB - FRAME);
    ASSERT_SOUND(&pool);
}

Test(pool_reserve, table)
{
    begin();
    add(BITFRAME_MAP_RAM, FRAME, 64 * MIB);
    make();
    cr_assert_eq(bitframe_reserve(&pool, 8 * FRAME, FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_reserve(&pool, 9 * FRAME, FRAME), BITFRAME_OK);
    cr_expect_eq(pool.reserved_count, 1, "what touches is one");
    cr_assert_eq(bitframe_reserve(&pool, 0, 2 * FRAME), BITFRAME_OK);
    cr_expect_eq(pool.reserved_count, 2);
    ASSERT_SOUND(&pool);
    cr_expect_eq(bitframe_unreserve(&pool, 0, 10 * FRAME), BITFRAME_NOT_RESERVED);
    cr_assert_eq(bitframe_unreserve(&pool, 0, 2 * FRAME), BITFRAME_OK);
    cr_expect_eq(pool.reserved_count, 1);
    ASSERT_SOUND(&pool);
}

Test(pool_reserve, overhang_leaves_nothing_behind)
{
    begin();
    for (uint64_t i = 1; i <= 20; i++)
        add(BITFRAME_MAP_RAM, i * 1024 * FRAME, 512 * FRAME);
    make();
    for (uint64_t i = 1; i <= 20; i++) {
        uint64_t end = (i * 1024 + 512) * FRAME;
        cr_assert_eq(bitframe_reserve(&pool, end - FRAME, 3 * FRAME), BITFRAME_OK);
        cr_assert_eq(bitframe_unreserve(&pool, end - FRAME, FRAME), BITFRAME_OK);
        cr_expect_eq(pool.reserved_count, 0);
    }
    ASSERT_SOUND(&pool);
}

static _Alignas(4096) char memory[8 * 4096];

Test(pool_run, zeroed_through_the_linear_map)
{
    const struct bitframe_platform platform = {.linear_map_base = (uint64_t)(uintptr_t)memory - GIB};
    cr_assert_eq(bitframe_set_platform(&platform), BITFRAME_OK);
    begin();
    add(BITFRAME_MAP_RAM, GIB, sizeof(memory));
    make();
    memset(memory, 0xA5, sizeof(memory));
    uint64_t pa = 0;
    cr_assert_eq(alloc_run(3, 0, 0, 0, &pa), BITFRAME_OK);
    cr_expect_eq(memory[0], (char)0xA5, "not asked for");
    cr_assert_eq(alloc_run(2, 0, 0, BITFRAME_ZEROED, &pa), BITFRAME_OK);
    cr_expect_eq(pa, GIB + 3 * FRAME);
    for (size_t i = 0; i < sizeof(memory); i++)
        cr_assert_eq(memory[i], i / FRAME == 3 || i / FRAME == 4 ? 0 : (char)0xA5, "byte %zu", i);
}
