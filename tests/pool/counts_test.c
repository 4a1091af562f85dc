/* SPDX-License-Identifier: MIT */
/* counts_test.c - each frame has an element of its own, and its last reference frees it */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <string.h>

#include <bitframe/counts.h>
#include <bitframe/extend.h>

#include "random.h"
#include "test_map.h"
#include "test_pool.h"

enum { FRAMES = 5000, ROOM = 64 };

#define BASE GIB

static struct bitframe pool;
static struct guarded metadata, memory, more;
static struct bitframe_map map;
static struct bitframe_array array;
static bool is_managed[FRAMES];

/** A pool of @p spans spans of any length at any distance, and a few reservations. */
static void make(uint64_t *seed, unsigned spans)
{
    cr_assert_eq(guarded_map(&map, ROOM), BITFRAME_OK);
    memset(is_managed, 0, sizeof(is_managed));
    uint64_t first = next_random(seed) % 700;
    for (unsigned span = 0; span < spans && first < FRAMES - 1000; span++) {
        uint64_t frames = 1 + next_random(seed) % (next_random(seed) % 3 == 0 ? 1000 : 20);
        cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, BASE + first * FRAME, frames * FRAME),
                     BITFRAME_OK);
        memset(is_managed + first, 1, frames);
        first += frames + 1 + next_random(seed) % 600;
    }
    uint64_t reserved = next_random(seed) % FRAMES;
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RESERVED, BASE + reserved * FRAME, FRAME), BITFRAME_OK);
    guarded_pool(&pool, &metadata, &map);
}

/** An array of exactly sized memory, which garbage filled before. */
static void make_array(uint64_t element_bytes)
{
    uint64_t bytes = 0;
    cr_assert_eq(bitframe_array_get_bytes(&pool, element_bytes, &bytes), BITFRAME_OK);
    cr_assert_geq(bytes, bitframe_get_total_frames(&pool) * element_bytes);
    cr_assert_lt(bytes, bitframe_get_total_frames(&pool) * element_bytes + 24 * pool.span_count + 8);
    guarded_renew(&memory, bytes, BITFRAME_ARRAY_ALIGN);
    cr_assert_eq(bitframe_array_init(&array, &pool, element_bytes, memory.memory, bytes), BITFRAME_OK);
}

static uint64_t pa_of(uint64_t frame)
{
    return BASE + frame * FRAME;
}

Test(counts, an_element_for_each_frame)
{
    uint64_t seed = setting("BITFRAME_SEED", 20261201);
    for (unsigned round = 0; round < 200; round++) {
        uint64_t element_bytes = UINT64_C(1) << round % 4;
        make(&seed, 1 + round % 12);
        make_array(element_bytes);
        uint64_t found = 0;
        for (uint64_t frame = 0; frame < FRAMES; frame++) {
            char *element = bitframe_array_at(&array, pa_of(frame));
            cr_assert_eq(element != NULL, is_managed[frame], "frame %" PRIu64, frame);
            cr_assert_eq(bitframe_array_at(&array, pa_of(frame) + FRAME - 1), element);
            if (!element)
                continue;
            cr_assert_eq((uintptr_t)element % element_bytes, 0);
            for (uint64_t i = 0; i < element_bytes; i++)
                cr_assert_eq(element[i], 0, "it is zero, and no other frame's");
            memset(element, 0xFF, element_bytes);
            found++;
        }
        cr_assert_eq(found, bitframe_get_total_frames(&pool));
        cr_assert_null(bitframe_array_at(&array, 0));
        cr_assert_null(bitframe_array_at(&array, UINT64_MAX));
        for (uint64_t i = 0; i < found * element_bytes; i++)
            cr_assert_eq((unsigned char)memory.memory[i], 0xFF, "elements lie side by side");
    }
}

Test(counts, keeps_what_it_knows_of_an_extended_pool)
{
    cr_assert_eq(guarded_map(&map, ROOM), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, pa_of(600), 100 * FRAME), BITFRAME_OK);
    guarded_pool(&pool, &metadata, &map);
    make_array(1);
    *(char *)bitframe_array_at(&array, pa_of(610)) = 7;
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, pa_of(0), 300 * FRAME), BITFRAME_OK);
    uint64_t bytes = 0;
    cr_assert_eq(bitframe_get_extend_bytes(&pool, &map, &bytes), BITFRAME_OK);
    guarded_renew(&more, bytes, BITFRAME_METADATA_ALIGN);
    cr_assert_eq(bitframe_extend(&pool, &map, more.memory, bytes), BITFRAME_OK);
    cr_expect_eq(*(char *)bitframe_array_at(&array, pa_of(610)), 7);
    cr_expect_null(bitframe_array_at(&array, pa_of(10)), "until another array is made");
}

/** What a count becomes, and what the calls say. */
Test(counts, saturate)
{
    const uint32_t middle = BITFRAME_REF_MIDDLE;
    const struct {
        uint32_t before;
        bool had_one;
        uint32_t more, shared_more;
        bool was_last;
        uint32_t less, shared_less;
    } cases[] = {
        {0, false, 0, middle, false, 0, middle},
        {1, true, 2, 2, true, 0, 0},
        {2, true, 3, 3, false, 1, 1},
        {BITFRAME_REF_SATURATED - 2, true, BITFRAME_REF_SATURATED - 1, BITFRAME_REF_SATURATED - 1, false,
         BITFRAME_REF_SATURATED - 3, BITFRAME_REF_SATURATED - 3},
        {BITFRAME_REF_SATURATED - 1, true, BITFRAME_REF_SATURATED, middle, false, BITFRAME_REF_SATURATED - 2,
         BITFRAME_REF_SATURATED - 2},
        {BITFRAME_REF_SATURATED, true, BITFRAME_REF_SATURATED, middle, false, BITFRAME_REF_SATURATED, middle},
        {middle, true, middle, middle, false, middle, middle},
        {UINT32_MAX, true, UINT32_MAX, middle, false, UINT32_MAX, middle},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t count = cases[i].before;
        cr_expect_eq(bitframe_ref_get(&count), cases[i].had_one);
        cr_expect_eq(count, cases[i].more, "%zu", i);
        count = cases[i].before;
        cr_expect_eq(bitframe_shared_ref_get(&count), cases[i].had_one);
        cr_expect_eq(count, cases[i].shared_more, "%zu", i);
        count = cases[i].before;
        cr_expect_eq(bitframe_ref_put(&count), cases[i].was_last);
        cr_expect_eq(count, cases[i].less, "%zu", i);
        count = cases[i].before;
        cr_expect_eq(bitframe_shared_ref_put(&count), cases[i].was_last);
        cr_expect_eq(count, cases[i].shared_less, "%zu", i);
    }
}

static uint32_t *count_at(uint64_t pa)
{
    return bitframe_array_at(&array, pa);
}

/** Random references, beside an array of what each frame should have. */
Test(counts, the_last_reference_frees)
{
    static uint32_t expected[FRAMES];
    uint64_t seed = setting("BITFRAME_SEED", 20261202);
    for (unsigned round = 0; round < 20; round++) {
        memset(expected, 0, sizeof(expected));
        make(&seed, 1 + round % 6);
        make_array(4);
        for (unsigned i = 0; i < 5000; i++) {
            if (next_random(&seed) % 2) {
                uint64_t pa = bitframe_alloc_counted(&pool, &array);
                if (pa != 0) {
                    cr_assert_eq(expected[(pa - BASE) / FRAME], 0);
                    cr_assert_eq(*count_at(pa), expected[(pa - BASE) / FRAME] = 1);
                }
                continue;
            }
            uint64_t frame = next_random(&seed) % FRAMES;
            bool misaligned = next_random(&seed) % 16 == 0;
            uint64_t free_before = bitframe_get_free_frames(&pool);
            if (expected[frame] != 0 && !misaligned && next_random(&seed) % 2) {
                cr_assert(bitframe_ref_get(count_at(pa_of(frame))));
                expected[frame]++;
                continue;
            }
            enum bitframe_status status = bitframe_put_counted(&pool, &array, pa_of(frame) + misaligned);
            enum bitframe_status right = !is_managed[frame]     ? BITFRAME_UNMANAGED
                                         : misaligned           ? BITFRAME_MISALIGNED
                                         : expected[frame] == 0 ? BITFRAME_DOUBLE_FREE
                                                                : BITFRAME_OK;
            cr_assert_eq(status, right);
            bool is_last = status == BITFRAME_OK && --expected[frame] == 0;
            cr_assert_eq(bitframe_get_free_frames(&pool), free_before + is_last);
            if (is_managed[frame])
                cr_assert_eq(*count_at(pa_of(frame)), expected[frame]);
        }
        ASSERT_SOUND(&pool);
    }
}

Test(counts, refusals_change_nothing)
{
    guarded_plain_pool(&pool, &metadata, BASE, 100 * FRAME);
    uint64_t bytes = 0;
    for (uint64_t size = 0; size < 20; size++) {
        bool good = size == 1 || size == 2 || size == 4 || size == 8;
        cr_expect_eq(bitframe_array_get_bytes(&pool, size, &bytes), good ? BITFRAME_OK : BITFRAME_INVALID);
    }
    cr_expect_eq(bitframe_array_get_bytes(&pool, UINT64_C(1) << 32, &bytes), BITFRAME_INVALID);
    cr_expect_eq(bitframe_array_get_bytes(NULL, 4, &bytes), BITFRAME_INVALID);
    cr_expect_eq(bitframe_array_get_bytes(&pool, 4, NULL), BITFRAME_INVALID);
    cr_assert_eq(bitframe_array_get_bytes(&pool, 4, &bytes), BITFRAME_OK);
    guarded_renew(&memory, bytes, BITFRAME_ARRAY_ALIGN);
    char *at = memory.memory;
    cr_expect_eq(bitframe_array_init(NULL, &pool, 4, at, bytes), BITFRAME_INVALID);
    cr_expect_eq(bitframe_array_init(&array, NULL, 4, at, bytes), BITFRAME_INVALID);
    cr_expect_eq(bitframe_array_init(&array, &pool, 3, at, bytes), BITFRAME_INVALID);
    cr_expect_eq(bitframe_array_init(&array, &pool, 4, NULL, bytes), BITFRAME_INVALID);
    cr_expect_eq(bitframe_array_init(&array, &pool, 4, at + 4, bytes), BITFRAME_INVALID);
    cr_expect_eq(bitframe_array_init(&array, &pool, 4, at, bytes - 1), BITFRAME_NO_ROOM);
    for (uint64_t i = 0; i < bytes; i++)
        cr_assert_eq((unsigned char)at[i], GARBAGE);

    make_array(2);
    cr_expect_eq(bitframe_alloc_counted(&pool, &array), 0, "counts have 4 bytes");
    cr_expect_eq(bitframe_put_counted(&pool, &array, BASE), BITFRAME_INVALID);
    cr_expect_eq(bitframe_get_free_frames(&pool), 100);

    make_array(4);
    cr_assert_eq(bitframe_reserve(&pool, BASE + 9 * FRAME, FRAME), BITFRAME_OK);
    *count_at(BASE + 9 * FRAME) = 1; /* a reserved frame may have references, and is not freed */
    cr_expect_eq(bitframe_put_counted(&pool, &array, BASE + 9 * FRAME), BITFRAME_RESERVED);
    cr_expect_eq(*count_at(BASE + 9 * FRAME), 1);
    *count_at(BASE + 5 * FRAME) = 1; /* which the kernel says of a free frame */
    cr_expect_eq(bitframe_put_counted(&pool, &array, BASE + 5 * FRAME), BITFRAME_DOUBLE_FREE);
    cr_expect_eq(*count_at(BASE + 5 * FRAME), 1);
    ASSERT_SOUND(&pool);
}
