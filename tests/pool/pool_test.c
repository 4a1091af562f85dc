/* SPDX-License-Identifier: MIT */
/* pool_test.c - calls by name: free, alloc_range, huge frames; and any calls against the byte map */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <bitframe/bulk.h>

#include "bytemap.h"
#include "core/cursor.h"
#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"
#include "pool_states.h"
#include "random.h"

/* free */

Test(pool_free, classifies_and_refuses_without_effect)
{
    make_pool(1000, 3000);
    for (int i = 0; i < 200; i++)
        bitframe_alloc(&pool);
    const struct {
        uint64_t pa;
        enum bitframe_status status;
    } cases[] = {
        {1200 * FRAME, BITFRAME_DOUBLE_FREE},
        {3999 * FRAME, BITFRAME_DOUBLE_FREE},
        {999 * FRAME, BITFRAME_UNMANAGED},  /* one below, though its huge frame is the pool's */
        {4000 * FRAME, BITFRAME_UNMANAGED}, /* one above, likewise */
        {0, BITFRAME_UNMANAGED},
        {UINT64_MAX, BITFRAME_UNMANAGED},
        {1000 * FRAME - 1, BITFRAME_UNMANAGED},
        {4000 * FRAME + 1, BITFRAME_UNMANAGED},
        {1000 * FRAME + (UINT64_C(1) << 32), BITFRAME_UNMANAGED},
        {1000 * FRAME + (UINT64_C(1) << 44), BITFRAME_UNMANAGED},
        {1000 * FRAME + UINT64_C(0xFFFF000000000000), BITFRAME_UNMANAGED}, /* a virtual address */
        {1000 * FRAME + 1, BITFRAME_MISALIGNED},
        {1200 * FRAME + 8, BITFRAME_MISALIGNED},
        {3999 * FRAME + FRAME - 1, BITFRAME_MISALIGNED},
    };
    struct bitframe before = pool;
    char metadata_before[4096];
    cr_assert_leq(metadata.bytes, sizeof(metadata_before));
    memcpy(metadata_before, metadata.memory, metadata.bytes);
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect_eq(bitframe_free(&pool, cases[i].pa), cases[i].status, "case %zu", i);
        cr_expect_eq(memcmp(&before, &pool, sizeof(pool)), 0, "case %zu", i);
        cr_expect_eq(memcmp(metadata_before, metadata.memory, metadata.bytes), 0, "case %zu", i);
    }
    cr_expect_eq(bitframe_free(&pool, 1100 * FRAME), BITFRAME_OK);
    cr_expect_eq(bitframe_free(&pool, 1100 * FRAME), BITFRAME_DOUBLE_FREE);
    cr_expect_eq(bitframe_alloc(&pool), 1100 * FRAME);
}

/* Against the byte map */

static uint8_t bytes[300000];

/** Random calls on a pool of @p frames frames from frame @p first on and on a byte map. Returns calls
 * compared. */
static uint64_t compare_with_bytemap(uint64_t first, uint64_t frames, uint64_t *random, uint64_t calls)
{
    struct bytemap map;
    make_pool(first, frames);
    bytemap_init(&map, first * FRAME, frames, bytes);
    uint64_t end = first + frames;
    for (uint64_t i = 0; i < calls; i++) {
        uint64_t choice = next_random(random) % 64;
        uint64_t pa = (first + next_random(random) % frames) * FRAME;
        if (choice < 30) {
            cr_assert_eq(bitframe_alloc(&pool), bytemap_alloc(&map));
        } else if (choice < 60) {
            uint64_t before = bytemap_count(&map);
            bytemap_free_page(&map, pa);
            bool was_allocated = bytemap_count(&map) != before;
            cr_assert_eq(bitframe_free(&pool, pa), was_allocated ? BITFRAME_OK : BITFRAME_DOUBLE_FREE);
        } else {
            /* A range that begins below or in the pool and ends in or above it, cut anywhere. */
            uint64_t low = choice % 2 ? pa + next_random(random) % FRAME : 0;
            uint64_t high = low + next_random(random) % (frames * FRAME / 8 + 2);
            uint64_t allocated = 0;
            for (uint64_t f = first; f < end; f++) {
                if (f * FRAME < high && (f + 1) * FRAME > low && low < high && !bytes[f - first]) {
                    bytes[f - first] = 1;
                    allocated++;
                }
            }
            cr_assert_eq(bitframe_alloc_range(&pool, low, high), allocated, "[%#" PRIx64 ", %#" PRIx64 ")",
                         low, high);
        }
        cr_assert_eq(bitframe_get_free_frames(&pool), bytemap_count(&map));
    }
    ASSERT_SOUND(&pool);
    return calls;
}

Test(pool, equals_bytemap_on_any_geometry)
{
    uint64_t random = setting("BITFRAME_SEED", 4711);
    uint64_t pools = amount("BITFRAME_POOLS", 300);
    uint64_t compared = 0;
    printf("pool: seed %" PRIu64 "\n", random);
    for (uint64_t i = 0; i < pools; i++) {
        uint64_t first = 1 + next_random(&random) % (UINT64_C(1) << (next_random(&random) % 50));
        uint64_t frames = 1 + next_random(&random) % (UINT64_C(1) << (next_random(&random) % 14));
        compared += compare_with_bytemap(first, frames, &random, 400);
    }
    compared += compare_with_bytemap(77, 200000, &random, 100);
    printf("pool: %" PRIu64 " calls compared\n", compared);
}

Test(pool_alloc_range, edges)
{
    make_pool(1000, 3000);
    cr_expect_eq(bitframe_alloc_range(&pool, 0, 0), 0);
    cr_expect_eq(bitframe_alloc_range(&pool, UINT64_MAX, 0), 0);
    cr_expect_eq(bitframe_alloc_range(&pool, 1100 * FRAME, 1100 * FRAME), 0);
    cr_expect_eq(bitframe_alloc_range(&pool, 1100 * FRAME + 5, 1100 * FRAME + 5), 0);
    cr_expect_eq(bitframe_alloc_range(&pool, 0, 1000 * FRAME), 0);
    cr_expect_eq(bitframe_alloc_range(&pool, 4000 * FRAME, UINT64_MAX), 0);
    cr_expect_eq(bitframe_get_free_frames(&pool), 3000);
    cr_expect_eq(bitframe_alloc_range(&pool, 1100 * FRAME + 5, 1100 * FRAME + 6), 1);
    cr_expect_eq(bitframe_alloc_range(&pool, 1100 * FRAME, 1101 * FRAME), 0, "allocated already");
    cr_expect_eq(bitframe_alloc_range(&pool, 1099 * FRAME + 4095, 1101 * FRAME + 1), 2, "two cut frames");
    cr_expect_eq(bitframe_alloc_range(&pool, 0, UINT64_MAX), 2997);
    cr_expect_eq(bitframe_alloc(&pool), 0);
    ASSERT_SOUND(&pool);
}

/* Large pools. Guarded memory that is not touched costs nothing. */

Test(pool_large, first_and_last_of_1_tib)
{
    const uint64_t frames = UINT64_C(1) << 28;
    make_pool(1, frames);
    cr_assert_eq(bitframe_alloc_range(&pool, 2 * FRAME, frames * FRAME), frames - 2);
    ASSERT_SOUND(&pool);
    for (int round = 0; round < 3; round++) {
        cr_assert_eq(bitframe_alloc(&pool), FRAME);
        cr_assert_eq(bitframe_alloc(&pool), frames * FRAME);
        cr_assert_eq(bitframe_alloc(&pool), 0);
        ASSERT_SOUND(&pool);
        cr_assert_eq(bitframe_free(&pool, frames * FRAME), BITFRAME_OK);
        cr_assert_eq(bitframe_free(&pool, FRAME), BITFRAME_OK);
        ASSERT_SOUND(&pool);
    }
}

/**
 * The largest pool there can be, 4 PiB: of 140 GB of metadata only the words are touched that stand for the
 * frames freed here, one at every power of two from either end.
 */
Test(pool_large, sparse_2_to_the_40_frames)
{
    const uint64_t first = 300, end = first + BITFRAME_FRAMES_MAX;
    uint64_t size = BITFRAME_METADATA_BYTES(first * FRAME, BITFRAME_FRAMES_MAX * FRAME);
    uint64_t *words = guarded_open(size, BITFRAME_METADATA_ALIGN, GUARDED_ABOVE);
    struct bitframe_map map;
    struct bitframe_map_range range;
    cr_assert_eq(bitframe_map_init(&map, &range, 1), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, first * FRAME, BITFRAME_FRAMES_MAX * FRAME),
                 BITFRAME_OK);
    bitframe_lay_out(&pool, &map, words);
    park_cursor(&pool); /* what nothing free looks like */
    pool.next = next_none(&pool);
    pool.segment_words = 0;
    bitframe_window_move(&pool, first);
    cr_assert_eq(pool.frames.count, BITFRAME_LEVELS_MAX);
    cr_assert_leq((uint64_t)((uint64_t *)(void *)pool_reserved(&pool) - words) * 8, size);

    uint64_t freed = 0;
    for (unsigned bit = 0; bit < 40; bit++) {
        cr_assert_eq(bitframe_free(&pool, (end - (UINT64_C(1) << bit)) * FRAME), BITFRAME_OK);
        if (bit < 39)
            cr_assert_eq(bitframe_free(&pool, (first + (UINT64_C(1) << bit)) * FRAME), BITFRAME_OK);
        freed += bit < 39 ? 2 : 1;
        cr_assert_eq(bitframe_get_free_frames(&pool), freed);
    }
    cr_assert_eq(bitframe_free(&pool, first * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_free(&pool, end * FRAME), BITFRAME_UNMANAGED);
    cr_assert_eq(bitframe_alloc(&pool), first * FRAME);
    for (unsigned bit = 0; bit < 39; bit++)
        cr_assert_eq(bitframe_alloc(&pool), (first + (UINT64_C(1) << bit)) * FRAME);
    for (unsigned bit = 40; bit-- != 0;)
        cr_assert_eq(bitframe_alloc(&pool), (end - (UINT64_C(1) << bit)) * FRAME);
    cr_assert_eq(bitframe_alloc(&pool), 0);
    guarded_close(words, size);
}

/* A pool and its metadata are one thing that may be seen at another address. */

Test(pool, works_at_another_address)
{
    /* One block of memory, mapped twice: as an identity map and a linear map show the same frames. */
    const uint64_t metadata_bytes = BITFRAME_METADATA_BYTES(FRAME, 100000 * FRAME);
    const uint64_t size = 4096 + metadata_bytes;
    char *at[2];
    guarded_open_twice(at, size, BITFRAME_METADATA_ALIGN);
    struct bitframe *before = (struct bitframe *)(void *)at[0];
    struct bitframe *after = (struct bitframe *)(void *)at[1];
    cr_assert_eq(bitframe_init(before, FRAME, 100000 * FRAME, at[0] + 4096, metadata_bytes), BITFRAME_OK);
    cr_assert_eq(bitframe_alloc(before), FRAME);
    guarded_close(at[0], size);
    cr_assert_eq(bitframe_check(after), BITFRAME_SOUND);
    for (uint64_t frame = 2; frame <= 5000; frame++)
        cr_assert_eq(bitframe_alloc(after), frame * FRAME);
    for (uint64_t frame = 1; frame <= 5000; frame++)
        cr_assert_eq(bitframe_free(after, frame * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_check(after), BITFRAME_SOUND);
    cr_assert_eq(bitframe_get_free_frames(after), 100000);
    guarded_close(at[1], size);
}

Test(pool, names)
{
    for (int i = 0; i <= BITFRAME_OFFLINE; i++) {
        for (int j = 0; j < i; j++)
            cr_expect_str_neq(bitframe_get_status_name((enum bitframe_status)i),
                              bitframe_get_status_name((enum bitframe_status)j));
    }
    for (int i = 0; i <= BITFRAME_BAD_OFFLINE; i++) {
        for (int j = 0; j < i; j++)
            cr_expect_str_neq(bitframe_get_invariant_name((enum bitframe_invariant)i),
                              bitframe_get_invariant_name((enum bitframe_invariant)j));
    }
    cr_expect_str_eq(bitframe_get_status_name((enum bitframe_status)99), "unknown status");
    cr_expect_str_eq(bitframe_get_invariant_name((enum bitframe_invariant)99), "unknown invariant");
}

/* Huge frames */

Test(pool_huge, refusals_change_nothing)
{
    guarded_plain_pool(&pool, &metadata, HUGE + FRAME, 4 * HUGE);
    cr_expect_eq(bitframe_free_huge(&pool, 2 * HUGE + FRAME), BITFRAME_MISALIGNED);
    cr_expect_eq(bitframe_free_huge(&pool, 2 * HUGE), BITFRAME_DOUBLE_FREE);
    cr_expect_eq(bitframe_free_huge(&pool, HUGE), BITFRAME_UNMANAGED, "its first frame is not the pool's");
    cr_expect_eq(bitframe_free_huge(&pool, 100 * HUGE), BITFRAME_UNMANAGED);
    cr_assert_eq(bitframe_alloc_huge(&pool), 2 * HUGE);
    cr_assert_eq(bitframe_reserve(&pool, 3 * HUGE, FRAME), BITFRAME_OK);
    cr_expect_eq(bitframe_free_huge(&pool, 3 * HUGE), BITFRAME_RESERVED);
    cr_assert_eq(bitframe_free(&pool, 2 * HUGE + 5 * FRAME), BITFRAME_OK);
    cr_expect_eq(bitframe_free_huge(&pool, 2 * HUGE), BITFRAME_DOUBLE_FREE, "one of its frames is free");
    ASSERT_SOUND(&pool);
    cr_assert_eq(bitframe_alloc_huge(&pool), 4 * HUGE);
    cr_expect_eq(bitframe_alloc_huge(&pool), 0, "the others lack a frame");
    cr_assert_eq(bitframe_free_huge(&pool, 4 * HUGE), BITFRAME_OK);
    ASSERT_SOUND(&pool);
}

Test(pool_huge, a_free_moves_the_window)
{
    struct bitframe_map_range ranges[4];
    struct bitframe_map map;
    cr_assert_eq(bitframe_map_init(&map, ranges, 4), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, HUGE, HUGE), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, 100 * HUGE, HUGE), BITFRAME_OK);
    guarded_pool(&pool, &metadata, &map);
    cr_assert_eq(bitframe_alloc_huge(&pool), HUGE);
    cr_assert_eq(bitframe_alloc_huge(&pool), 100 * HUGE);
    cr_expect_eq(bitframe_free_huge(&pool, 100 * HUGE), BITFRAME_OK);
    cr_expect_eq(bitframe_free_huge(&pool, HUGE), BITFRAME_OK);
    ASSERT_SOUND(&pool);
    cr_expect_eq(bitframe_alloc_huge(&pool), HUGE, "the lowest");
}
