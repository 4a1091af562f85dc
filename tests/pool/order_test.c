/* SPDX-License-Identifier: MIT */
/* order_test.c - blocks of every order, against a byte per frame */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <string.h>

#include <bitframe/shared.h>

#include "model.h"
#include "random.h"
#include "test_map.h"
#include "test_pool.h"

enum { ROOM = 32, MOST = 12000 };

#define BASE (GIB - 1500 * FRAME)

static struct bitframe pool;
static struct bitframe_shared *shared;
static struct bitframe_map map;
static struct guarded metadata, slots;
static uint64_t number[MOST];
static uint8_t state[MOST], covered[MOST], wanted[MOST];
static struct model model = {
    .number = number, .state = state, .covered = covered, .wanted = wanted, .most = MOST};

static void add(uint64_t first, uint64_t frames)
{
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, first * FRAME, frames * FRAME), BITFRAME_OK);
    cr_assert(model_add(&model, first, frames));
}

/** Up to three spans that begin and end anywhere, in one segment or in several. */
static void make(unsigned round)
{
    cr_assert_eq(guarded_map(&map, ROOM), BITFRAME_OK);
    model_begin(&model);
    uint64_t first = BASE / FRAME + below(3000);
    for (unsigned span = 0; span <= round % 3; span++) {
        uint64_t frames = 1 + skewed(3000);
        add(first, frames);
        first += frames + 1 + skewed(5000);
    }
    guarded_pool(&pool, &metadata, &map);
}

static uint64_t some_pa(unsigned order)
{
    uint64_t pa = number[below(model.frames)] * FRAME;
    return below(8) == 0 ? pa + FRAME / 2 * below(2) : pa >> order << order;
}

static enum bitframe_status right_free(uint64_t pa, unsigned order)
{
    if (order >= 64 - BITFRAME_FRAME_SHIFT)
        return BITFRAME_INVALID;
    if (pa % (FRAME << order) != 0)
        return BITFRAME_MISALIGNED;
    return model_free_run(&model, pa, UINT64_C(1) << order);
}

static uint64_t right_alloc(unsigned order)
{
    uint64_t pa = 0;
    const struct bitframe_request request = {.frames = UINT64_C(1) << order, .align = FRAME << order};
    return model_alloc_run(&model, &request, &pa) == BITFRAME_OK ? pa : 0;
}

static uint64_t alloc_order(unsigned order)
{
    return shared ? bitframe_shared_alloc_order(shared, 0, order) : bitframe_alloc_order(&pool, order);
}

static enum bitframe_status free_order(uint64_t pa, unsigned order)
{
    return shared ? bitframe_shared_free_order(shared, 0, pa, order) : bitframe_free_order(&pool, pa, order);
}

static void call(unsigned round)
{
    unsigned order = (unsigned)skewed(14);
    if (below(2)) {
        uint64_t got = alloc_order(order);
        cr_assert_eq(got, right_alloc(order), "round %u, order %u: %#" PRIx64, round, order, got);
        return;
    }
    uint64_t pa = some_pa(order + BITFRAME_FRAME_SHIFT);
    enum bitframe_status right = right_free(pa, order);
    cr_assert_eq(free_order(pa, order), right, "round %u, order %u at %#" PRIx64, round, order, pa);
}

static void compare(const struct bitframe *got)
{
    cr_assert_eq(bitframe_get_free_frames(got), model_count(&model, MODEL_FREE));
    ASSERT_SOUND(got);
}

Test(order, as_a_byte_per_frame)
{
    seed_random("order", 20261203);
    shared = NULL;
    for (unsigned round = 0; round < 1000; round++) {
        make(round);
        for (unsigned i = 0; i < 300; i++) {
            call(round);
            if (i % 16 == 0)
                compare(&pool);
        }
        compare(&pool);
    }
}

Test(order, of_a_shared_pool)
{
    seed_random("order", 20261204);
    for (unsigned round = 0; round < 300; round++) {
        make(round);
        shared = guarded_share(&pool, &slots, BITFRAME_LOWEST, 2);
        for (unsigned i = 0; i < 300; i++)
            call(round);
        compare(bitframe_shared_begin_exclusive(shared));
    }
}

/** Every state of a word of the cursor that blocks of up to 8 frames can tell apart. */
Test(order, every_byte_of_a_word)
{
    shared = NULL;
    for (unsigned byte = 0; byte < 256; byte++) {
        for (unsigned order = 0; order <= 3; order++) {
            guarded_plain_pool(&pool, &metadata, GIB, 1024 * FRAME);
            cr_assert_eq(bitframe_alloc_order(&pool, 4), GIB);
            for (unsigned i = 0; i < 8; i++) {
                if (byte >> i & 1)
                    cr_assert_eq(bitframe_free(&pool, GIB + (8 + i) * FRAME), BITFRAME_OK);
            }
            unsigned start = 0;
            unsigned block = (1U << (1U << order)) - 1;
            while (start < 8 && (byte >> start & block) != block)
                start += 1U << order;
            uint64_t right = GIB + (8 + start) * FRAME; /* or behind the 16 frames */
            cr_assert_eq(bitframe_alloc_order(&pool, order), right, "byte %#x, order %u", byte, order);
            ASSERT_SOUND(&pool);
            cr_assert_eq(bitframe_free_order(&pool, right, order), BITFRAME_OK);
            cr_assert_eq(bitframe_free_order(&pool, right, order), BITFRAME_DOUBLE_FREE);
            ASSERT_SOUND(&pool);
        }
    }
}

Test(order, what_is_refused)
{
    shared = NULL;
    guarded_plain_pool(&pool, &metadata, GIB, 1024 * FRAME);
    for (unsigned order = 11; order < 70; order++) {
        cr_expect_eq(bitframe_alloc_order(&pool, order), 0);
        enum bitframe_status status = bitframe_free_order(&pool, 0, order);
        cr_expect_eq(status, order < 64 - BITFRAME_FRAME_SHIFT ? BITFRAME_UNMANAGED : BITFRAME_INVALID);
    }
    cr_expect_eq(bitframe_alloc_order(&pool, UINT32_MAX), 0);
    cr_expect_eq(bitframe_free_order(&pool, GIB, UINT32_MAX), BITFRAME_INVALID);
    cr_expect_eq(bitframe_alloc_order(&pool, 10), GIB, "the whole pool");
    cr_expect_eq(bitframe_free_order(&pool, GIB + FRAME, 1), BITFRAME_MISALIGNED);
    cr_expect_eq(bitframe_free_order(&pool, GIB + 1, 0), BITFRAME_MISALIGNED);
    cr_expect_eq(bitframe_free_order(&pool, 2 * GIB, 3), BITFRAME_UNMANAGED);
    cr_expect_eq(bitframe_free_order(&pool, GIB - 4 * FRAME, 3), BITFRAME_MISALIGNED);
    cr_expect_eq(bitframe_get_free_frames(&pool), 0);
    cr_expect_eq(bitframe_free_order(&pool, GIB + 512 * FRAME, 9), BITFRAME_OK);
    cr_expect_eq(bitframe_free_order(&pool, GIB + 512 * FRAME, 2), BITFRAME_DOUBLE_FREE);
    cr_expect_eq(bitframe_free_order(&pool, GIB, 10), BITFRAME_DOUBLE_FREE, "half of it is free");
    cr_expect_eq(bitframe_get_free_frames(&pool), 512);
    ASSERT_SOUND(&pool);
}
