/* SPDX-License-Identifier: MIT */
/* pool_outside_test.c - the index does not describe the huge frame of the lowest free frame */
#include <inttypes.h>
#include <stdio.h>

#include <bitframe/bulk.h>

#include "core/cursor.h"
#include "layout/levels.h"
#include "layout/metadata.h"
#include "pool_states.h"
#include "random.h"

static bool is_outside(uint64_t huge_frame)
{
    return pool.cursor == word_distance(&pool, (huge_frame - 1) * HUGE_WORDS) && !cursor_is_empty(&pool);
}

static uint64_t alloc_huge(void)
{
    return bitframe_alloc_huge(&pool);
}

Test(pool_outside, huge_freed_and_allocated_leaves_the_levels_alone)
{
    make_full_pool();
    for (uint64_t huge_frame = 1; huge_frame < PENDING_HUGES; huge_frame += 97) {
        cr_assert_eq(bitframe_free_huge(&pool, huge_frame * HUGE), BITFRAME_OK);
        cr_expect(is_outside(huge_frame));
        ASSERT_SOUND(&pool);
        cr_assert_eq(bitframe_free_huge(&pool, huge_frame * HUGE), BITFRAME_DOUBLE_FREE);
        cr_assert_eq(alloc_huge(), huge_frame * HUGE);
        cr_expect(cursor_is_empty(&pool));
        ASSERT_SOUND(&pool);
    }
    cr_assert_eq(bitframe_alloc(&pool), PENDING_HUGES * HUGE);
    cr_assert_eq(bitframe_free_huge(&pool, 77 * HUGE), BITFRAME_OK);
    ASSERT_SOUND(&pool);
    cr_assert_eq(alloc_huge(), 77 * HUGE, "with nothing else free");
    ASSERT_SOUND(&pool);
    cr_assert_eq(alloc_huge(), 0);
}

Test(pool_outside, frames_of_it_are_allocated_and_come_back)
{
    make_full_pool();
    cr_assert_eq(bitframe_free_huge(&pool, 700 * HUGE), BITFRAME_OK);
    cr_assert_eq(bitframe_alloc(&pool), 700 * HUGE);
    ASSERT_SOUND(&pool);
    cr_assert_eq(bitframe_free(&pool, 700 * HUGE), BITFRAME_OK);
    cr_expect(is_outside(700), "it is whole again");
    ASSERT_SOUND(&pool);
    for (uint64_t i = 0; i < BITFRAME_HUGE_FRAMES; i++) {
        cr_assert_eq(bitframe_alloc(&pool), 700 * HUGE + i * FRAME);
        ASSERT_SOUND(&pool);
    }
    cr_assert_eq(bitframe_alloc(&pool), PENDING_HUGES * HUGE);
    cr_assert_eq(bitframe_free_huge(&pool, 700 * HUGE), BITFRAME_OK);
    cr_assert_eq(bitframe_alloc(&pool), 700 * HUGE);
    cr_assert_eq(alloc_huge(), 0, "the only huge frame is not whole");
    ASSERT_SOUND(&pool);
}

/** The lowest free frame by the bitmap alone: its PA, or 0. */
static uint64_t lowest_frame(void)
{
    const uint64_t *bitmap = levels_at(&pool, &pool.frames, 0);
    for (uint64_t word = 0; word < pool.frames.words; word++) {
        if (bitmap[word] != 0)
            return HUGE + (word * 64 + lowest_bit(bitmap[word])) * FRAME;
    }
    return 0;
}

/** Likewise the lowest free huge frame. */
static uint64_t lowest_huge(void)
{
    const uint64_t *bitmap = levels_at(&pool, &pool.frames, 0);
    for (uint64_t word = 0; word < pool.frames.words; word += 8) {
        unsigned i = 0;
        while (i < 8 && bitmap[word + i] == UINT64_MAX)
            i++;
        if (i == 8)
            return HUGE + word * 64 * FRAME;
    }
    return 0;
}

/** Few huge frames are free, so that they meet in words of every level or have them to themselves. */
Test(pool_outside, any_calls_among_few_free_huges)
{
    static const uint64_t places[] = {1, 2, 8, 9, 63, 64, 65, 70, 128, 513, 520, 600, 4000, 4097, 4100};
    const uint64_t calls = amount("BITFRAME_LOOSE_CALLS", 6000);
    uint64_t random = setting("BITFRAME_SEED", 0x100E5);
    printf("seed %" PRIu64 "\n", random);
    make_full_pool();
    uint64_t outside = 0;
    for (uint64_t i = 0; i < calls; i++) {
        uint64_t number = next_random(&random);
        uint64_t pa = places[number % COUNT(places)] * HUGE;
        uint64_t frame = pa + (number >> 8) % BITFRAME_HUGE_FRAMES * FRAME;
        switch (number >> 32 & 15) {
        case 0:
        case 1:
        case 2:
        case 3: (void)bitframe_free_huge(&pool, pa); break;
        case 4:
        case 5:
        case 6: {
            uint64_t expected = lowest_huge();
            cr_assert_eq(alloc_huge(), expected, "call %" PRIu64, i);
            break;
        }
        case 7:
        case 8:
            for (uint64_t frames = (number >> 16) % 200; frames != 0 && bitframe_get_free_frames(&pool) > 0;
                 frames--) {
                uint64_t expected = lowest_frame();
                cr_assert_eq(bitframe_alloc(&pool), expected, "call %" PRIu64, i);
            }
            break;
        case 9:
        case 10: (void)bitframe_free(&pool, frame); break;
        case 11: (void)bitframe_alloc_range(&pool, pa, pa + HUGE); break;
        case 12: (void)bitframe_alloc_range(&pool, frame, frame + (number >> 20) % 2000 * FRAME); break;
        case 13:
            if (bitframe_reserve(&pool, frame, FRAME) == BITFRAME_OK)
                cr_assert_eq(bitframe_unreserve(&pool, frame, FRAME), BITFRAME_OK);
            break;
        case 14: {
            uint64_t pas[100];
            uint64_t allocated, freed;
            const struct bitframe_request request = {.frames = 100,
                                                     .flags = BITFRAME_PARTIAL | (number >> 40 & 1)};
            (void)bitframe_alloc_bulk(&pool, &request, pas, &allocated);
            cr_assert_eq(bitframe_free_bulk(&pool, pas, allocated, 0, &freed), BITFRAME_OK);
            break;
        }
        default: {
            const struct bitframe_request request = {.frames = 1 + number % 600,
                                                     .flags = number >> 40 & BITFRAME_HIGHEST};
            (void)bitframe_alloc_run(&pool, &request, &pa);
            break;
        }
        }
        enum bitframe_invariant broken = bitframe_check(&pool);
        cr_assert_eq(broken, BITFRAME_SOUND, "call %" PRIu64 ": %s", i, bitframe_get_invariant_name(broken));
        outside += !cursor_is_empty(&pool);
    }
    printf("the index lacked frames after %" PRIu64 " calls of %" PRIu64 "\n", outside, calls);
    cr_assert_geq(outside, calls / 50);
}
