/* SPDX-License-Identifier: MIT */
/* pool_init_test.c - which memory bitframe_init() makes a pool of, and how much metadata that takes */
#include <inttypes.h>
#include <string.h>

#include <bitframe/bulk.h>

#include "pool_states.h"

Test(pool_init, refuses_bad_arguments)
{
    const struct {
        uint64_t first_pa, bytes;
    } ranges[] = {
        {0x1000, 0},                              /* nothing */
        {0x1000, 0xFFF},                          /* no whole frame */
        {0x1800, 0x1000},                         /* none between two cuts either */
        {0, 0x1000},                              /* only frame 0 */
        {0, 0x1FFF},                              /* and part of the next */
        {UINT64_MAX, 2},                          /* wraps */
        {UINT64_MAX - 0xFFE, 0x2000},             /* wraps over whole frames */
        {0x1000, UINT64_MAX},                     /* wraps to itself */
        {0x1000, (BITFRAME_FRAMES_MAX + 1) << 12} /* one too many */
    };
    memset(&pool, 0xA5, sizeof(pool));
    struct bitframe before = pool;
    char *memory = guarded_renew(&metadata, BITFRAME_METADATA_ALIGN, BITFRAME_METADATA_ALIGN);
    for (size_t i = 0; i < COUNT(ranges); i++)
        cr_expect_eq(bitframe_init(&pool, ranges[i].first_pa, ranges[i].bytes, memory, UINT64_MAX),
                     BITFRAME_INVALID, "range %zu", i);
    cr_expect_eq(bitframe_init(NULL, 0x1000, 0x1000, memory, UINT64_MAX), BITFRAME_INVALID);
    cr_expect_eq(bitframe_init(&pool, 0x1000, 0x1000, NULL, UINT64_MAX), BITFRAME_INVALID);
    for (uintptr_t off = 1; off < BITFRAME_METADATA_ALIGN; off++)
        cr_expect_eq(bitframe_init(&pool, 0x1000, 0x1000, memory + off, UINT64_MAX - off), BITFRAME_INVALID,
                     "misaligned by %zu", (size_t)off);
    cr_expect_eq(memcmp(&before, &pool, sizeof(pool)), 0, "a refusal changes nothing");
}

Test(pool_init, refuses_too_little_metadata)
{
    const uint64_t frames[] = {1, 63, 64, 65, 512, 513, 70000, (UINT64_C(1) << 39) + 1, BITFRAME_FRAMES_MAX};
    memset(&pool, 0xA5, sizeof(pool));
    struct bitframe before = pool;
    char *memory = guarded_renew(&metadata, BITFRAME_METADATA_ALIGN, BITFRAME_METADATA_ALIGN);
    for (size_t i = 0; i < COUNT(frames); i++) {
        struct bitframe_map map;
        struct bitframe_map_range range;
        uint64_t needed = 0;
        bitframe_map_init(&map, &range, 1);
        bitframe_map_add(&map, BITFRAME_MAP_RAM, FRAME, frames[i] * FRAME);
        cr_assert_eq(bitframe_map_get_metadata_bytes(&map, &needed), BITFRAME_OK);
        cr_expect_leq(needed, BITFRAME_METADATA_BYTES(FRAME, frames[i] * FRAME));
        cr_expect_eq(bitframe_init(&pool, 0x1000, frames[i] * FRAME, memory, needed - 1), BITFRAME_NO_ROOM);
        cr_expect_eq(bitframe_init(&pool, 0x1000, frames[i] * FRAME, memory, 0), BITFRAME_NO_ROOM);
    }
    cr_expect_eq(memcmp(&before, &pool, sizeof(pool)), 0, "a refusal changes nothing");
}

Test(pool_init, rounds_inward)
{
    const struct {
        uint64_t first_pa, bytes, lowest, frames;
    } cases[] = {
        {0, 0x2000, 0x1000, 1}, /* frame 0 is never handed out */
        {1, 0x2FFF, 0x1000, 2},
        {0x1001, 0x2FFF, 0x2000, 2},
        {0x1FFF, 0x1001, 0x2000, 1},
        {0x200000, 0x200000, 0x200000, 512},
        {0x1FF000, 0x2000, 0x1FF000, 2},                                 /* across two huge frames */
        {UINT64_C(0x100000000000), 0x5000, UINT64_C(0x100000000000), 5}, /* frame numbers beyond 32 bits */
        {UINT64_MAX - 0x2FFF, 0x3000, UINT64_MAX - 0x2FFF, 3},           /* up to 2^64 */
        {UINT64_MAX - 0x2FFE, 0x2FFF, UINT64_MAX - 0x1FFF, 2},           /* and cut at its start */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        guarded_plain_pool(&pool, &metadata, cases[i].first_pa, cases[i].bytes);
        cr_expect_eq(bitframe_get_total_frames(&pool), cases[i].frames, "case %zu", i);
        cr_expect_eq(bitframe_get_free_frames(&pool), cases[i].frames, "case %zu", i);
        for (uint64_t f = 0; f < cases[i].frames; f++)
            cr_expect_eq(bitframe_alloc(&pool), cases[i].lowest + f * FRAME, "case %zu", i);
        cr_expect_eq(bitframe_alloc(&pool), 0);
        for (uint64_t f = cases[i].frames; f-- != 0;)
            cr_expect_eq(bitframe_free(&pool, cases[i].lowest + f * FRAME), BITFRAME_OK, "case %zu", i);
        ASSERT_SOUND(&pool);
    }
}

Test(pool_init, stays_within_its_metadata)
{
    for (uint64_t first = 1; first < 1200; first += 97) {
        for (uint64_t frames = 1; frames < 150000; frames = frames * 5 / 3 + 1) {
            make_pool(first, frames);
            cr_assert_eq(bitframe_alloc_range(&pool, 0, UINT64_MAX), frames);
            ASSERT_SOUND(&pool);
        }
    }
}

Test(pool_init, metadata_is_small)
{
    for (uint64_t frames = 1; frames <= BITFRAME_FRAMES_MAX; frames *= 2) {
        uint64_t bytes = BITFRAME_METADATA_BYTES(FRAME * 511, frames * FRAME);
        cr_expect_leq((double)bytes, 0.13 * (double)frames + 1152, "%" PRIu64 " frames", frames);
    }
}
