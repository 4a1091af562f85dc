/* SPDX-License-Identifier: MIT */
/* shared_search_test.c - what is looked for without the index is what is found with it. */
#include "shared_pool.h"

#include <string.h>

#include <bitframe/bulk.h>
#include <bitframe/map.h>

#include "layout/search_pool.h"
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
