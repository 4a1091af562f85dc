/* SPDX-License-Identifier: MIT */
/* offline_records_test.c - records of offline ranges: what they say, and what becomes of them */
#include <string.h>

#include <bitframe/adopt.h>
#include <bitframe/extend.h>

#include "offline_pools.h"

Test(offline, reads_what_is_still_in_use)
{
    make_pool();
    const uint64_t allocated[][2] = {{BASE, 64}, {BASE + 65, 1}, {RESERVED - 2, 2}, {BEHIND, 130}};
    for (size_t i = 0; i < COUNT(allocated); i++)
        cr_assert_eq(bitframe_alloc_at(pool, allocated[i][0] * FRAME, allocated[i][1]), BITFRAME_OK);
    cr_assert_eq(offline(0, BASE + 1, END - BASE), BITFRAME_OK);
    const uint64_t expected[][2] = {{BASE + 1, 63}, {BASE + 65, 1}, {RESERVED - 2, 2}, {BEHIND, 130}};
    uint64_t frame = 0;
    struct bitframe_map_run run = {0};
    for (size_t i = 0; i < COUNT(expected); i++) {
        cr_assert(bitframe_offline_next(pool, record, &frame, &run));
        cr_expect_eq(run.first_pa, expected[i][0] * FRAME, "%zu", i);
        cr_expect_eq(run.frames, expected[i][1], "%zu", i);
        cr_expect_eq(frame, expected[i][0] + expected[i][1], "%zu", i);
    }
    cr_expect_not(bitframe_offline_next(pool, record, &frame, &run));
    cr_expect_eq(run.frames, 130, "untouched");
    frame = BEHIND + 100;
    cr_assert(bitframe_offline_next(pool, record, &frame, &run));
    cr_expect_eq(run.first_pa, (BEHIND + 100) * FRAME, "from within a run");
    cr_expect_eq(run.frames, 30);

    /* A kernel that frees what it reads is done in one pass. */
    frame = 0;
    while (bitframe_offline_next(pool, record, &frame, &run))
        cr_assert_eq(bitframe_free_run(pool, run.first_pa, run.frames), BITFRAME_OK);
    assert_counts(0, TOTAL - RESERVED_FRAMES - 1, 0);
    frame = 0;
    cr_expect_not(bitframe_offline_next(pool, record, &frame, &run));
}

Test(offline, empty_records)
{
    make_pool();
    const uint64_t ranges[][2] = {
        {BASE * FRAME, 0}, {HOLE * FRAME, (BEHIND - HOLE) * FRAME}, {FRAME, FRAME}, {END * FRAME, 1}, {0, 0}};
    struct bitframe_offline_range empty = {0};
    struct bitframe_map_run run;
    uint64_t frame = 0;
    for (size_t i = 0; i < COUNT(ranges); i++) {
        memset(record, 0x5A, sizeof(*record));
        cr_assert_eq(bitframe_set_offline(pool, record, ranges[i][0], ranges[i][1], make_words(0, 0), 0),
                     BITFRAME_OK);
        assert_counts(TOTAL - RESERVED_FRAMES, 0, 0);
        cr_expect_not(bitframe_offline_next(pool, record, &frame, &run));
        cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    }
    cr_expect_eq(bitframe_set_online(pool, &empty), BITFRAME_OK);
    cr_assert_eq(offline(0, BASE, 1), BITFRAME_OK);
    cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_OK, "it is empty by now");
    assert_counts(TOTAL - RESERVED_FRAMES, 0, 0);
}

Test(offline, only_reserved_frames)
{
    make_pool();
    cr_assert_eq(offline(0, RESERVED, RESERVED_FRAMES), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES, 0, 0);
    cr_expect_eq(offline(1, RESERVED + 1, 1), BITFRAME_OFFLINE, "out of use as any other");
    cr_expect_eq(bitframe_unreserve(pool, RESERVED * FRAME, FRAME), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    cr_expect_eq(bitframe_unreserve(pool, RESERVED * FRAME, RESERVED_FRAMES * FRAME), BITFRAME_OK);
    assert_counts(TOTAL, 0, 0);
}

Test(offline, records_in_any_order)
{
    const uint64_t first[] = {BASE + 600, BASE + 10, BASE + 300};
    for (int order = 0; order < 36; order++) {
        int go[] = {order % 3, order / 3 % 2, 0}, back[] = {order / 6 % 3, order / 18, 0};
        go[1] += go[1] >= go[0];
        go[2] = 3 - go[0] - go[1];
        back[1] += back[1] >= back[0];
        back[2] = 3 - back[0] - back[1];
        make_pool();
        for (int i = 0; i < 3; i++) {
            cr_assert_eq(offline((size_t)go[i], first[go[i]], 10), BITFRAME_OK);
            ASSERT_SOUND(pool);
        }
        cr_assert_eq(bitframe_get_offline_frames(pool), 30);
        for (int i = 0; i < 3; i++) {
            cr_assert_eq(bitframe_set_online(pool, record + back[i]), BITFRAME_OK);
            cr_assert_eq(bitframe_alloc_at(pool, first[back[i]] * FRAME, 10), BITFRAME_OK);
            ASSERT_SOUND(pool);
        }
        cr_assert_eq(bitframe_get_offline_frames(pool), 0);
    }
}

Test(offline, init_forgets_records)
{
    make_pool();
    cr_assert_eq(offline(0, BASE, 100), BITFRAME_OK);
    guarded_plain_pool(pool, &metadata, BASE * FRAME, 200 * FRAME);
    memset(record, 0x5A, sizeof(*record));
    ASSERT_SOUND(pool);
    cr_expect_eq(bitframe_get_offline_frames(pool), 0);
    cr_expect_eq(exhaust(0, 0), 200);
}

Test(offline, works_at_another_address)
{
    /* Pool, records, their words and the metadata are one block of memory, mapped twice. */
    struct kernel_memory {
        struct world world;
        uint64_t words[2][1];
        _Alignas(BITFRAME_METADATA_ALIGN) char metadata[];
    };
    const uint64_t metadata_bytes =
        BITFRAME_METADATA_BYTES(BASE << BITFRAME_FRAME_SHIFT, 64 << BITFRAME_FRAME_SHIFT);
    const uint64_t bytes = sizeof(struct kernel_memory) + metadata_bytes;
    char *at[2];
    guarded_open_twice(at, bytes, BITFRAME_METADATA_ALIGN);
    struct kernel_memory *low = (struct kernel_memory *)(void *)at[0];
    struct kernel_memory *high = (struct kernel_memory *)(void *)at[1];
    cr_assert_eq(bitframe_init(&low->world.pool, BASE * FRAME, 64 * FRAME, low->metadata, metadata_bytes),
                 BITFRAME_OK);
    for (int i = 0; i < 20; i++)
        bitframe_alloc(&low->world.pool);
    for (uint64_t i = 0; i < 2; i++)
        cr_assert_eq(bitframe_set_offline(&low->world.pool, low->world.records + i,
                                          (BASE + 10 + 30 * i) * FRAME, 20 * FRAME, low->words[i], 1),
                     BITFRAME_OK);
    guarded_close(at[0], bytes);
    struct bitframe *moved = &high->world.pool;
    cr_assert_eq(bitframe_check(moved), BITFRAME_SOUND);
    cr_expect_eq(bitframe_free_run(moved, BASE * FRAME, 20), BITFRAME_OK);
    cr_expect_eq(bitframe_get_offline_frames(moved), 40);
    cr_expect_eq(bitframe_set_online(moved, high->world.records + 1), BITFRAME_OK);
    cr_expect_eq(bitframe_set_online(moved, high->world.records), BITFRAME_OK);
    cr_expect_eq(bitframe_get_free_frames(moved), 64);
    cr_expect_eq(bitframe_check(moved), BITFRAME_SOUND);
    guarded_close(at[1], bytes);
}

Test(offline, stays_so_while_the_pool_grows)
{
    struct guarded longer = {0};
    struct bitframe_map_range ranges[8];
    struct bitframe_map map;
    uint64_t bytes = 7;
    make_pool();
    cr_assert_eq(bitframe_alloc_at(pool, (HOLE - 4) * FRAME, 4), BITFRAME_OK);
    cr_assert_eq(offline(0, HOLE - 10, BEHIND - HOLE + 20), BITFRAME_OK);
    cr_assert_eq(offline(1, END - 10, 20), BITFRAME_OK);
    cr_assert_eq(bitframe_map_init(&map, ranges, COUNT(ranges)), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, BASE * FRAME, (END + 1000 - BASE) * FRAME),
                 BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_HOLE, (HOLE + 1) * FRAME, (BEHIND - HOLE - 1) * FRAME),
                 BITFRAME_OK);
    copy_contents(&before);
    cr_expect_eq(bitframe_get_extend_bytes(pool, &map, &bytes), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_extend(pool, &map, guarded_renew(&longer, 64, BITFRAME_METADATA_ALIGN), UINT64_MAX),
                 BITFRAME_OFFLINE, "a frame of the hole");
    expect_unchanged();
    cr_expect_eq(bytes, 7);

    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_HOLE, HOLE * FRAME, FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_get_extend_bytes(pool, &map, &bytes), BITFRAME_OK);
    guarded_renew(&longer, bytes, BITFRAME_METADATA_ALIGN);
    cr_assert_eq(bitframe_extend(pool, &map, longer.memory, bytes), BITFRAME_OK);
    const uint64_t total = TOTAL + 1000;
    assert_counts(total - RESERVED_FRAMES - 30, 26, 4);
    cr_expect_eq(free_frame(END - 1), BITFRAME_OFFLINE);
    cr_expect_eq(free_frame(END), BITFRAME_DOUBLE_FREE, "new, and behind the last that the range had");
    cr_expect_eq(free_frame(HOLE - 1), BITFRAME_OK);
    assert_counts(total - RESERVED_FRAMES - 30, 27, 3);
    cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    cr_expect_eq(bitframe_set_online(pool, record + 1), BITFRAME_OK);
    assert_counts(total - RESERVED_FRAMES - 3, 0, 0);
    cr_expect_eq(exhaust(0, 0), total - RESERVED_FRAMES - 3);
}

Test(offline, adopted_pools_know_no_records)
{
    make_pool();
    cr_assert_eq(bitframe_alloc_at(pool, BASE * FRAME, 10), BITFRAME_OK);
    cr_assert_eq(offline(0, BASE + 5, 10), BITFRAME_OK);
    memset(record, 0x5A, sizeof(*record));
    memset(pool, 0x5A, sizeof(*pool));
    cr_assert_eq(bitframe_adopt(pool, metadata.memory, metadata.bytes), BITFRAME_OK);
    memset(record, 0, sizeof(*record));
    assert_counts(TOTAL - RESERVED_FRAMES - 15, 0, 0);
    cr_expect_eq(bitframe_free_run(pool, BASE * FRAME, 15), BITFRAME_OK, "taken, all of them");
}
