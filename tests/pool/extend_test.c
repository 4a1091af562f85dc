/* SPDX-License-Identifier: MIT */
/*
 * extend_test.c - pools that grow, compared with a byte per frame
 *
 * The seed is printed; BITFRAME_SEED repeats a run, BITFRAME_EXTEND_ROUNDS sets its length.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bitframe/adopt.h>
#include <bitframe/bulk.h>
#include <bitframe/check.h>
#include <bitframe/extend.h>
#include <bitframe/map.h>
#include <bitframe/offline.h>

#include "huge_calls.h"
#include "layout/header.h"
#include "model.h"
#include "random.h"
#include "test_pool.h"

enum { RANGES = 512 };

static struct bitframe pool;
static struct model model;
static struct bitframe_map map;
static struct bitframe_map_range ranges[RANGES];
static struct guarded metadata;

static void begin(void)
{
    cr_assert_eq(bitframe_map_init(&map, ranges, RANGES), BITFRAME_OK);
}

static void add(enum bitframe_map_kind kind, uint64_t pa, uint64_t bytes)
{
    cr_assert_eq(bitframe_map_add(&map, kind, pa, bytes), BITFRAME_OK);
}

static void make(void)
{
    guarded_pool(&pool, &metadata, &map);
}

/** Extend over the map; the former metadata are overwritten, as their owner may. */
static void extend(void)
{
    struct guarded next = {0};
    uint64_t bytes;
    cr_assert_eq(bitframe_get_extend_bytes(&pool, &map, &bytes), BITFRAME_OK);
    guarded_renew(&next, bytes, BITFRAME_METADATA_ALIGN);
    cr_assert_eq(bitframe_extend(&pool, &map, next.memory, bytes), BITFRAME_OK);
    struct bitframe other;
    cr_assert_eq(bitframe_adopt(&other, metadata.memory, metadata.bytes), BITFRAME_MALFORMED, "nobody's");
    memset(metadata.memory, GARBAGE, metadata.bytes);
    guarded_close(metadata.memory, metadata.bytes);
    metadata = next;
    ASSERT_SOUND(&pool);
}

static bool is_free(uint64_t frame)
{
    const struct segment *segment = segment_of_frame(&pool, frame);
    return frame_is_managed(&pool, frame) && levels_test(&pool, &pool.frames, bit_of_frame(segment, frame));
}

/* Against the model */

static void assert_same_frames(const char *after)
{
    ASSERT_SOUND(&pool);
    for (uint64_t i = 0; i < model.frames; i++) {
        enum model_state state = (enum model_state)model.state[i];
        uint64_t frame = model.number[0] + i;
        cr_assert_eq(frame_is_managed(&pool, frame), state != MODEL_FOREIGN, "%s: frame %" PRIu64, after, i);
        if (state == MODEL_FOREIGN)
            continue;
        cr_assert_eq(is_free(frame), state == MODEL_FREE, "%s: frame %" PRIu64, after, i);
        cr_assert_eq(frame_is_reserved(&pool, frame), state == MODEL_RESERVED, "%s: frame %" PRIu64, after,
                     i);
    }
    cr_assert_eq(bitframe_get_free_frames(&pool), model_count(&model, MODEL_FREE), "%s", after);
    cr_assert_eq(bitframe_get_reserved_frames(&pool), model_count(&model, MODEL_RESERVED), "%s", after);
    cr_assert_eq(bitframe_get_total_frames(&pool), model.frames - model_count(&model, MODEL_FOREIGN), "%s",
                 after);
}

/** What a random map makes of the model's window: RAM and reservations, each a byte per frame. */
static uint8_t *is_ram, *is_reserved;

static void add_random(enum bitframe_map_kind kind, uint8_t *marks, uint64_t first, uint64_t frames)
{
    if (frames > model.frames - first)
        frames = model.frames - first;
    add(kind, (model.number[0] + first) * FRAME, frames * FRAME);
    memset(marks + first, 1, frames);
}

/** Where something interesting may begin: anywhere, or at or near an end of a span of the pool. */
static uint64_t some_place(void)
{
    if (pool.span_count == 0 || below(2) == 0)
        return below(model.frames);
    const struct span *span = pool_spans(&pool) + below(pool.span_count);
    uint64_t place = (below(2) == 0 ? span->first : span->end) - model.number[0];
    place += below(3) == 0 ? below(140) - 70 : below(3) == 0 ? below(1400) - 700 : 0;
    return place < model.frames ? place : below(model.frames);
}

/** A random map that manages all that the model does, and a model of the pool over it. */
static void grow_model(void)
{
    begin();
    memset(is_ram, 0, model.frames);
    memset(is_reserved, 0, model.frames);
    uint64_t pieces = 1 + below(4);
    for (uint64_t i = 0; i < pieces; i++)
        add_random(BITFRAME_MAP_RAM, is_ram, some_place(), 1 + skewed(model.frames / 2));
    pieces = below(4);
    for (uint64_t i = 0; i < pieces; i++)
        add_random(BITFRAME_MAP_RESERVED, is_reserved, some_place(), 1 + skewed(model.frames / 8 + 1));
    for (uint64_t i = 0; i < model.frames;) {
        uint64_t first = i;
        while (i < model.frames && model.state[i] != MODEL_FOREIGN)
            i++;
        if (i != first)
            add(BITFRAME_MAP_RAM, (model.number[0] + first) * FRAME, (i - first) * FRAME);
        else
            i++;
    }
    for (uint64_t i = 0; i < model.frames; i++) {
        if (model.state[i] == MODEL_FOREIGN && is_ram[i])
            model.state[i] = is_reserved[i] ? MODEL_RESERVED : MODEL_FREE;
        model.covered[i] = model.state[i] == MODEL_RESERVED;
    }
}

static void begin_model(uint64_t first, uint64_t frames)
{
    model.most = frames;
    model.number = realloc(model.number, frames * sizeof(*model.number));
    model.state = realloc(model.state, frames);
    model.covered = realloc(model.covered, frames);
    model.wanted = realloc(model.wanted, frames);
    is_ram = realloc(is_ram, frames);
    is_reserved = realloc(is_reserved, frames);
    model_begin(&model);
    cr_assert(model_add(&model, first, frames));
    memset(model.state, MODEL_FOREIGN, frames);
    memset(&pool, 0, sizeof(pool));
    grow_model();
}

static uint64_t some_pa(void)
{
    return (model.number[0] + some_place()) * FRAME - (below(16) == 0 ? FRAME / 2 : 0);
}

/** One call on pool and model. */
static void call(void)
{
    enum bitframe_status got = BITFRAME_OK, expected = BITFRAME_OK;
    uint64_t pa = some_pa(), frames = 1 + skewed(model.frames / 8 + 1);
    uint64_t choice = below(8);
    switch (choice) {
    case 0: cr_assert_eq(bitframe_alloc(&pool), model_alloc(&model)); break;
    case 1:
        got = bitframe_free(&pool, pa);
        expected = model_free(&model, pa);
        break;
    case 2: {
        const struct bitframe_request request = {.frames = below(3) == 0 ? BITFRAME_HUGE_FRAMES : frames,
                                                 .align = below(3) == 0 ? FRAME << below(11) : 0,
                                                 .flags = (uint32_t)below(2)};
        uint64_t run = 0, model_run = 0;
        got = alloc_run_or_huge(&pool, &request, &run);
        expected = model_alloc_run(&model, &request, &model_run);
        cr_assert_eq(run, model_run);
        break;
    }
    case 3:
        got = bitframe_alloc_at(&pool, pa, frames);
        expected = model_claim(&model, pa, frames);
        break;
    case 4:
    case 5:
        got = free_run_or_huge(&pool, pa, frames);
        expected = model_free_run(&model, pa, frames);
        break;
    case 6:
        got = bitframe_reserve(&pool, pa, frames * (FRAME / 2));
        expected = model_reserve(&model, pa, frames * (FRAME / 2));
        break;
    default:
        if (pool.reserved_count != 0 && below(4) != 0) {
            const struct span *span = pool_reserved(&pool) + below(pool.reserved_count);
            pa = (span->first + below(span->end - span->first)) * FRAME;
            frames = 1 + below(span->end - pa / FRAME);
        }
        got = bitframe_unreserve(&pool, pa, frames * FRAME);
        expected = model_unreserve(&model, pa, frames * FRAME);
    }
    cr_assert_eq(got, expected, "call %" PRIu64 ": %s, should be %s", choice, bitframe_get_status_name(got),
                 bitframe_get_status_name(expected));
}

static void run_calls(uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++)
        call();
    assert_same_frames("calls");
}

static uint64_t grow_once(uint64_t first, uint64_t frames, uint64_t calls)
{
    begin_model(first, frames);
    make();
    assert_same_frames("made");
    model.room = pool.reserved_room;
    run_calls(calls);
    uint64_t grown = 0;
    do {
        grow_model();
        extend();
        assert_same_frames("extended");
        cr_assert_eq(pool.reserved_count, model_reservations(&model, model.covered));
        cr_assert_eq(pool.reserved_room, pool.reserved_count + BITFRAME_SPARE_RESERVED);
        model.room = pool.reserved_room;
        run_calls(calls);
        struct bitframe adopted;
        cr_assert_eq(bitframe_adopt(&adopted, metadata.memory, metadata.bytes), BITFRAME_OK);
        cr_assert_eq(bitframe_get_free_frames(&adopted), bitframe_get_free_frames(&pool));
        /* The pool goes on with what adopting has left, which is as it should be. */
        assert_same_frames("adopted");
        grown++;
    } while (below(3) != 0);
    return grown;
}

Test(extend, equals_model_on_any_map)
{
    uint64_t rounds = amount("BITFRAME_EXTEND_ROUNDS", 1000);
    seed_random("extend", 77);
    uint64_t grown = 0;
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t frames = 64 + skewed(12000);
        grown += grow_once(1 + below(UINT64_C(1) << (10 + below(40))), frames, 30);
    }
    /* And with blocks. */
    for (uint64_t i = 0; i < 1 + rounds / 250; i++)
        grown += grow_once(1 + below(3000000), 900000 + below(3000), 5);
    printf("extend: %" PRIu64 " extensions compared\n", grown);
}

/* By name */

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
    begin();
    add(BITFRAME_MAP_RAM, GIB + 70 * FRAME, 1000 * FRAME);
    make();
    cr_assert_eq(bitframe_alloc(&pool), GIB + 70 * FRAME);
    cr_assert_eq(bitframe_reserve(&pool, GIB + 1069 * FRAME, FRAME), BITFRAME_OK);
    extend_by(2 * GIB, 300);                         /* above, a segment of its own */
    extend_by(GIB + 1070 * FRAME, 10);               /* touching above, in the word of the last frame */
    extend_by(GIB + 69 * FRAME, 1);                  /* touching below, in the word of the first */
    extend_by(GIB + 65 * FRAME, 2);                  /* in that word, not touching */
    extend_by(GIB + 2 * FRAME, 3);                   /* in the same line */
    extend_by(16 * MIB, 5);                          /* below, a segment of its own */
    extend_by(GIB + 512 * MIB, 40000);               /* between */
    extend_by(GIB + 1080 * FRAME, 512 * 256 - 1080); /* and what joins two segments */
    cr_expect_eq(bitframe_free(&pool, GIB + 1069 * FRAME), BITFRAME_RESERVED);
    cr_expect_eq(bitframe_free(&pool, GIB + 70 * FRAME), BITFRAME_OK, "it was taken before all of that");
    cr_expect_eq(bitframe_alloc(&pool), 16 * MIB, "the lowest of all memory");
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
