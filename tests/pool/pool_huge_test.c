/* SPDX-License-Identifier: MIT */
/* pool_huge_test.c - where the index of huge frames and the cursor's segment matter, which random calls rarely meet */
#include <inttypes.h>

#include "pool_maps.h"

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
    cr_expect_eq(pa, GIB + 2 * MIB, "the cursor's huge frame is not whole");
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

/* Ranges are counted and allocated by the index of huge frames where it knows, a word of it at a time. */
Test(pool_huges, a_frame_missing_anywhere_in_a_range)
{
    const uint64_t first = GIB / FRAME;
    const uint64_t word = 64 * 512; /* frames that a word of huge frames stands for */
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
    cr_expect_eq(bitframe_reserve(&pool, GIB, 16 * MIB), BITFRAME_IN_USE,
                 "the cursor's huge frame is not whole");
    cr_expect_eq(bitframe_alloc(&pool), GIB + FRAME);
    cr_expect_eq(bitframe_alloc_range(&pool, GIB, GIB + 16 * MIB), 4096 - 2);
    ASSERT_SOUND(&pool);
}
