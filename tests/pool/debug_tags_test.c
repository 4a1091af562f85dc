/* SPDX-License-Identifier: MIT */
/* debug_tags_test.c - whose an allocated frame is */
#include "debug_pool.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include <bitframe/bulk.h>
#include <bitframe/offline.h>

Test(debug_tags, are_set_and_lost)
{
    make_pool(BITFRAME_DEBUG_TAGS);
    uint64_t pa = bitframe_alloc(&pool);
    cr_expect_eq(bitframe_get_tag(&pool, pa), 0);
    cr_expect_eq(bitframe_set_tag(&pool, pa, 1, BITFRAME_TAG_MAX), BITFRAME_OK);
    cr_expect_eq(bitframe_get_tag(&pool, pa), BITFRAME_TAG_MAX);
    cr_expect_eq(bitframe_get_tag(&pool, pa + FRAME - 1), BITFRAME_TAG_MAX);
    cr_expect_eq(bitframe_get_tag(&pool, pa + FRAME), 0);
    cr_expect_eq(bitframe_set_tag(&pool, pa, 1, 0), BITFRAME_OK);
    cr_expect_eq(bitframe_get_tag(&pool, pa), 0);
    for (size_t i = 0; i < COUNT(ways_to_free); i++) {
        for (uint32_t flags = BITFRAME_DEBUG_TAGS; flags <= BOTH; flags++) {
            make_pool(flags);
            ways_to_free[i].go(pa_of(0), 100);
            cr_expect_eq(bitframe_get_tag(&pool, pa_of(3)), 0, "way %zu, free", i);
            by_alloc(pa_of(0), 4);
            cr_expect_eq(bitframe_get_tag(&pool, pa_of(3)), 0, "way %zu, another's", i);
        }
    }
    cr_expect_eq(bitframe_get_tag(&pool, 0), 0);
    cr_expect_eq(bitframe_get_tag(&pool, pa_of(0) - 1), 0);
    cr_expect_eq(bitframe_get_tag(&pool, pa_of(FRAMES)), 0);
    cr_expect_eq(bitframe_get_tag(&pool, UINT64_MAX), 0);
}

Test(debug_tags, current_tag_is_that_of_every_alloc)
{
    for (size_t i = 0; i < COUNT(ways_to_alloc); i++) {
        make_pool(BOTH);
        cr_assert_eq(bitframe_set_current_tag(&pool, TASKS), 0);
        ways_to_alloc[i](pa_of(0), 100);
        uint32_t tag = ways_to_alloc[i] == by_reserve ? 0 : TASKS;
        cr_assert_eq(bitframe_get_tag(&pool, pa_of(0)), tag, "way %zu", i);
        cr_assert_eq(bitframe_get_tag(&pool, pa_of(99)), tag, "way %zu", i);
        cr_assert_eq(bitframe_get_tag(&pool, pa_of(100)), 0, "way %zu", i);
    }
    cr_assert_eq(bitframe_set_current_tag(&pool, BITFRAME_TAG_MAX), TASKS);
    cr_assert_eq(bitframe_set_current_tag(&pool, BITFRAME_TAG_MAX + 1), BITFRAME_TAG_MAX);
    cr_assert_eq(bitframe_set_current_tag(&pool, BITFRAME_TAG_ANY), BITFRAME_TAG_MAX,
                 "none of these is a tag");
    cr_assert_eq(bitframe_set_current_tag(&pool, 0), BITFRAME_TAG_MAX);
    cr_assert_eq(bitframe_set_current_tag(&pool, 0), 0);

    /* What an allocation finds allocated keeps its tag. */
    make_pool(BOTH);
    by_claim(pa_of(10), 10);
    cr_assert_eq(bitframe_set_tag(&pool, pa_of(10), 10, TABLES), BITFRAME_OK);
    bitframe_set_current_tag(&pool, TASKS);
    cr_assert_eq(bitframe_alloc_range(&pool, pa_of(0), pa_of(30)), 20);
    for (uint64_t i = 0; i < 30; i++)
        cr_assert_eq(bitframe_get_tag(&pool, pa_of(i)), i / 10 == 1 ? TABLES : TASKS);
}

Test(debug_tags, refusals_change_nothing)
{
    make_pool(BOTH);
    by_claim(pa_of(0), 100);
    cr_assert_eq(bitframe_set_tag(&pool, pa_of(0), 100, TASKS), BITFRAME_OK);
    cr_assert_eq(bitframe_free(&pool, pa_of(50)), BITFRAME_OK);
    cr_assert_eq(bitframe_reserve(&pool, pa_of(100), 5 * FRAME), BITFRAME_OK);
    static uint32_t before[BITS];
    copy_storage(before);
    const struct {
        uint64_t pa, frames;
        uint32_t tag;
        enum bitframe_status status;
    } cases[] = {
        {pa_of(50), 1, 1, BITFRAME_DOUBLE_FREE},
        {pa_of(50), 1, 0, BITFRAME_DOUBLE_FREE},
        {pa_of(45), 6, 1, BITFRAME_DOUBLE_FREE},
        {pa_of(50), 6, 1, BITFRAME_DOUBLE_FREE},
        {pa_of(110), 1, 1, BITFRAME_DOUBLE_FREE}, /* never allocated */
        {pa_of(99), 2, 1, BITFRAME_RESERVED},
        {pa_of(45), 60, 1, BITFRAME_RESERVED}, /* before what is free */
        {pa_of(0) + 1, 1, 1, BITFRAME_MISALIGNED},
        {pa_of(100) + 1, 1, 1, BITFRAME_MISALIGNED}, /* before what is reserved */
        {pa_of(0) - FRAME, 2, 1, BITFRAME_UNMANAGED},
        {pa_of(0), FRAMES + 1, 1, BITFRAME_UNMANAGED},
        {pa_of(0), UINT64_MAX, 1, BITFRAME_UNMANAGED},
        {pa_of(FRAMES) + 1, 1, 1, BITFRAME_UNMANAGED}, /* before what is misaligned */
        {UINT64_MAX, 1, 1, BITFRAME_UNMANAGED},
        {pa_of(0), 0, 1, BITFRAME_INVALID},
        {pa_of(0), 1, BITFRAME_TAG_MAX + 1, BITFRAME_INVALID},
        {pa_of(0), 1, BITFRAME_TAG_ANY, BITFRAME_INVALID},
        {0, 1, BITFRAME_TAG_ANY, BITFRAME_INVALID}, /* before what is not the pool's */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect_eq(bitframe_set_tag(&pool, cases[i].pa, cases[i].frames, cases[i].tag), cases[i].status,
                     "case %zu", i);
        expect_storage(before);
    }
}

Test(debug_leaks, by_tag)
{
    /* Two spans with a hole between them, and a reservation. */
    struct bitframe_map_range ranges[4];
    struct bitframe_map map;
    declare_memory();
    cr_assert_eq(bitframe_map_init(&map, ranges, COUNT(ranges)), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, pa_of(0), 100 * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, pa_of(103), 100 * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RESERVED, pa_of(150), 3 * FRAME), BITFRAME_OK);
    guarded_pool(&pool, &metadata, &map);
    by_claim(pa_of(199), 2);
    start(&pool, BOTH);

    bitframe_set_current_tag(&pool, TASKS);
    by_alloc(pa_of(0), 100);
    by_alloc(pa_of(103), 47);
    by_alloc(pa_of(153), 1);
    cr_assert_eq(bitframe_set_tag(&pool, pa_of(20), 5, TABLES), BITFRAME_OK);
    cr_assert_eq(bitframe_free(&pool, pa_of(60)), BITFRAME_OK);
    cr_assert_eq(bitframe_set_tag(&pool, pa_of(99), 1, 0), BITFRAME_OK);

    uint64_t frame = 0;
    expect_run(TASKS, &frame, 0, 20, TASKS);
    expect_run(TASKS, &frame, 25, 35, TASKS);
    expect_run(TASKS, &frame, 61, 38, TASKS);
    expect_run(TASKS, &frame, 103, 47, TASKS);
    expect_run(TASKS, &frame, 153, 1, TASKS);
    expect_no_run(TASKS, &frame);
    frame = FIRST + 30; /* in the middle */
    expect_run(TASKS, &frame, 30, 30, TASKS);
    frame = 0;
    expect_run(TABLES, &frame, 20, 5, TABLES);
    expect_no_run(TABLES, &frame);
    frame = 0;
    expect_run(0, &frame, 99, 1, 0);
    expect_run(0, &frame, 199, 2, 0);
    expect_no_run(0, &frame);
    frame = 0;
    expect_no_run(TASKS + TABLES, &frame);
    frame = UINT64_MAX;
    expect_no_run(BITFRAME_TAG_ANY, &frame);
    frame = 0;
    expect_run(BITFRAME_TAG_ANY, &frame, 0, 20, TASKS);
    expect_run(BITFRAME_TAG_ANY, &frame, 20, 5, TABLES);
    expect_run(BITFRAME_TAG_ANY, &frame, 25, 35, TASKS);
    expect_run(BITFRAME_TAG_ANY, &frame, 61, 38, TASKS);
    expect_run(BITFRAME_TAG_ANY, &frame, 99, 1, 0);
    expect_run(BITFRAME_TAG_ANY, &frame, 103, 47, TASKS);
    expect_run(BITFRAME_TAG_ANY, &frame, 153, 1, TASKS);
    expect_run(BITFRAME_TAG_ANY, &frame, 199, 2, 0);
    expect_no_run(BITFRAME_TAG_ANY, &frame);

    const struct bitframe_tag_total expected[] = {{0, 2, 3}, {TASKS, 5, 141}, {TABLES, 1, 5}};
    struct bitframe_tag_total total;
    uint32_t tag = 0;
    for (size_t i = 0; i < COUNT(expected); i++) {
        cr_assert(bitframe_tags_next(&pool, &tag, &total));
        cr_assert_eq(total.tag, expected[i].tag);
        cr_assert_eq(total.runs, expected[i].runs);
        cr_assert_eq(total.frames, expected[i].frames);
        cr_assert_eq(tag, expected[i].tag + 1);
    }
    cr_assert(!bitframe_tags_next(&pool, &tag, &total));
    tag = TABLES;
    cr_assert(bitframe_tags_next(&pool, &tag, &total));
    cr_assert_eq(total.tag, TABLES);
}

Test(debug_leaks, offline_frames_are_nobodys_and_not_touched)
{
    struct guarded words = {0};
    struct bitframe_offline_range record;
    uint64_t pas[2] = {pa_of(16), pa_of(17)}, count, frame = 0;
    make_pool(BOTH);
    uint64_t *bits = guarded_offline_words(&words, pa_of(10), 10 * FRAME, &count);
    by_free_run(pa_of(10), 5);
    bitframe_set_current_tag(&pool, TASKS);
    by_claim(pa_of(15), 5);

    /* Frames 10 to 19 fail: 5 are free, 5 in use. Nobody may read or write them. */
    cr_assert_eq(mprotect(memory + 10 * FRAME, 10 * FRAME, PROT_NONE), 0);
    cr_assert_eq(bitframe_set_offline(&pool, &record, pa_of(10), 10 * FRAME, bits, count), BITFRAME_OK);
    cr_assert_eq(bitframe_get_tag(&pool, pa_of(10)), 0);
    cr_assert_eq(bitframe_get_tag(&pool, pa_of(15)), TASKS, "its owner's still");
    cr_assert_eq(bitframe_set_tag(&pool, pa_of(14), 2, TABLES), BITFRAME_OFFLINE);
    cr_assert_eq(bitframe_set_tag(&pool, pa_of(18), 1, TABLES), BITFRAME_OK);
    cr_assert_eq(bitframe_free(&pool, pa_of(15)), BITFRAME_OK);
    cr_assert_eq(bitframe_free_bulk(&pool, pas, 2, 0, &count), BITFRAME_OK);
    expect_run(BITFRAME_TAG_ANY, &frame, 18, 1, TABLES);
    expect_run(BITFRAME_TAG_ANY, &frame, 19, 1, TASKS);
    expect_no_run(BITFRAME_TAG_ANY, &frame);
    cr_assert_eq(bitframe_free_run(&pool, pa_of(18), 2), BITFRAME_OK);
    frame = 0;
    expect_no_run(BITFRAME_TAG_ANY, &frame);
    cr_assert_eq(bitframe_debug_sweep(&pool), 0);
    cr_assert_eq(bitframe_alloc(&pool), pa_of(0));
    cr_assert_eq(bitframe_get_tag(&pool, pa_of(0)), TASKS, "the current tag is what it was");

    /* Others take their place, and they come back as any frame that becomes free. */
    cr_assert_eq(mprotect(memory + 10 * FRAME, 10 * FRAME, PROT_READ | PROT_WRITE), 0);
    memset(memory + 10 * FRAME, 0, 10 * FRAME);
    cr_assert_eq(bitframe_set_online(&pool, &record), BITFRAME_OK);
    for (uint64_t i = 10; i < 20; i++)
        cr_assert(holds_pattern(pa_of(i)));
    memory[19 * FRAME] ^= 1;
    by_alloc_range(pa_of(10), 10);
    cr_assert_eq(reports, 1);
    cr_assert_eq(report.pa, pa_of(19));
    cr_assert_eq(report.tag, 0);
    ASSERT_SOUND(&pool);
}
