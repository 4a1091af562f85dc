/* SPDX-License-Identifier: MIT */
/* offline_refusals_test.c - what is refused of offline ranges; each refusal changes nothing */
#include <string.h>

#include <bitframe/bulk.h>

#include "offline_pools.h"

Test(offline, refuses_bad_arguments)
{
    make_pool();
    cr_assert_eq(offline(1, BASE + 10, 10), BITFRAME_OK);
    uint64_t *one = make_words(0, 1);
    copy_contents(&before);
    cr_expect_eq(bitframe_set_offline(NULL, record, BASE * FRAME, FRAME, one, 1), BITFRAME_INVALID);
    cr_expect_eq(bitframe_set_offline(pool, NULL, BASE * FRAME, FRAME, one, 1), BITFRAME_INVALID);
    cr_expect_eq(bitframe_set_offline(pool, record, BASE * FRAME, FRAME, NULL, 1), BITFRAME_INVALID);
    for (uintptr_t off = 1; off < sizeof(*one); off++)
        cr_expect_eq(bitframe_set_offline(pool, record, BASE * FRAME, FRAME,
                                          (uint64_t *)(void *)((uintptr_t)one + off), 1),
                     BITFRAME_INVALID, "words misaligned by %zu", (size_t)off);
    cr_expect_eq(bitframe_set_offline(pool, record, BASE * FRAME, 0 - BASE * FRAME + 1, one, 1),
                 BITFRAME_INVALID, "wraps");
    cr_expect_eq(bitframe_set_offline(pool, record + 1, BASE * FRAME, FRAME, one, 1), BITFRAME_INVALID,
                 "the record of a range that is out of use");
    cr_expect_eq(bitframe_set_offline(pool, record + 1, BASE * FRAME, 0, one, 1), BITFRAME_INVALID,
                 "even for nothing");
    cr_expect_eq(bitframe_set_offline(pool, record + 1, (BASE + 10) * FRAME, FRAME, one, 0), BITFRAME_INVALID,
                 "invalid comes before offline and no room");
    cr_expect_eq(bitframe_set_online(NULL, record + 1), BITFRAME_INVALID);
    cr_expect_eq(bitframe_set_online(pool, NULL), BITFRAME_INVALID);
    cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_INVALID, "never was out of use");
    expect_unchanged();
}

Test(offline, refuses_what_is_out_of_use_already)
{
    make_pool();
    cr_assert_eq(offline(0, BASE + 10, 10), BITFRAME_OK);
    cr_assert_eq(offline(1, HOLE - 10, BEHIND - HOLE + 20), BITFRAME_OK);
    uint64_t *none = make_words(2, 0);
    copy_contents(&before);
    const struct {
        uint64_t first, frames;
    } ranges[] = {
        {BASE + 10, 10}, {BASE + 19, 1},  {BASE + 10, 1}, {BASE, 11},  {BASE + 19, 99},
        {BASE + 12, 3},  {BASE, 500},     {HOLE - 1, 1},  {BEHIND, 1}, {BEHIND - 9, 10},
        {HOLE - 99, 90}, {BEHIND + 9, 1}, {HOLE - 2, 10}, {0, END},
    };
    for (size_t i = 0; i < COUNT(ranges); i++)
        cr_expect_eq(bitframe_set_offline(pool, record + 2, ranges[i].first * FRAME, ranges[i].frames * FRAME,
                                          none, 0),
                     BITFRAME_OFFLINE, "%zu, and before no room", i);
    expect_unchanged();
    cr_expect_eq(offline(2, BASE + 20, HOLE - 10 - BASE - 20), BITFRAME_OK, "just between the two");
    ASSERT_SOUND(pool);
}

Test(offline, refuses_too_few_words)
{
    const struct {
        uint64_t first, frames, words;
    } ranges[] = {
        {BASE, 1, 1},      {BASE, 64, 1},      {BASE, 65, 2},         {BASE + 63, 1, 1},
        {BASE + 63, 2, 2}, {BASE + 1, 128, 3}, {BASE + 64, 4096, 64}, {BASE + 65, 4096, 65},
    };
    make_pool();
    for (size_t i = 0; i < COUNT(ranges); i++) {
        uint64_t pa = ranges[i].first * FRAME, bytes = ranges[i].frames * FRAME;
        cr_expect_eq(BITFRAME_OFFLINE_WORDS(pa, bytes), ranges[i].words);
        cr_expect_eq(BITFRAME_OFFLINE_WORDS(pa + FRAME - 1, bytes - FRAME + 1), ranges[i].words);
        uint64_t *bits = make_words(0, ranges[i].words);
        copy_contents(&before);
        cr_expect_eq(bitframe_set_offline(pool, record, pa, bytes, bits, ranges[i].words - 1),
                     BITFRAME_NO_ROOM);
        expect_unchanged();
        cr_assert_eq(bitframe_set_offline(pool, record, pa, bytes, bits, ranges[i].words), BITFRAME_OK);
        ASSERT_SOUND(pool);
        cr_assert_eq(bitframe_set_online(pool, record), BITFRAME_OK);
        assert_counts(TOTAL - RESERVED_FRAMES, 0, 0);
    }
    static uint64_t
        constant[BITFRAME_OFFLINE_WORDS(BASE << BITFRAME_FRAME_SHIFT, 65 << BITFRAME_FRAME_SHIFT)];
    cr_expect_eq(COUNT(constant), 2);
}

Test(offline, what_other_calls_refuse_and_in_which_order)
{
    make_pool();
    cr_assert_eq(bitframe_alloc_at(pool, (RESERVED - 20) * FRAME, 10), BITFRAME_OK);
    cr_assert_eq(offline(0, RESERVED - 15, 30), BITFRAME_OK); /* 5 in use, 5 reserved, 20 offline */
    assert_counts(TOTAL - RESERVED_FRAMES - 10 - 20, 20, 5);
    uint64_t allocated = (RESERVED - 20) * FRAME, gone = (RESERVED - 10) * FRAME;
    copy_contents(&before);

    cr_expect_eq(bitframe_alloc_at(pool, gone, 0), BITFRAME_INVALID);
    cr_expect_eq(bitframe_alloc_at(pool, gone, END), BITFRAME_UNMANAGED);
    cr_expect_eq(bitframe_alloc_at(pool, gone + 1, 1), BITFRAME_MISALIGNED);
    cr_expect_eq(bitframe_alloc_at(pool, gone, 11), BITFRAME_RESERVED, "reserved before offline");
    cr_expect_eq(bitframe_alloc_at(pool, allocated, 11), BITFRAME_OFFLINE, "offline before in use");
    cr_expect_eq(bitframe_alloc_at(pool, allocated, 10), BITFRAME_IN_USE);

    cr_expect_eq(bitframe_free_run(pool, gone, 0), BITFRAME_INVALID);
    cr_expect_eq(bitframe_free_run(pool, gone, END), BITFRAME_UNMANAGED);
    cr_expect_eq(bitframe_free_run(pool, gone + 1, 1), BITFRAME_MISALIGNED);
    cr_expect_eq(bitframe_free_run(pool, gone, 11), BITFRAME_RESERVED, "reserved before offline");
    cr_expect_eq(bitframe_free_run(pool, allocated - FRAME, 12), BITFRAME_OFFLINE,
                 "offline before double free");
    cr_expect_eq(bitframe_free_run(pool, allocated - FRAME, 11), BITFRAME_DOUBLE_FREE);

    cr_expect_eq(bitframe_free(pool, gone + 1), BITFRAME_MISALIGNED);
    cr_expect_eq(bitframe_free(pool, RESERVED * FRAME), BITFRAME_RESERVED);
    cr_expect_eq(bitframe_free(pool, gone), BITFRAME_OFFLINE);

    cr_expect_eq(bitframe_reserve(pool, gone, 0 - gone + 1), BITFRAME_INVALID);
    cr_expect_eq(bitframe_reserve(pool, gone, FRAME), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_reserve(pool, allocated, 6 * FRAME), BITFRAME_OFFLINE, "offline before in use");
    cr_expect_eq(bitframe_reserve(pool, allocated, 5 * FRAME), BITFRAME_IN_USE);
    cr_expect_eq(bitframe_reserve(pool, RESERVED * FRAME, FRAME), BITFRAME_OFFLINE, "reserved already");
    cr_expect_eq(bitframe_reserve(pool, gone, 0), BITFRAME_OK);

    cr_expect_eq(bitframe_unreserve(pool, RESERVED * FRAME, 0 - RESERVED * FRAME + 1), BITFRAME_INVALID);
    cr_expect_eq(bitframe_unreserve(pool, RESERVED * FRAME, FRAME), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_unreserve(pool, allocated, 6 * FRAME), BITFRAME_OFFLINE,
                 "offline before not reserved");
    cr_expect_eq(bitframe_unreserve(pool, allocated, 5 * FRAME), BITFRAME_NOT_RESERVED);
    cr_expect_eq(bitframe_unreserve(pool, gone, FRAME - 1), BITFRAME_OK, "no whole frame");
    cr_expect_eq(bitframe_alloc_range(pool, gone, RESERVED * FRAME), 0);
    expect_unchanged();

    cr_expect_eq(bitframe_reserve(pool, (RESERVED + 15) * FRAME, FRAME), BITFRAME_OK,
                 "right behind the range");
    ASSERT_SOUND(pool);
    cr_expect_eq(bitframe_unreserve(pool, (RESERVED + 15) * FRAME, FRAME), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 10 - 20, 20, 5);
}
