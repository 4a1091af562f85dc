/* SPDX-License-Identifier: MIT */
/* pool_regression_test.c - the failures that users of other allocators reported, by name */

#include "pool_maps.h"

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
