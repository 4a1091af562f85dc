/* SPDX-License-Identifier: MIT */
/* pool_map_test.c - pools made from maps, runs and reservations at their ends */
#include <string.h>

#include <bitframe/platform.h>

#include "pool_maps.h"

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
