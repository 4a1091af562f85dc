/* SPDX-License-Identifier: MIT */
/* offline_test.c - memory that goes offline: where its frames go, and that they come back */
#include <inttypes.h>

#include <bitframe/bulk.h>

#include "layout/locate.h"
#include "layout/tables.h"
#include "offline_pools.h"

Test(offline, free_frames_go_at_once)
{
    make_pool();
    cr_assert_eq(offline(0, BASE, 3), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 3, 3, 0);
    cr_expect_eq(bitframe_get_total_frames(pool), TOTAL);
    cr_expect_eq(bitframe_alloc(pool), (BASE + 3) * FRAME);
    uint64_t pa = 0;
    struct bitframe_request request = {.frames = 1, .max_pa = (BASE + 3) * FRAME};
    cr_expect_eq(bitframe_alloc_run(pool, &request, &pa), BITFRAME_NONE);
    cr_expect_eq(bitframe_alloc_range(pool, 0, (BASE + 3) * FRAME), 0);
    cr_expect_eq(bitframe_alloc_at(pool, BASE * FRAME, 1), BITFRAME_OFFLINE);
    cr_expect_eq(free_frame(BASE), BITFRAME_OFFLINE);
    assert_counts(TOTAL - RESERVED_FRAMES - 4, 3, 0);
    cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 1, 0, 0);
    cr_expect_eq(bitframe_alloc(pool), BASE * FRAME);
}

Test(offline, frames_in_use_go_when_they_are_freed)
{
    make_pool();
    for (int i = 0; i < 4; i++)
        bitframe_alloc(pool);
    cr_assert_eq(offline(0, BASE + 2, 4), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 6, 2, 2);
    cr_expect_eq(bitframe_alloc_at(pool, (BASE + 2) * FRAME, 2), BITFRAME_IN_USE,
                 "these are not offline yet");
    cr_expect_eq(free_frame(BASE + 3), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 6, 3, 1);
    cr_expect_eq(free_frame(BASE + 3), BITFRAME_OFFLINE, "it is offline, and not allocated any more");
    cr_expect_eq(free_frame(BASE + 1), BITFRAME_OK, "beside the range");
    cr_expect_eq(free_frame(BASE + 2), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 5, 4, 0);
    cr_expect_eq(bitframe_alloc(pool), (BASE + 1) * FRAME);
    cr_expect_eq(bitframe_alloc(pool), (BASE + 6) * FRAME);
}

Test(offline, a_part_of_a_frame_is_all_of_it)
{
    make_pool();
    cr_assert_eq(bitframe_set_offline(pool, record, (BASE + 1) * FRAME + FRAME - 1, 2, make_words(0, 1), 1),
                 BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 2, 2, 0);
    cr_expect_eq(bitframe_alloc_at(pool, BASE * FRAME, 1), BITFRAME_OK);
    cr_expect_eq(bitframe_alloc_at(pool, (BASE + 1) * FRAME, 1), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_alloc_at(pool, (BASE + 2) * FRAME, 1), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_alloc_at(pool, (BASE + 3) * FRAME, 1), BITFRAME_OK);
}

/* The gap before the range goes out of use holds it whole, ends in it, begins in it, is all of it. */
Test(offline_regression, a_frame_freed_into_an_offline_range_is_never_handed_out_again)
{
    const struct {
        uint64_t first, frames;
    } ranges[] = {
        {BASE + 100, 700},                     /* inside a gap */
        {BASE, 64},                            /* where it begins */
        {RESERVED - 3, 30},                    /* around the reservation */
        {HOLE - 1, BEHIND - HOLE + 2},         /* around the hole */
        {RESERVED + RESERVED_FRAMES, 20},      /* behind a reservation */
        {BASE, RESERVED - BASE},               /* all of a gap */
        {0, END},                              /* everything */
        {END - 1, UINT64_MAX / FRAME - END},   /* the last */
        {BASE + 511, 1},                       /* a bad page */
        {BASE + 512, BITFRAME_HUGE_FRAMES},    /* a huge one */
        {BASE + 1023, BITFRAME_HUGE_FRAMES},   /* not aligned */
        {BASE + 60, 5 * BITFRAME_HUGE_FRAMES}, /* across huge frames, begins and ends inside words */
    };
    for (size_t i = 0; i < COUNT(ranges); i++) {
        for (int window = 0; window < 4; window++) {
            const uint64_t window_at[] = {BASE, RESERVED + RESERVED_FRAMES, BEHIND, END - 1};
            make_pool();
            cr_assert_eq(exhaust(0, 0), TOTAL - RESERVED_FRAMES);
            cr_assert_eq(free_frame(window_at[window]), BITFRAME_OK);
            cr_assert_eq(bitframe_alloc(pool), window_at[window] * FRAME);

            uint64_t first = ranges[i].first, end = first + ranges[i].frames;
            cr_assert_eq(offline(0, first, ranges[i].frames), BITFRAME_OK);
            uint64_t in_use = bitframe_get_offline_in_use(record);
            assert_counts(0, 0, in_use);
            uint64_t outside = 0;
            for (uint64_t frame = BASE; frame < END; frame++) {
                bool is_reserved = frame - RESERVED < RESERVED_FRAMES;
                if (frame - HOLE < BEHIND - HOLE)
                    continue;
                cr_assert_eq(free_frame(frame), is_reserved ? BITFRAME_RESERVED : BITFRAME_OK, "%" PRIu64,
                             frame);
                outside += !is_reserved && (frame < first || frame >= end);
            }
            assert_counts(outside, in_use, 0);
            cr_assert_eq(in_use + outside, TOTAL - RESERVED_FRAMES);
            cr_assert_eq(exhaust(first, end), outside);
            for (uint64_t frame = BASE; frame < END; frame++) {
                if (frame >= first && frame < end && frame_is_managed(pool, frame) &&
                    !frame_is_reserved(pool, frame))
                    cr_assert_eq(free_frame(frame), BITFRAME_OFFLINE);
            }
            assert_counts(0, in_use, 0);
        }
    }
}

Test(offline_regression, onlining_after_frees_gives_all_back)
{
    make_pool();
    cr_assert_eq(exhaust(0, 0), TOTAL - RESERVED_FRAMES);
    cr_assert_eq(offline(0, BASE + 5, END - BASE - 10), BITFRAME_OK);
    for (uint64_t frame = BASE; frame < END; frame++)
        (void)free_frame(frame);
    assert_counts(10, TOTAL - RESERVED_FRAMES - 10, 0);
    cr_assert_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES, 0, 0);
    cr_expect_eq(free_frame(RESERVED), BITFRAME_RESERVED);
    cr_expect_eq(exhaust(0, 0), TOTAL - RESERVED_FRAMES);
    for (uint64_t frame = BASE; frame < HOLE; frame++)
        cr_assert_eq(free_frame(frame), frame - RESERVED < RESERVED_FRAMES ? BITFRAME_RESERVED : BITFRAME_OK);
    ASSERT_SOUND(pool);
}

Test(offline, online_leaves_in_use_what_is_in_use)
{
    make_pool();
    for (int i = 0; i < 300; i++)
        bitframe_alloc(pool);
    for (uint64_t i = 0; i < 300; i += 3)
        cr_assert_eq(free_frame(BASE + i), BITFRAME_OK);
    cr_assert_eq(offline(0, BASE + 30, 240), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 200 - 80, 80, 160);
    for (uint64_t i = 31; i < 31 + 30; i += 3)
        cr_assert_eq(free_frame(BASE + i), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 200 - 80, 90, 150);
    cr_assert_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 200 + 10, 0, 0);
    for (uint64_t i = 0; i < 300; i++) {
        bool is_allocated = i % 3 != 0 && !(i % 3 == 1 && i >= 31 && i < 61);
        cr_assert_eq(free_frame(BASE + i), is_allocated ? BITFRAME_OK : BITFRAME_DOUBLE_FREE, "%" PRIu64, i);
    }
    assert_counts(TOTAL - RESERVED_FRAMES, 0, 0);
}

Test(offline, free_run_puts_each_frame_where_it_belongs)
{
    make_pool();
    cr_assert_eq(bitframe_alloc_at(pool, BASE * FRAME, 1000), BITFRAME_OK);
    cr_assert_eq(offline(0, BASE + 100, 100), BITFRAME_OK);
    cr_assert_eq(offline(1, BASE + 300, 100), BITFRAME_OK);
    cr_assert_eq(offline(2, BASE + 200, 1), BITFRAME_OK);
    cr_expect_eq(bitframe_free_run(pool, (BASE + 50) * FRAME, 300), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 1000 + 50 + 99, 151, 0);
    cr_expect_eq(bitframe_get_offline_in_use(record + 1), 50);
    cr_expect_eq(bitframe_get_offline_in_use(record + 2), 0);

    /* One frame that is offline already spoils a run, and so does one that is free. */
    copy_contents(&before);
    cr_expect_eq(bitframe_free_run(pool, (BASE + 349) * FRAME, 100), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_free_run(pool, (BASE + 49) * FRAME, 52), BITFRAME_OFFLINE, "before double free");
    cr_expect_eq(bitframe_free_run(pool, (BASE + 49) * FRAME, 2), BITFRAME_DOUBLE_FREE);
    expect_unchanged();
    cr_expect_eq(bitframe_free_run(pool, (BASE + 350) * FRAME, 50), BITFRAME_OK, "wholly inside");
    cr_expect_eq(bitframe_free_run(pool, (BASE + 400) * FRAME, 600), BITFRAME_OK, "wholly outside");
    cr_expect_eq(bitframe_free_run(pool, BASE * FRAME, 50), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 201, 201, 0);
    for (int i = 0; i < 3; i++)
        cr_expect_eq(bitframe_set_online(pool, record + i), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES, 0, 0);
}

Test(offline, bulk_calls_all_or_none)
{
    make_pool();
    cr_assert_eq(bitframe_alloc_at(pool, BASE * FRAME, 200), BITFRAME_OK);
    cr_assert_eq(offline(0, BASE + 60, 100), BITFRAME_OK);
    uint64_t pas[201], count;
    for (uint64_t i = 0; i < 200; i++)
        pas[i] = (BASE + i) * FRAME;
    pas[200] = pas[100];
    cr_expect_eq(bitframe_free_bulk(pool, pas, 201, 0, &count), BITFRAME_OFFLINE, "one of them twice");
    cr_expect_eq(count, 0);
    assert_counts(TOTAL - RESERVED_FRAMES - 200, 0, 100);
    for (uint64_t i = 0; i < 200; i++)
        cr_assert_eq(bitframe_alloc_at(pool, pas[i], 1), BITFRAME_IN_USE, "as it was");
    cr_expect_eq(bitframe_free_bulk(pool, pas, 201, BITFRAME_PARTIAL, &count), BITFRAME_OFFLINE);
    cr_expect_eq(count, 200);
    assert_counts(TOTAL - RESERVED_FRAMES - 100, 100, 0);
    struct bitframe_request request = {.frames = 200};
    cr_assert_eq(bitframe_alloc_bulk(pool, &request, pas, &count), BITFRAME_OK);
    for (uint64_t i = 0; i < 200; i++)
        cr_assert_eq(pas[i], (BASE + i + (i < 60 ? 0 : 100)) * FRAME);
    cr_expect_eq(bitframe_free_bulk(pool, pas, 200, 0, &count), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 100, 100, 0);
}

Test(offline, keeps_2_mib_and_1_gib_from_being_whole)
{
    struct bitframe_request block = {.frames = GIB / FRAME, .align = GIB};
    uint64_t pa = 0;
    guarded_plain_pool(pool, &metadata, GIB, 2 * GIB);
    cr_assert_eq(offline(0, GIB / FRAME + 700, 1), BITFRAME_OK);
    assert_counts(2 * GIB / FRAME - 1, 1, 0);
    cr_assert_eq(bitframe_alloc_run(pool, &block, &pa), BITFRAME_OK);
    cr_expect_eq(pa, 2 * GIB);
    cr_expect_eq(bitframe_alloc_run(pool, &block, &pa), BITFRAME_NONE);
    cr_assert_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    ASSERT_SOUND(pool);
    cr_expect_eq(bitframe_alloc_run(pool, &block, &pa), BITFRAME_OK);
    cr_expect_eq(pa, GIB);
}

Test(offline, up_to_2_to_the_64)
{
    uint64_t first_pa = 0 - 3 * FRAME;
    guarded_plain_pool(pool, &metadata, first_pa, 3 * FRAME);
    uint64_t *one = make_words(0, 1);
    cr_expect_eq(bitframe_set_offline(pool, record, 0 - FRAME, FRAME + 1, one, 1), BITFRAME_INVALID);
    cr_assert_eq(bitframe_set_offline(pool, record, 0 - FRAME, FRAME, one, 1), BITFRAME_OK);
    assert_counts(2, 1, 0);
    cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    cr_assert_eq(bitframe_set_offline(pool, record, 0, UINT64_MAX, one, 1), BITFRAME_OK,
                 "one word is enough for the frames that the pool has");
    assert_counts(0, 3, 0);
}
