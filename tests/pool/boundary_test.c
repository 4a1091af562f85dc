/* SPDX-License-Identifier: MIT */
/* boundary_test.c - runs that cross no multiple of a boundary, compared with a search frame by frame */
#include <inttypes.h>

#include <bitframe/bulk.h>

#include "model.h"
#include "random.h"
#include "test_pool.h"

#define KIB UINT64_C(1024)

enum { FRAMES = 700 };

static struct bitframe pool;
static struct guarded metadata;

static enum bitframe_status ask(uint64_t frames, uint64_t boundary, uint32_t flags, uint64_t *pa)
{
    const struct bitframe_request request = {.frames = frames, .boundary = boundary, .flags = flags};
    *pa = 0;
    return bitframe_alloc_run(&pool, &request, pa);
}

/** Six free frames on each side of a multiple of 64 KiB, and six that a multiple cuts. */
Test(boundary, six_frames_within_64_kib)
{
    uint64_t pa;
    guarded_plain_pool(&pool, &metadata, 0x100000, 0x40000);
    cr_assert_eq(bitframe_alloc_range(&pool, 0, UINT64_MAX), 64);
    cr_assert_eq(bitframe_free_run(&pool, 0x10d000, 6), BITFRAME_OK);
    cr_assert_eq(bitframe_free_run(&pool, 0x12a000, 6), BITFRAME_OK);
    cr_assert_eq(ask(7, 64 * KIB, 0, &pa), BITFRAME_NONE);
    cr_assert_eq(ask(6, 16 * KIB, 0, &pa), BITFRAME_NONE);
    cr_assert_eq(ask(6, 64 * KIB, 0, &pa), BITFRAME_OK);
    cr_assert_eq(pa, 0x12a000);
    cr_assert_eq(ask(6, 64 * KIB, 0, &pa), BITFRAME_NONE);
    cr_assert_eq(ask(6, 128 * KIB, 0, &pa), BITFRAME_OK);
    cr_assert_eq(pa, 0x10d000);
    ASSERT_SOUND(&pool);
}

Test(boundary, of_the_highest_run)
{
    uint64_t pa;
    guarded_plain_pool(&pool, &metadata, 0x100000, 0x22000);
    cr_assert_eq(ask(3, 64 * KIB, BITFRAME_HIGHEST, &pa), BITFRAME_OK);
    cr_assert_eq(pa, 0x11d000);
    cr_assert_eq(ask(13, 64 * KIB, BITFRAME_HIGHEST, &pa), BITFRAME_OK);
    cr_assert_eq(pa, 0x110000);
    cr_assert_eq(ask(2, 64 * KIB, BITFRAME_HIGHEST, &pa), BITFRAME_OK);
    cr_assert_eq(pa, 0x120000);
    ASSERT_SOUND(&pool);
}

/** A run as long as the boundary begins at a multiple of it. */
Test(boundary, as_long_as_the_run)
{
    uint64_t pa;
    guarded_plain_pool(&pool, &metadata, 0x101000, 0x40000);
    cr_assert_eq(ask(16, 64 * KIB, 0, &pa), BITFRAME_OK);
    cr_assert_eq(pa, 0x110000);
    cr_assert_eq(ask(1, FRAME, 0, &pa), BITFRAME_OK);
    cr_assert_eq(pa, 0x101000);
}

Test(boundary, refusals)
{
    uint64_t pa;
    guarded_plain_pool(&pool, &metadata, GIB, 8 * MIB);
    cr_assert_eq(ask(1, 3 * FRAME, 0, &pa), BITFRAME_INVALID);
    cr_assert_eq(ask(1, UINT64_MAX, 0, &pa), BITFRAME_INVALID);
    cr_assert_eq(ask(0, 64 * KIB, 0, &pa), BITFRAME_INVALID);
    cr_assert_eq(ask(1, 64 * KIB, 4, &pa), BITFRAME_INVALID);
    cr_assert_eq(ask(UINT64_MAX, 64 * KIB, 0, &pa), BITFRAME_NONE);
    cr_assert_eq(ask(17, 64 * KIB, 0, &pa), BITFRAME_NONE);
    cr_assert_eq(ask(1, FRAME / 2, 0, &pa), BITFRAME_NONE);
    cr_assert_eq(ask(1, 1, 0, &pa), BITFRAME_NONE);
    cr_assert_eq(pa, 0);
    cr_assert_eq(ask(16, UINT64_C(1) << 63, 0, &pa), BITFRAME_OK);
    cr_assert_eq(pa, GIB);
    cr_assert_eq(bitframe_get_free_frames(&pool), 8 * MIB / FRAME - 16);
    ASSERT_SOUND(&pool);
}

/** Huge frames, and multiples of 64 of them, are looked for in their own bitmap. */
Test(boundary, of_huge_frames)
{
    const struct bitframe_request request = {.frames = 1024, .align = 2 * MIB, .boundary = 8 * MIB};
    uint64_t pa = 0;
    guarded_plain_pool(&pool, &metadata, GIB + 6 * MIB, 20 * MIB);
    cr_assert_eq(bitframe_alloc_run(&pool, &request, &pa), BITFRAME_OK);
    cr_assert_eq(pa, GIB + 8 * MIB);
    const struct bitframe_request high = {
        .frames = 1024, .align = 2 * MIB, .boundary = 8 * MIB, .flags = BITFRAME_HIGHEST};
    cr_assert_eq(bitframe_alloc_run(&pool, &high, &pa), BITFRAME_OK);
    cr_assert_eq(pa, GIB + 20 * MIB);
    const struct bitframe_request gib = {.frames = 512 * 512, .align = 256 * MIB, .boundary = GIB};
    guarded_plain_pool(&pool, &metadata, GIB - 512 * MIB, 4 * GIB);
    cr_assert_eq(bitframe_alloc_run(&pool, &gib, &pa), BITFRAME_OK);
    cr_assert_eq(pa, GIB);
}

/** The model of a pool of two spans, in arrays as long as they must be. */
static struct model model;
static uint64_t numbers[FRAMES];
static uint8_t states[4][FRAMES];

static void make_pool(void)
{
    static struct bitframe_map_range ranges[4];
    struct bitframe_map map;
    uint64_t first = 1 + below(200), hole = 1 + below(90), second = first + 300 + hole;
    model = (struct model){.number = numbers,
                           .state = states[0],
                           .covered = states[1],
                           .wanted = states[2],
                           .leaving = states[3],
                           .most = FRAMES};
    model_begin(&model);
    cr_assert(model_add(&model, first, 300));
    cr_assert(model_add(&model, second, 350));
    (void)bitframe_map_init(&map, ranges, 4);
    (void)bitframe_map_add(&map, BITFRAME_MAP_RAM, first * FRAME, 300 * FRAME);
    (void)bitframe_map_add(&map, BITFRAME_MAP_RAM, second * FRAME, 350 * FRAME);
    guarded_pool(&pool, &metadata, &map);
    for (uint64_t i = below(60); i != 0; i--) {
        uint64_t pa = (first + below(800)) * FRAME;
        uint64_t end = pa + (1 + below(12)) * FRAME;
        cr_assert_eq(bitframe_alloc_range(&pool, pa, end), model_alloc_range(&model, pa, end));
    }
}

Test(boundary, finds_what_the_model_finds)
{
    uint64_t met[2] = {0};
    seed_random("boundary", 1);
    for (uint64_t i = 0; i < 3000; i++) {
        make_pool();
        for (int k = 0; k < 30; k++) {
            struct bitframe_request request = {
                .frames = 1 + below(below(2) == 0 ? 8 : 70),
                .align = below(2) == 0 ? 0 : FRAME << below(6),
                .boundary = FRAME << below(9),
                .min_pa = below(4) == 0 ? below(FRAMES) * FRAME + below(FRAME) : 0,
                .max_pa = below(4) == 0 ? below(2 * FRAMES) * FRAME + below(FRAME) : 0,
                .flags = below(2) == 0 ? BITFRAME_HIGHEST : 0,
            };
            uint64_t got = 0, expected = 0;
            enum bitframe_status status = bitframe_alloc_run(&pool, &request, &got);
            cr_assert_eq(status, model_alloc_run(&model, &request, &expected), "pool %" PRIu64, i);
            cr_assert_eq(got, expected, "pool %" PRIu64 " call %d", i, k);
            met[status == BITFRAME_OK]++;
        }
        ASSERT_SOUND(&pool);
    }
    cr_expect_gt(met[0], 10000);
    cr_expect_gt(met[1], 10000);
}
