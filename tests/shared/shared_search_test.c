/* SPDX-License-Identifier: MIT */
/* shared_search_test.c - what is looked for without the index is what is found with it. */
#include "shared_pool.h"

#include <string.h>

#include <bitframe/bulk.h>
#include <bitframe/map.h>

#include "layout/bounded.h"
#include "random.h"
#include "shared/claim.h"
#include "shared/huge.h"
#include "shared/look.h"

enum { SOME = 4 * GROUP };

/** A pool of three segments, or of one, of which a random part is free. */
static void make_pieces(uint64_t *random, bool has_holes)
{
    static struct bitframe_map_range ranges[8];
    struct bitframe_map map;
    (void)bitframe_map_init(&map, ranges, 8);
    (void)bitframe_map_add(&map, BITFRAME_MAP_RAM, BASE + 100 * FRAME, SOME * FRAME - 100 * FRAME);
    if (has_holes) {
        (void)bitframe_map_add(&map, BITFRAME_MAP_HOLE, pa_of(1500), 1200 * FRAME);
        (void)bitframe_map_add(&map, BITFRAME_MAP_HOLE, pa_of(5000), 1600 * FRAME);
    }
    make_mapped(&map);
    for (uint64_t i = next_random(random) % 40; i != 0; i--) {
        uint64_t first = next_random(random) % SOME;
        uint64_t frames = 1 + next_random(random) % (next_random(random) % 2 == 0 ? 8 : 900);
        (void)bitframe_alloc_range(&pool, pa_of(first), pa_of(first + frames));
    }
}

Test(shared_search, without_the_index)
{
    uint64_t random = 11, found = 0, of_huges = 0;
    for (int round = 0; round < 400; round++) {
        make_pieces(&random, round % 2 == 0);
        share_as(BITFRAME_LOWEST, CPUS);
        for (int i = 0; i < 60; i++) {
            struct wanted wanted = {
                .frames = 1 + next_random(&random) % (i % 2 == 0 ? 20 : 700),
                .align = UINT64_C(1) << next_random(&random) % 11,
                .first = next_random(&random) % 3 != 0 ? 0 : BASE / FRAME + next_random(&random) % SOME,
                .end =
                    next_random(&random) % 3 != 0 ? UINT64_MAX : BASE / FRAME + next_random(&random) % SOME,
                .highest = next_random(&random) % 2 == 0,
            };
            if (i % 3 == 0) {
                wanted.frames = BITFRAME_HUGE_FRAMES * (1 + next_random(&random) % 3);
                wanted.align = BITFRAME_HUGE_FRAMES << next_random(&random) % 3;
            }
            uint64_t expected = bitframe_search_pool(&pool, &wanted, 1);
            cr_assert_eq(bitframe_search_bitmap(shared, &wanted), expected);
            found += expected != NO_BIT;
            if (i % 3 == 0) {
                cr_assert_eq(bitframe_search_huge(shared, &wanted), expected);
                of_huges += expected != NO_BIT;
            }
        }
        cr_assert_eq(bitframe_shared_begin_exclusive(shared), &pool);
    }
    cr_assert_gt(found, 1000);
    cr_assert_gt(of_huges, 300);
}

/** With all of the index gone whatever is free is still to be had, and nothing else. */
Test(shared_search, without_any_index)
{
    uint64_t random = 5;
    for (int round = 0; round < 30; round++) {
        make_pieces(&random, round % 2 == 0);
        share_as(round % 4 < 2 ? BITFRAME_LOWEST : BITFRAME_LOCAL, CPUS);
        uint64_t left = bitframe_shared_get_free_frames(shared);
        uint64_t words = pool.frames.words;
        for (uint64_t k = 1; k < pool.frames.count; k++) {
            words = words_above(words);
            memset(levels_at(&pool, &pool.frames, k), 0, words * sizeof(uint64_t));
        }
        const struct bitframe_request huge_frame = {.frames = 512, .align = 512 * FRAME},
                                      run = {.frames = 3, .flags = BITFRAME_HIGHEST};
        uint64_t pa;
        while (bitframe_shared_alloc_run(shared, 0, &huge_frame, &pa) == BITFRAME_OK)
            left -= 512;
        for (int i = 0; i < 20 && bitframe_shared_alloc_run(shared, 0, &run, &pa) == BITFRAME_OK; i++)
            left -= 3;
        while (bitframe_shared_alloc(shared, 1) != 0)
            left--;
        cr_assert_eq(left, 0);
        cr_assert_eq(bitframe_shared_begin_exclusive(shared), &pool);
        ASSERT_SOUND();
    }
}

/** A call beside no others finds what its owner finds, with the index and without. */
Test(shared_search, within_a_boundary)
{
    uint64_t random = 7, found = 0, none = 0;
    for (int round = 0; round < 300; round++) {
        make_pieces(&random, round % 2 == 0);
        share_as(BITFRAME_LOWEST, CPUS);
        for (int i = 0; i < 40; i++) {
            struct bitframe_request request = {
                .frames = 1 + next_random(&random) % 20,
                .align = FRAME << next_random(&random) % 4,
                .boundary = FRAME << (3 + next_random(&random) % 7),
                .flags = next_random(&random) % 2 == 0 ? BITFRAME_HIGHEST : 0,
            };
            if (i % 3 == 0) {
                request.frames = (uint64_t)HUGE * (1 + next_random(&random) % 3);
                request.align = HUGE * FRAME;
                request.boundary = HUGE * FRAME << next_random(&random) % 3;
            }
            struct wanted wanted;
            uint64_t expected = NO_BIT, pa = 0, looked = 0;
            if (bitframe_read_bounded(&request, RUN_FLAGS, &wanted) == BITFRAME_OK)
                expected = bitframe_search_bounded(&pool, &wanted, 1);
            if (expected != NO_BIT) {
                cr_assert(bitframe_look(shared, slot_of(shared, 0), &wanted, BY_BITMAP, &looked));
                cr_assert_eq(looked / FRAME, expected);
                cr_assert_eq(bitframe_shared_free_run(shared, 0, looked, request.frames), BITFRAME_OK);
            }
            enum bitframe_status status = bitframe_shared_alloc_run(shared, 0, &request, &pa);
            cr_assert_eq(status, expected == NO_BIT ? BITFRAME_NONE : BITFRAME_OK);
            cr_assert_eq(pa, expected == NO_BIT ? 0 : expected * FRAME);
            found += status == BITFRAME_OK;
            none += status == BITFRAME_NONE;
        }
        cr_assert_eq(bitframe_shared_begin_exclusive(shared), &pool);
        ASSERT_SOUND();
    }
    cr_assert_gt(found, 1000);
    cr_assert_gt(none, 1000);
}

static enum bitframe_status ask(uint64_t frames, uint64_t align, uint64_t boundary)
{
    const struct bitframe_request request = {
        .frames = frames, .align = align * FRAME, .boundary = boundary * FRAME};
    uint64_t pa;
    enum bitframe_status status = bitframe_shared_alloc_run(shared, 0, &request, &pa);
    if (status == BITFRAME_OK) /* and the caller keeps it: a free would end all refusals */
        cr_assert_eq(pa % (align * FRAME), 0);
    return status;
}

/** Three runs of six frames, each across a multiple of 16 frames, the second of 32 and the third of 64. */
static void make_crossings(void)
{
    make_shared(GROUP, BITFRAME_LOWEST);
    cr_assert_eq(bitframe_shared_alloc_range(shared, 0, 0, UINT64_MAX), GROUP);
    for (uint64_t multiple = 16; multiple <= 64; multiple *= 2)
        cr_assert_eq(bitframe_shared_free_run(shared, 0, pa_of(multiple - 3), 6), BITFRAME_OK);
}

/** What was refused refuses all that asks for more, and nothing else. */
Test(shared_search, refusals_know_boundaries)
{
    make_crossings();
    cr_assert_eq(ask(6, 1, 16), BITFRAME_NONE);
    cr_assert_eq(ask(6, 1, 8), BITFRAME_NONE);
    cr_assert_eq(ask(7, 1, 8), BITFRAME_NONE);
    cr_assert_eq(ask(3, 1, 16), BITFRAME_OK); /* 13 to 15: less than 6 frames */
    cr_assert_eq(ask(6, 1, 32), BITFRAME_NONE);
    cr_assert_eq(ask(6, 1, 64), BITFRAME_OK); /* 29 to 34 */
    cr_assert_eq(ask(6, 1, 64), BITFRAME_NONE);
    cr_assert_eq(ask(6, 1, 0), BITFRAME_OK); /* 61 to 66 */
    cr_assert_eq(ask(6, 1, 0), BITFRAME_NONE);

    make_crossings();
    cr_assert_eq(ask(6, 64, 0), BITFRAME_NONE);
    cr_assert_eq(ask(6, 8, 32), BITFRAME_NONE); /* a stricter boundary, an alignment that is not */
    cr_assert_eq(ask(4, 64, 0), BITFRAME_NONE);
    cr_assert_eq(ask(3, 1, 4), BITFRAME_OK);   /* though 4 from a multiple of 64 on were refused */
    cr_assert_eq(ask(4, 1, 2), BITFRAME_NONE); /* longer than the boundary */
    cr_assert_eq(ask(6, 1, 128), BITFRAME_OK);
    cr_assert_eq(bitframe_shared_begin_exclusive(shared), &pool);
    ASSERT_SOUND();
}
