/* SPDX-License-Identifier: MIT */
/* pool_limits_test.c - the largest pool, and the smallest place for its metadata, to the bit and the byte. */
#include "small_limits.h"

#include <criterion/criterion.h>

#include <string.h>

#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"
#include "test_pool.h"

enum { RANGES = 1024, SEGMENT_FRAMES = GROUP_HUGE * BITFRAME_HUGE_FRAMES };

static struct bitframe pool;
static struct bitframe_map map;
static struct bitframe_map_range ranges[RANGES];
static struct guarded metadata;

static void begin(void)
{
    cr_assert_eq(bitframe_map_init(&map, ranges, RANGES), BITFRAME_OK);
}

static void add(enum bitframe_map_kind kind, uint64_t first, uint64_t frames)
{
    cr_assert_eq(bitframe_map_add(&map, kind, first * FRAME, frames * FRAME), BITFRAME_OK);
}

static void assert_fits(void)
{
    guarded_pool(&pool, &metadata, &map);
}

static void assert_does_not_fit(void)
{
    uint64_t bytes = 7;
    cr_expect_eq(bitframe_map_get_metadata_bytes(&map, &bytes), BITFRAME_INVALID);
    cr_expect_eq(bytes, 7);
    cr_expect_eq(bitframe_init_map(&pool, &map, metadata.memory, UINT64_MAX), BITFRAME_INVALID);
}

Test(pool_limits, frames)
{
    begin();
    add(BITFRAME_MAP_RAM, 1000, BITFRAME_FRAMES_MAX - 1);
    assert_fits();
    add(BITFRAME_MAP_RAM, 999, 1);
    assert_fits();
    add(BITFRAME_MAP_RAM, 998, 1);
    assert_does_not_fit();
    add(BITFRAME_MAP_HOLE, 2000, 1);
    assert_fits();
}

/** Each span far from the others costs a group of the bitmap, however short it is. */
Test(pool_limits, bits_of_many_far_apart_spans)
{
    const uint64_t most = 4 * BITFRAME_FRAMES_MAX / SEGMENT_FRAMES;
    begin();
    for (uint64_t i = 1; i <= most; i++) {
        add(BITFRAME_MAP_RAM, i * 1000000, 1);
        assert_fits();
        cr_expect_eq(pool.segment_count, i);
    }
    cr_expect_eq(pool.frames.words * WORD_BITS, 4 * BITFRAME_FRAMES_MAX);
    for (uint64_t i = 1; i <= most; i++)
        cr_expect_eq(bitframe_alloc(&pool), i * 1000000 * FRAME);
    add(BITFRAME_MAP_RAM, 1000, 1);
    assert_does_not_fit();
}

/* Above 16 MiB, where a place is looked for first. The first span is of one group: then one span makes an odd
 * number of words, and two an even one. */
enum { MOST_RESERVED = 300, SPAN_FIRST = 8448, SPAN_FRAMES = 3800, SPANS = 3 };

/** A map with @p free_frames frames in a row free, no other two, @p reserved reservations at least, and
 * spans. */
static void begin_fragmented(uint64_t free_frames, uint64_t reserved, uint64_t spans)
{
    begin();
    add(BITFRAME_MAP_RAM, SPAN_FIRST, SPAN_FRAMES);
    add(BITFRAME_MAP_RESERVED, SPAN_FIRST, 2);
    uint64_t first = SPAN_FIRST + 3 + free_frames;
    add(BITFRAME_MAP_RESERVED, SPAN_FIRST + 2 + free_frames, 1);
    for (uint64_t i = 0; i < reserved; i++)
        add(BITFRAME_MAP_RESERVED, first + 1 + 2 * i, 1);
    first += 2 * reserved;
    add(BITFRAME_MAP_RESERVED, first + 1, SPAN_FIRST + SPAN_FRAMES - first - 1);
    for (uint64_t i = 1; i < spans; i++)
        add(BITFRAME_MAP_RAM, i * 1000000, 1);
}

/** A pool in as many bytes as the place has. */
static void make_at_place(uint64_t bytes)
{
    guarded_renew(&metadata, bytes, BITFRAME_METADATA_ALIGN);
    cr_assert_eq(bitframe_init_map(&pool, &map, metadata.memory, bytes), BITFRAME_OK);
}

/**
 * The place is chosen by what the map needs before the place itself is reserved in it, which may take an
 * entry of the table more. Some numbers of reservations and spans are such that this entry takes another
 * frame.
 */
Test(pool_limits, place_holds_what_it_adds)
{
    uint64_t whole = 0, half = 0;
    for (uint64_t i = 0; i <= MOST_RESERVED * SPANS; i++) {
        uint64_t reserved = i / SPANS, spans = 1 + i % SPANS;
        uint64_t needed = 0, needed_then = 0, pa = 0, bytes = 0;
        begin_fragmented(20, reserved, spans);
        /* A hole before the place: it is not next to a reservation, so it is an entry of its own. */
        add(BITFRAME_MAP_HOLE, SPAN_FIRST + 1, 1);
        cr_assert_eq(bitframe_map_get_metadata_bytes(&map, &needed), BITFRAME_OK);
        cr_assert_eq(bitframe_place(&map, &pa, &bytes), BITFRAME_OK);
        cr_expect_eq(pa, (SPAN_FIRST + 2) * FRAME);
        cr_assert_eq(bitframe_map_get_metadata_bytes(&map, &needed_then), BITFRAME_OK);
        cr_assert_eq(needed_then, needed + sizeof(struct span));
        cr_assert_leq(needed_then, bytes, "%zu reservations", (size_t)reserved);
        cr_assert_gt(needed_then, bytes - FRAME, "a frame less would do: %zu reservations", (size_t)reserved);
        make_at_place(bytes);
        whole += needed % FRAME == 0;
        half += needed % FRAME == FRAME - sizeof(struct span) / 2;
    }
    cr_assert_gt(whole, 0, "the entry never took a frame");
    cr_assert_gt(half, 0, "it never began in the one before");
}

Test(pool_limits, place_just_fits)
{
    for (uint64_t i = 0; i <= MOST_RESERVED * SPANS; i++) {
        uint64_t reserved = i / SPANS, spans = 1 + i % SPANS;
        uint64_t pa = 0, bytes = 0;
        begin_fragmented(20, reserved, spans);
        cr_assert_eq(bitframe_place(&map, &pa, &bytes), BITFRAME_OK);
        uint64_t frames = bytes / FRAME;

        begin_fragmented(frames, reserved, spans);
        cr_assert_eq(bitframe_place(&map, &pa, &bytes), BITFRAME_OK);
        cr_expect_eq(pa, (SPAN_FIRST + 2) * FRAME);
        cr_expect_eq(bytes, frames * FRAME);
        make_at_place(bytes);

        if (frames == 1)
            continue; /* any free frame would do */
        begin_fragmented(frames - 1, reserved, spans);
        struct bitframe_map before = map;
        pa = bytes = 7;
        cr_expect_eq(bitframe_place(&map, &pa, &bytes), BITFRAME_NONE);
        cr_expect_eq(memcmp(&before, &map, sizeof(map)), 0);
        cr_expect(pa == 7 && bytes == 7);
    }
}
