/* SPDX-License-Identifier: MIT */
/* steps_test.c - runs of many huge frames, aligned to 64 of them and more, compared with a search one by one */
#include <criterion/criterion.h>

#include <inttypes.h>

#include <bitframe/bitframe.h>
#include <bitframe/check.h>

#include "random.h"
#include "test_pool.h"

#define HUGE (BITFRAME_HUGE_FRAMES * FRAME)

enum { HUGES = 3000, SMALLEST_STEP = 64 };

static struct bitframe pool;
static struct guarded metadata;
static uint64_t first_huge; /* of the pool, by number */
static bool is_free[HUGES];

/** A pool of huge frames, a frame allocated of some: few of them, many, or one next to a multiple of 1 GiB. */
static void make_pool(void)
{
    uint64_t rarity = UINT64_C(1) << below(11);
    first_huge = 1 + below(1024);
    guarded_plain_pool(&pool, &metadata, first_huge * HUGE, HUGES * HUGE);
    for (uint64_t huge_frame = 0; huge_frame < HUGES; huge_frame++) {
        is_free[huge_frame] =
            below(rarity) != 0 && ((first_huge + huge_frame + 1) % 512 > 1 || below(4) != 0);
        if (!is_free[huge_frame])
            cr_assert_eq(bitframe_alloc_at(&pool, (first_huge + huge_frame) * HUGE + below(512) * FRAME, 1),
                         BITFRAME_OK);
    }
}

/** Whether @p huges huge frames from number @p first on are free. */
static bool are_free(uint64_t first, uint64_t huges)
{
    for (uint64_t huge_frame = first; huge_frame < first + huges; huge_frame++) {
        if (huge_frame < first_huge || huge_frame >= first_huge + HUGES || !is_free[huge_frame - first_huge])
            return false;
    }
    return true;
}

/** The PA that a request for @p huges huge frames must be given, or 0. */
static uint64_t find(const struct bitframe_request *request, uint64_t huges)
{
    uint64_t align = request->align / HUGE;
    uint64_t found = 0;
    for (uint64_t huge_frame = 0; huge_frame < first_huge + HUGES; huge_frame += align) {
        if (huge_frame * HUGE < request->min_pa ||
            (request->max_pa != 0 && (huge_frame + huges) * HUGE > request->max_pa) ||
            !are_free(huge_frame, huges))
            continue;
        found = huge_frame * HUGE;
        if ((request->flags & BITFRAME_HIGHEST) == 0)
            break;
    }
    return found;
}

static struct bitframe_request choose_request(uint64_t *huges)
{
    *huges = SMALLEST_STEP * (1 + below(12));
    struct bitframe_request request = {
        .frames = *huges * BITFRAME_HUGE_FRAMES,
        .align = (SMALLEST_STEP << below(5)) * HUGE,
        .flags = below(2) == 0 ? BITFRAME_HIGHEST : 0,
    };
    if (below(4) == 0)
        request.min_pa = below(first_huge + HUGES) * HUGE + below(HUGE);
    if (below(4) == 0)
        request.max_pa = 1 + below(first_huge + HUGES) * HUGE + below(HUGE);
    return request;
}

Test(steps, find_what_a_search_of_each_huge_finds)
{
    uint64_t met[2] = {0};
    seed_random("steps", 1);
    for (uint64_t i = 0; i < 300; i++) {
        make_pool();
        for (int k = 0; k < 60; k++) {
            uint64_t huges, pa = 0;
            struct bitframe_request request = choose_request(&huges);
            uint64_t expected = find(&request, huges);
            enum bitframe_status status = bitframe_alloc_run(&pool, &request, &pa);
            cr_assert_eq(status, expected != 0 ? BITFRAME_OK : BITFRAME_NONE, "pool %" PRIu64 " call %d", i,
                         k);
            cr_assert_eq(pa, expected, "pool %" PRIu64 " call %d", i, k);
            met[status == BITFRAME_OK]++;
            if (status == BITFRAME_OK)
                cr_assert_eq(bitframe_free_run(&pool, pa, request.frames), BITFRAME_OK);
        }
        cr_assert_eq(bitframe_check(&pool), BITFRAME_SOUND);
    }
    cr_expect_gt(met[0], 1000);
    cr_expect_gt(met[1], 1000);
}
