/* SPDX-License-Identifier: MIT */
/* stats_test.c - figures and walks of pools, compared with loops over single frames that follow the definitions. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <bitframe/bulk.h>
#include <bitframe/map.h>
#include <bitframe/offline.h>
#include <bitframe/stats.h>
#include <bitframe/walk.h>

#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"
#include "random.h"
#include "test_pool.h"

enum { BLOCK_FRAMES = BITFRAME_HUGE_FRAMES * BITFRAME_GIGANTIC_HUGE_FRAMES };

static struct bitframe pool;
static struct bitframe_offline_range record;
static struct guarded words, metadata;

static bool is_free(uint64_t frame)
{
    return frame_is_managed(&pool, frame) && levels_test(&pool, &pool.frames, pool_bit(&pool, frame));
}

/** Is @p frame offline, by what bitframe_free() would say of it? Asks a pool that may be told anything. */
static bool is_offline(uint64_t frame)
{
    return bitframe_alloc_at(&pool, frame * FRAME, 1) == BITFRAME_OFFLINE;
}

/** The definitions, frame by frame, over [@p first, @p end), outside which no frame is the pool's. */
static struct bitframe_free_layout measure(uint64_t first, uint64_t end)
{
    struct bitframe_free_layout naive = {0};
    uint64_t free_frames = 0, run = 0, huge_frame = 0, block = 0;
    for (uint64_t frame = first / BLOCK_FRAMES * BLOCK_FRAMES; frame < end + BLOCK_FRAMES; frame++) {
        if (frame % BITFRAME_HUGE_FRAMES == 0)
            huge_frame = 0;
        if (frame % BLOCK_FRAMES == 0)
            block = 0;
        if (frame < first || frame >= end || !is_free(frame)) {
            run = 0;
            continue;
        }
        free_frames++;
        naive.free_huge_frames += ++huge_frame == BITFRAME_HUGE_FRAMES;
        naive.free_gigantic_frames += ++block == BLOCK_FRAMES;
        if (++run > naive.largest_frames) {
            naive.largest_frames = run;
            naive.largest_pa = (frame + 1 - run) * FRAME;
        }
    }
    cr_assert_eq(free_frames, bitframe_get_free_frames(&pool));
    if (free_frames != 0) {
        naive.unusable_permille =
            (uint32_t)((free_frames - naive.free_huge_frames * BITFRAME_HUGE_FRAMES) * 1000 / free_frames);
        naive.scattered_permille = (uint32_t)((free_frames - naive.largest_frames) * 1000 / free_frames);
    }
    return naive;
}

static void assert_measured(uint64_t first, uint64_t end)
{
    struct bitframe_free_layout naive = measure(first, end), got;
    struct bitframe before = pool;
    memset(&got, 0xA5, sizeof(got));
    bitframe_get_fragmentation(&pool, &got);
    cr_assert_eq(got.free_huge_frames, naive.free_huge_frames);
    cr_assert_eq(got.free_gigantic_frames, naive.free_gigantic_frames);
    cr_assert_eq(got.largest_frames, naive.largest_frames, "%" PRIu64 ", should be %" PRIu64,
                 got.largest_frames, naive.largest_frames);
    cr_assert_eq(got.largest_pa, naive.largest_pa);
    cr_assert_eq(got.unusable_permille, naive.unusable_permille);
    cr_assert_eq(got.scattered_permille, naive.scattered_permille);
    cr_assert_eq(memcmp(&before, &pool, sizeof(pool)), 0, "it only reads");
}

static void assert_spans(uint64_t first, uint64_t end)
{
    struct bitframe_span_stats sum = {0}, got, before;
    uint64_t spans = 0;
    for (uint64_t frame = first; frame < end; frame++) {
        if (!frame_is_managed(&pool, frame))
            continue;
        struct bitframe_span_stats naive = {.first_pa = frame * FRAME};
        for (; frame_is_managed(&pool, frame); frame++) {
            naive.frames++;
            naive.free_frames += is_free(frame);
            naive.reserved_frames += frame_is_reserved(&pool, frame);
            naive.offline_frames += !is_free(frame) && is_offline(frame);
        }
        memset(&got, 0xA5, sizeof(got));
        cr_assert_eq(bitframe_get_span(&pool, spans++, &got), BITFRAME_OK);
        cr_assert_eq(got.first_pa, naive.first_pa);
        cr_assert_eq(got.frames, naive.frames);
        cr_assert_eq(got.free_frames, naive.free_frames);
        cr_assert_eq(got.reserved_frames, naive.reserved_frames);
        cr_assert_eq(got.offline_frames, naive.offline_frames);
        sum.frames += got.frames;
        sum.free_frames += got.free_frames;
        sum.reserved_frames += got.reserved_frames;
        sum.offline_frames += got.offline_frames;
    }
    cr_assert_eq(bitframe_get_span_count(&pool), spans);
    cr_assert_eq(sum.frames, bitframe_get_total_frames(&pool));
    cr_assert_eq(sum.free_frames, bitframe_get_free_frames(&pool));
    cr_assert_eq(sum.reserved_frames, bitframe_get_reserved_frames(&pool));
    cr_assert_eq(sum.offline_frames, bitframe_get_offline_frames(&pool));
    before = got;
    cr_assert_eq(bitframe_get_span(&pool, spans, &got), BITFRAME_INVALID);
    cr_assert_eq(bitframe_get_span(&pool, UINT64_MAX, &got), BITFRAME_INVALID);
    cr_assert_eq(memcmp(&before, &got, sizeof(got)), 0, "a refusal changes nothing");
}

Test(stats, refuses_null)
{
    struct bitframe_span_stats got;
    guarded_plain_pool(&pool, &metadata, FRAME, 10 * FRAME);
    cr_expect_eq(bitframe_get_span(NULL, 0, &got), BITFRAME_INVALID);
    cr_expect_eq(bitframe_get_span(&pool, 0, NULL), BITFRAME_INVALID);
}

Test(stats, by_hand)
{
    struct bitframe_free_layout got;
    const struct bitframe_request all = {.frames = 2 * BITFRAME_HUGE_FRAMES};
    uint64_t pa = 0;
    guarded_plain_pool(&pool, &metadata, GIB, 2 * BITFRAME_HUGE_FRAMES * FRAME);
    bitframe_get_fragmentation(&pool, &got);
    cr_expect_eq(got.free_huge_frames, 2);
    cr_expect_eq(got.free_gigantic_frames, 0);
    cr_expect_eq(got.largest_frames, 1024);
    cr_expect_eq(got.largest_pa, GIB);
    cr_expect_eq(got.unusable_permille, 0);
    cr_expect_eq(got.scattered_permille, 0);

    bitframe_alloc(&pool); /* the bit of the huge frame stands, and the huge frame is not free */
    bitframe_get_fragmentation(&pool, &got);
    cr_expect_eq(got.free_huge_frames, 1);
    cr_expect_eq(got.largest_frames, 1023);
    cr_expect_eq(got.largest_pa, GIB + FRAME);
    cr_expect_eq(got.unusable_permille, 511 * 1000 / 1023);
    cr_expect_eq(got.scattered_permille, 0);

    cr_assert_eq(bitframe_alloc_at(&pool, GIB + 512 * FRAME, 1), BITFRAME_OK); /* 511 free on both sides */
    bitframe_get_fragmentation(&pool, &got);
    cr_expect_eq(got.free_huge_frames, 0);
    cr_expect_eq(got.largest_frames, 511);
    cr_expect_eq(got.largest_pa, GIB + FRAME, "the lowest of the largest");
    cr_expect_eq(got.unusable_permille, 1000);
    cr_expect_eq(got.scattered_permille, 500);

    cr_assert_eq(bitframe_free(&pool, GIB), BITFRAME_OK);
    cr_assert_eq(bitframe_free(&pool, GIB + 512 * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_alloc_run(&pool, &all, &pa), BITFRAME_OK);
    bitframe_get_fragmentation(&pool, &got);
    cr_expect_eq(got.free_huge_frames, 0);
    cr_expect_eq(got.largest_frames, 0);
    cr_expect_eq(got.largest_pa, 0);
    cr_expect_eq(got.unusable_permille, 0);
    cr_expect_eq(got.scattered_permille, 0);
}

Test(stats, blocks_are_aligned_in_memory)
{
    struct bitframe_free_layout got;
    guarded_plain_pool(&pool, &metadata, GIB + GIB / 2, 2 * GIB + GIB / 2);
    bitframe_get_fragmentation(&pool, &got);
    cr_expect_eq(got.free_gigantic_frames, 2, "[2 GiB, 4 GiB)");
    cr_expect_eq(got.free_huge_frames, 5 * BITFRAME_GIGANTIC_HUGE_FRAMES / 2);
    cr_assert_eq(bitframe_alloc_at(&pool, 3 * GIB, 1), BITFRAME_OK);
    bitframe_get_fragmentation(&pool, &got);
    cr_expect_eq(got.free_gigantic_frames, 1);
    cr_assert_eq(bitframe_alloc_at(&pool, 3 * GIB - FRAME, 1), BITFRAME_OK);
    bitframe_get_fragmentation(&pool, &got);
    cr_expect_eq(got.free_gigantic_frames, 0, "511 huge frames behind half a block are none");
}

Test(stats, runs_end_with_their_segment)
{
    /* A segment fills its group of 8 huge frames, so the next follows in the bitmap without a bit between. */
    struct bitframe_map_range ranges[2];
    struct bitframe_map map;
    struct bitframe_free_layout got;
    const uint64_t bytes = 8 * BITFRAME_HUGE_FRAMES * FRAME;
    cr_assert_eq(bitframe_map_init(&map, ranges, 2), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, GIB, bytes), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, 2 * GIB, bytes), BITFRAME_OK);
    guarded_pool(&pool, &metadata, &map);
    cr_assert_eq(pool.segment_count, 2);
    bitframe_get_fragmentation(&pool, &got);
    cr_expect_eq(got.free_huge_frames, 16);
    cr_expect_eq(got.largest_frames, 8 * BITFRAME_HUGE_FRAMES);
    cr_expect_eq(got.largest_pa, GIB);
    cr_expect_eq(got.scattered_permille, 500);
}

static bool is_allocated(uint64_t frame)
{
    return frame_is_managed(&pool, frame) && !is_free(frame) && !frame_is_reserved(&pool, frame) &&
           !is_offline(frame);
}

/** The runs of allocated frames from frame @p from on. */
static void assert_walk(uint64_t from, uint64_t end)
{
    struct bitframe before = pool;
    struct bitframe_map_run run = {0};
    uint64_t frame = from;
    for (uint64_t naive = from; naive < end; naive++) {
        if (!is_allocated(naive))
            continue;
        uint64_t first = naive;
        while (is_allocated(naive))
            naive++;
        cr_assert(bitframe_next_allocated(&pool, &frame, UINT64_MAX, &run), "from %" PRIu64 " on", first);
        cr_assert_eq(run.first_pa, first * FRAME);
        cr_assert_eq(run.frames, naive - first);
        cr_assert_eq(frame, naive);
    }
    struct bitframe_map_run last = run;
    cr_assert_not(bitframe_next_allocated(&pool, &frame, UINT64_MAX, &run));
    cr_assert_eq(memcmp(&last, &run, sizeof(run)), 0);
    cr_assert_eq(memcmp(&before, &pool, sizeof(pool)), 0, "it only reads");
}

/** A random map over [@p first, @p first + @p frames), random calls to its pool, and the figures of it. */
static void compare(uint64_t first, uint64_t frames, uint64_t longest)
{
    struct bitframe_map_range ranges[32];
    struct bitframe_map map;
    cr_assert_eq(bitframe_map_init(&map, ranges, COUNT(ranges)), BITFRAME_OK);
    bitframe_map_add(&map, BITFRAME_MAP_RAM, first * FRAME, frames * FRAME);
    for (uint64_t i = below(8); i != 0; i--)
        bitframe_map_add(&map, below(2) ? BITFRAME_MAP_HOLE : BITFRAME_MAP_RESERVED,
                         (first + 1 + below(frames)) * FRAME, (1 + below(frames / 8 + 1)) * FRAME);
    guarded_pool(&pool, &metadata, &map);
    for (uint64_t i = 1 + below(30); i != 0; i--)
        (void)bitframe_alloc_at(&pool, (first + below(frames)) * FRAME, 1 + below(1 + below(longest)));
    bool is_offline_somewhere = below(2) != 0;
    if (is_offline_somewhere) {
        uint64_t pa = (first + below(frames)) * FRAME, bytes = (1 + below(frames / 4 + 1)) * FRAME, count;
        uint64_t *bits = guarded_offline_words(&words, pa, bytes, &count);
        cr_assert_eq(bitframe_set_offline(&pool, &record, pa, bytes, bits, count), BITFRAME_OK);
    }
    for (uint64_t i = below(60); i != 0; i--)
        (void)bitframe_free_run(&pool, (first + below(frames)) * FRAME, 1 + below(1 + below(longest)));
    for (uint64_t i = below(200); i != 0; i--)
        bitframe_alloc(&pool);
    ASSERT_SOUND(&pool);
    assert_measured(first, first + frames);
    assert_spans(first, first + frames);
    assert_walk(first, first + frames);
    assert_walk(first + below(frames), first + frames);
    while (below(2) && bitframe_alloc_range(&pool, (first + below(frames)) * FRAME, UINT64_MAX) != 0)
        assert_measured(first, first + frames);
}

Test(stats, leftovers_of_an_adopted_pool)
{
    /* docs/map.md: a kernel that adopts a pool frees what it has no owner for. */
    struct bitframe_map_run run;
    guarded_plain_pool(&pool, &metadata, GIB, 1000 * FRAME);
    cr_assert_eq(bitframe_reserve(&pool, GIB, 5 * FRAME), BITFRAME_OK);
    for (unsigned i = 0; i < 300; i++)
        bitframe_alloc(&pool);
    for (unsigned i = 0; i < 300; i += 3)
        cr_assert_eq(bitframe_free(&pool, GIB + (5 + i) * FRAME), BITFRAME_OK);
    unsigned runs = 0;
    for (uint64_t frame = 0; bitframe_next_allocated(&pool, &frame, UINT64_MAX, &run); runs++)
        cr_assert_eq(bitframe_free_run(&pool, run.first_pa, run.frames), BITFRAME_OK);
    cr_expect_eq(runs, 100);
    cr_expect_eq(bitframe_get_free_frames(&pool), 995);
}

Test(stats, equal_naive_loops)
{
    uint64_t pools = amount("BITFRAME_STATS_POOLS", 300);
    seed_random("figures", 1403);
    for (uint64_t i = 0; i < pools; i++) {
        uint64_t frames = 1 + below(below(2) ? 200 : 9000);
        compare(1 + below(below(2) ? 3000 : UINT64_C(1) << 36), frames, 1 + frames / 10);
    }
    for (uint64_t i = 0; i < 1 + pools / 100; i++) /* with blocks */
        compare(1 + below(BLOCK_FRAMES), 3 * BLOCK_FRAMES, 3000);
}
