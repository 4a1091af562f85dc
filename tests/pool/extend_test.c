/* SPDX-License-Identifier: MIT */
/* extend_test.c - pools that grow, by name */
#include <inttypes.h>
#include <string.h>

#include <bitframe/adopt.h>
#include <bitframe/bulk.h>
#include <bitframe/offline.h>

#include "extend_pools.h"

/** Extend by one range; @p first_pa is where its first frame will be found free. */
static void extend_by(uint64_t pa, uint64_t frames)
{
    uint64_t free_frames = bitframe_get_free_frames(&pool);
    add(BITFRAME_MAP_RAM, pa, frames * FRAME);
    extend();
    cr_expect_eq(bitframe_get_free_frames(&pool), free_frames + frames);
    cr_expect_eq(bitframe_alloc_at(&pool, pa, frames), BITFRAME_OK);
    cr_expect_eq(bitframe_free_run(&pool, pa, frames), BITFRAME_OK);
    ASSERT_SOUND(&pool);
}

Test(extend, below_above_between_and_beside)
{
    const uint64_t low = 4096 * FRAME, base = 64 * low; /* 16 MiB and 1 GiB with frames of 4 KiB */
    begin();
    add(BITFRAME_MAP_RAM, base + 70 * FRAME, 1000 * FRAME);
    make();
    cr_assert_eq(bitframe_alloc(&pool), base + 70 * FRAME);
    cr_assert_eq(bitframe_reserve(&pool, base + 1069 * FRAME, FRAME), BITFRAME_OK);
    extend_by(2 * base, 300);                         /* above, a segment of its own */
    extend_by(base + 1070 * FRAME, 10);               /* touching above, in the word of the last frame */
    extend_by(base + 69 * FRAME, 1);                  /* touching below, in the word of the first */
    extend_by(base + 65 * FRAME, 2);                  /* in that word, not touching */
    extend_by(base + 2 * FRAME, 3);                   /* in the same huge frame */
    extend_by(low, 5);                                /* below, a segment of its own */
    extend_by(base + base / 2, 40000);                /* between */
    extend_by(base + 1080 * FRAME, 512 * 256 - 1080); /* and what joins two segments */
    cr_expect_eq(bitframe_free(&pool, base + 1069 * FRAME), BITFRAME_RESERVED);
    cr_expect_eq(bitframe_free(&pool, base + 70 * FRAME), BITFRAME_OK, "it was allocated before all of that");
    cr_expect_eq(bitframe_alloc(&pool), low, "the lowest of all memory");
    cr_expect_eq(pool.segment_count, 3);
    ASSERT_SOUND(&pool);
}

Test(extend, what_the_map_reserves_counts_for_new_frames_only)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB, 1000 * FRAME);
    add(BITFRAME_MAP_RESERVED, GIB + 900 * FRAME, 100 * FRAME);
    make();
    cr_assert_eq(bitframe_unreserve(&pool, GIB + 950 * FRAME, 50 * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_alloc_at(&pool, GIB + 960 * FRAME, 1), BITFRAME_OK);
    add(BITFRAME_MAP_RAM, GIB + 1000 * FRAME, 1000 * FRAME);
    add(BITFRAME_MAP_RESERVED, GIB + 800 * FRAME, 400 * FRAME);
    extend();
    cr_expect_eq(bitframe_get_reserved_frames(&pool), 50 + 200);
    cr_expect_eq(pool.reserved_count, 2);
    cr_expect_eq(bitframe_free(&pool, GIB + 800 * FRAME), BITFRAME_DOUBLE_FREE);
    cr_expect_eq(bitframe_free(&pool, GIB + 949 * FRAME), BITFRAME_RESERVED);
    cr_expect_eq(bitframe_free(&pool, GIB + 960 * FRAME), BITFRAME_OK);
    cr_expect_eq(bitframe_free(&pool, GIB + 1000 * FRAME), BITFRAME_RESERVED);
    cr_expect_eq(bitframe_free(&pool, GIB + 1200 * FRAME), BITFRAME_DOUBLE_FREE);
}

Test(extend, reservations_that_meet_become_one)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB, 100 * FRAME);
    add(BITFRAME_MAP_RESERVED, GIB + 90 * FRAME, 10 * FRAME);
    make();
    add(BITFRAME_MAP_RAM, GIB + 100 * FRAME, 100 * FRAME);
    add(BITFRAME_MAP_RESERVED, GIB + 100 * FRAME, 10 * FRAME);
    extend();
    cr_expect_eq(pool.reserved_count, 1);
    cr_expect_eq(bitframe_get_reserved_frames(&pool), 20);
}

Test(extend, reservation_across_a_hole_leaves_the_hole_alone)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB, 100 * FRAME);
    add(BITFRAME_MAP_RAM, GIB + 200 * FRAME, 100 * FRAME);
    make();
    cr_assert_eq(bitframe_reserve(&pool, GIB + 90 * FRAME, 120 * FRAME), BITFRAME_OK);
    cr_assert_eq(pool.reserved_count, 1);
    add(BITFRAME_MAP_RAM, GIB + 150 * FRAME, 50 * FRAME);
    extend();
    cr_expect_eq(pool.reserved_count, 2);
    cr_expect_eq(bitframe_get_reserved_frames(&pool), 20);
    cr_expect_eq(bitframe_get_free_frames(&pool), 90 + 50 + 90);
}

Test(extend, room_for_reservations_is_as_after_making)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB, 1000 * FRAME);
    make();
    for (uint64_t round = 0; round < 3; round++) {
        uint64_t done = 0;
        while (bitframe_reserve(&pool, GIB + (round * 100 + 2 * done) * FRAME, FRAME) == BITFRAME_OK)
            done++;
        cr_expect_eq(done, BITFRAME_SPARE_RESERVED, "round %" PRIu64, round);
        extend(); /* over the same memory: that will do */
        cr_expect_eq(bitframe_get_reserved_frames(&pool), (round + 1) * BITFRAME_SPARE_RESERVED);
    }
}

Test(extend, what_is_offline_stays_so)
{
    struct bitframe_offline_range record;
    struct guarded words = {0};
    uint64_t count;
    begin();
    add(BITFRAME_MAP_RAM, GIB, 1000 * FRAME);
    make();
    cr_assert_eq(bitframe_alloc_at(&pool, GIB + 2 * FRAME, 3), BITFRAME_OK);
    uint64_t *bits = guarded_offline_words(&words, GIB, 10 * FRAME, &count);
    cr_assert_eq(bitframe_set_offline(&pool, &record, GIB, 10 * FRAME, bits, count), BITFRAME_OK);
    extend_by(2 * GIB, 300);
    extend_by(16 * MIB, 5);
    cr_expect_eq(bitframe_get_offline_frames(&pool), 7);
    cr_expect_eq(bitframe_get_offline_in_use(&record), 3);
    cr_expect_eq(bitframe_free(&pool, GIB), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_free(&pool, GIB + 3 * FRAME), BITFRAME_OK);
    cr_expect_eq(bitframe_get_offline_frames(&pool), 8);
    cr_expect_eq(bitframe_set_online(&pool, &record), BITFRAME_OK);
    cr_expect_eq(bitframe_get_free_frames(&pool), 305 + 1000 - 2);
    ASSERT_SOUND(&pool);

    /* A hole that the range reaches across, and that is memory in the map. */
    uint64_t bytes;
    bits = guarded_offline_words(&words, GIB + 990 * FRAME, GIB, &count);
    cr_assert_eq(bitframe_set_offline(&pool, &record, GIB + 990 * FRAME, GIB, bits, count), BITFRAME_OK);
    cr_assert_eq(bitframe_get_offline_frames(&pool), 310);
    add(BITFRAME_MAP_RAM, 2 * GIB - 8 * FRAME, 8 * FRAME);
    cr_expect_eq(bitframe_get_extend_bytes(&pool, &map, &bytes), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_set_online(&pool, &record), BITFRAME_OK);
    cr_expect_eq(bitframe_get_extend_bytes(&pool, &map, &bytes), BITFRAME_OK);
    ASSERT_SOUND(&pool);
}

Test(extend, nothing_free_before)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB, 1000 * FRAME);
    make();
    cr_assert_eq(bitframe_alloc_range(&pool, 0, UINT64_MAX), 1000);
    extend();
    cr_expect_eq(bitframe_alloc(&pool), 0);
    extend_by(3 * GIB, 1);
    cr_expect_eq(bitframe_alloc(&pool), 3 * GIB);
    cr_expect_eq(bitframe_free(&pool, GIB), BITFRAME_OK);
    cr_expect_eq(bitframe_alloc(&pool), GIB);
}

Test(extend, refusals_change_nothing)
{
    static char before[1 << 16];
    begin();
    add(BITFRAME_MAP_RAM, GIB, 1000 * FRAME);
    add(BITFRAME_MAP_RAM, 2 * GIB, 1000 * FRAME);
    add(BITFRAME_MAP_RESERVED, 2 * GIB, 10 * FRAME);
    make();
    cr_assert_eq(bitframe_alloc_at(&pool, GIB + 3 * FRAME, 5), BITFRAME_OK);
    cr_assert_leq(metadata.bytes, sizeof(before));
    memcpy(before, metadata.memory, metadata.bytes);
    struct bitframe pool_before;
    memcpy(&pool_before, &pool, sizeof(pool));

    static struct bitframe_map_range small_ranges[1];
    struct bitframe_map nothing, huge, less, cut, incomplete;
    bitframe_map_init(&nothing, small_ranges, 1);
    static struct bitframe_map_range huge_ranges[1];
    bitframe_map_init(&huge, huge_ranges, 1);
    bitframe_map_add(&huge, BITFRAME_MAP_RAM, GIB, (BITFRAME_FRAMES_MAX + 1) * FRAME);
    static struct bitframe_map_range less_ranges[4], cut_ranges[4], incomplete_ranges[2];
    bitframe_map_init(&less, less_ranges, 4);
    bitframe_map_add(&less, BITFRAME_MAP_RAM, GIB, 500 * MIB);
    bitframe_map_init(&cut, cut_ranges, 4);
    bitframe_map_add(&cut, BITFRAME_MAP_RAM, GIB, 2 * GIB);
    bitframe_map_add(&cut, BITFRAME_MAP_HOLE, 2 * GIB + 999 * FRAME, 1);
    bitframe_map_init(&incomplete, incomplete_ranges, 2);
    bitframe_map_add(&incomplete, BITFRAME_MAP_RAM, GIB, 2 * GIB);
    bitframe_map_add(&incomplete, BITFRAME_MAP_RESERVED, GIB, 1);
    bitframe_map_add(&incomplete, BITFRAME_MAP_RESERVED, GIB + MIB, 1);

    add(BITFRAME_MAP_RAM, 3 * GIB, 64 * MIB);
    uint64_t bytes = 0;
    cr_assert_eq(bitframe_get_extend_bytes(&pool, &map, &bytes), BITFRAME_OK);
    struct guarded next_room = {0}, around_room = {0};
    char *next = guarded_renew(&next_room, bytes, BITFRAME_METADATA_ALIGN);
    /* A pool in its own new metadata, and metadata that reach into the old from below. */
    char *around = guarded_renew(&around_room, 2 * bytes + sizeof(pool), BITFRAME_METADATA_ALIGN);
    const struct {
        const struct bitframe_map *map;
        void *metadata;
        uint64_t bytes;
        enum bitframe_status status;
        const char *what;
    } cases[] = {
        {NULL, next, bytes, BITFRAME_INVALID, "no map"},
        {&map, NULL, bytes, BITFRAME_INVALID, "no metadata"},
        {&map, next + 8, bytes, BITFRAME_INVALID, "misaligned"},
        {&map, next, bytes - 1, BITFRAME_NO_ROOM, "a byte too few"},
        {&map, next, 0, BITFRAME_NO_ROOM, "no bytes"},
        {&nothing, next, bytes, BITFRAME_INVALID, "nothing to manage"},
        {&huge, next, bytes, BITFRAME_INVALID, "too many frames"},
        {&less, next, UINT64_MAX, BITFRAME_INVALID, "a span less"},
        {&cut, next, UINT64_MAX, BITFRAME_INVALID, "a frame less"},
        {&incomplete, next, UINT64_MAX, BITFRAME_INCOMPLETE, "incomplete"},
        {&map, metadata.memory, UINT64_MAX, BITFRAME_INVALID, "the old metadata"},
        {&map, metadata.memory + (metadata.bytes - 1) / 64 * 64, UINT64_MAX, BITFRAME_INVALID, "their end"},
        {&map, metadata.memory - (bytes - 1) / 64 * 64, UINT64_MAX, BITFRAME_INVALID, "reaching into them"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect_eq(bitframe_extend(&pool, cases[i].map, cases[i].metadata, cases[i].bytes), cases[i].status,
                     "%s", cases[i].what);
        cr_assert_eq(memcmp(&pool, &pool_before, sizeof(pool)), 0, "%s", cases[i].what);
        cr_assert_eq(memcmp(metadata.memory, before, metadata.bytes), 0, "%s", cases[i].what);
        for (uint64_t k = 0; k < bytes; k++)
            cr_assert_eq(next[k], (char)GARBAGE, "%s", cases[i].what);
    }
    cr_expect_eq(bitframe_extend(NULL, &map, next, bytes), BITFRAME_INVALID);
    struct bitframe *inside = (struct bitframe *)(void *)(around + bytes / 64 * 64 - 64);
    cr_assert_eq(bitframe_adopt(inside, metadata.memory, metadata.bytes), BITFRAME_OK);
    cr_expect_eq(bitframe_extend(inside, &map, around, bytes), BITFRAME_INVALID, "over the pool itself");
    cr_expect_eq(bitframe_check(inside), BITFRAME_SOUND);

    uint64_t unchanged = 7;
    cr_expect_eq(bitframe_get_extend_bytes(NULL, &map, &unchanged), BITFRAME_INVALID);
    cr_expect_eq(bitframe_get_extend_bytes(&pool, NULL, &unchanged), BITFRAME_INVALID);
    cr_expect_eq(bitframe_get_extend_bytes(&pool, &map, NULL), BITFRAME_INVALID);
    cr_expect_eq(bitframe_get_extend_bytes(&pool, &cut, &unchanged), BITFRAME_INVALID);
    cr_expect_eq(bitframe_get_extend_bytes(&pool, &incomplete, &unchanged), BITFRAME_INCOMPLETE);
    cr_expect_eq(unchanged, 7);
    cr_expect_eq(bitframe_extend(&pool, &map, next, bytes), BITFRAME_OK, "and nothing else was wrong");
    ASSERT_SOUND(&pool);
}

/* docs/map.md: memory that is plugged in later. PAs stand for offsets in a block of memory here. */

static struct guarded ram;

static void *at(uint64_t pa)
{
    return ram.memory + (pa - GIB);
}

Test(extend, example_of_the_documentation)
{
    begin();
    guarded_renew(&ram, 64 * FRAME, FRAME);
    add(BITFRAME_MAP_RAM, GIB, ram.bytes);
    uint64_t old_pa, old_bytes;
    cr_assert_eq(bitframe_place(&map, &old_pa, &old_bytes), BITFRAME_OK);
    cr_assert_eq(bitframe_init_map(&pool, &map, at(old_pa), old_bytes), BITFRAME_OK);
    uint64_t page = bitframe_alloc(&pool);

    add(BITFRAME_MAP_RAM, 4 * GIB, 128 * MIB);
    uint64_t bytes, pa;
    cr_assert_eq(bitframe_get_extend_bytes(&pool, &map, &bytes), BITFRAME_OK);
    struct bitframe_request request = {.frames = (bytes + FRAME - 1) / FRAME};
    cr_assert_eq(bitframe_alloc_run(&pool, &request, &pa), BITFRAME_OK);
    cr_assert_eq(bitframe_extend(&pool, &map, at(pa), request.frames * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_unreserve(&pool, old_pa, old_bytes), BITFRAME_OK);
    memset(at(old_pa), 0xA5, old_bytes);

    ASSERT_SOUND(&pool);
    cr_expect_eq(bitframe_get_reserved_frames(&pool), 0);
    cr_expect_eq(bitframe_get_free_frames(&pool), 64 + 128 * MIB / FRAME - 1 - request.frames);
    cr_expect_eq(bitframe_free(&pool, page), BITFRAME_OK);
    cr_expect_eq(bitframe_alloc(&pool), old_pa);
    cr_expect_eq(bitframe_alloc_at(&pool, 4 * GIB, 128 * MIB / FRAME), BITFRAME_OK);
}
