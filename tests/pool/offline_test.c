/* SPDX-License-Identifier: MIT */
/* offline_test.c - memory that is taken out of use: what is accepted, what refused, and where frames go. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <string.h>

#include <bitframe/adopt.h>
#include <bitframe/bulk.h>
#include <bitframe/check.h>
#include <bitframe/extend.h>
#include <bitframe/map.h>
#include <bitframe/offline.h>

#include "core/cursor.h"
#include "core/range.h"
#include "layout/bitmap.h"
#include "layout/metadata.h"
#include "layout/offline_records.h"
#include "layout/window.h"
#include "test_pool.h"

/* The pool and the records of offline ranges; their memory is guarded. */
static struct world {
    struct bitframe pool;
    struct bitframe_offline_range records[3];
} world;

static struct guarded metadata, words[3];
static struct bitframe *const pool = &world.pool;
static struct bitframe_offline_range *const record = world.records;

/* What make_pool() makes, in frames: two spans, and a reservation in the first. */
enum {
    BASE = 16 * 256,
    HOLE = 40 * 256,
    BEHIND = 41 * 256,
    END = 80 * 256,
    RESERVED = 20 * 256,
    RESERVED_FRAMES = 5,
    TOTAL = END - BASE - 256,
};

static void make_pool(void)
{
    struct bitframe_map_range ranges[8];
    struct bitframe_map map;
    memset(&world, GARBAGE, sizeof(world));
    cr_assert_eq(bitframe_map_init(&map, ranges, COUNT(ranges)), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, BASE * FRAME, (END - BASE) * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_HOLE, HOLE * FRAME, (BEHIND - HOLE) * FRAME),
                 BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RESERVED, RESERVED * FRAME, RESERVED_FRAMES * FRAME),
                 BITFRAME_OK);
    guarded_pool(pool, &metadata, &map);
    cr_assert_eq(bitframe_get_offline_frames(pool), 0);
}

/** Words for record @p i, which is not in use. */
static uint64_t *make_words(size_t i, uint64_t count)
{
    return guarded_renew(words + i, count * sizeof(uint64_t), sizeof(uint64_t));
}

static uint64_t *bits_of(size_t i)
{
    return (uint64_t *)(void *)words[i].memory;
}

/** Take frames out of use, with as many words as the frames take that are the pool's. */
static enum bitframe_status offline(size_t i, uint64_t first, uint64_t frames)
{
    uint64_t low = pool_spans(pool)[0].first, end = pool_spans(pool)[pool->span_count - 1].end;
    low = first > low ? first : low;
    end = first + frames < end ? first + frames : end;
    uint64_t count = low < end ? offline_word_count(low, end) : 0;
    return bitframe_set_offline(pool, record + i, first * FRAME, frames * FRAME, make_words(i, count), count);
}

/** Everything that a call may change: pool, records, and what they were given. */
struct contents {
    struct world world;
    char first_bytes[1 << 14], word_bytes[3][1 << 12];
};

static void copy_contents(struct contents *to)
{
    memset(to, 0, sizeof(*to));
    to->world = world;
    cr_assert_leq(metadata.bytes, sizeof(to->first_bytes));
    memcpy(to->first_bytes, metadata.memory, metadata.bytes);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_leq(words[i].bytes, sizeof(to->word_bytes[i]));
        if (words[i].bytes != 0)
            memcpy(to->word_bytes[i], words[i].memory, words[i].bytes);
    }
}

static struct contents before;

static void expect_unchanged(void)
{
    static struct contents now;
    copy_contents(&now);
    cr_expect_eq(memcmp(&before, &now, sizeof(now)), 0, "a refusal changes nothing");
}

static enum bitframe_status free_frame(uint64_t frame)
{
    return bitframe_free(pool, frame * FRAME);
}

static void assert_counts(uint64_t free_frames, uint64_t offline_frames, uint64_t in_use)
{
    ASSERT_SOUND(pool);
    cr_assert_eq(bitframe_get_free_frames(pool), free_frames, "free: %" PRIu64,
                 bitframe_get_free_frames(pool));
    cr_assert_eq(bitframe_get_offline_frames(pool), offline_frames, "offline: %" PRIu64,
                 bitframe_get_offline_frames(pool));
    cr_assert_eq(bitframe_get_offline_in_use(record), in_use, "in use: %" PRIu64,
                 bitframe_get_offline_in_use(record));
}

/** Take all there is. Returns how many; none may be in [@p first, @p end). */
static uint64_t exhaust(uint64_t first, uint64_t end)
{
    uint64_t frames = 0;
    for (uint64_t pa; (pa = bitframe_alloc(pool)) != 0; frames++)
        cr_assert(pa / FRAME < first || pa / FRAME >= end, "frame %" PRIu64 " is out of use", pa / FRAME);
    return frames;
}

/* Going */

Test(offline, free_frames_go_at_once)
{
    make_pool();
    cr_assert_eq(offline(0, BASE, 3), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 3, 3, 0);
    cr_expect_eq(bitframe_get_total_frames(pool), TOTAL);
    cr_expect_eq(bitframe_alloc(pool), (BASE + 3) * FRAME);
    uint64_t pa = 0;
    struct bitframe_request request = {.frames = 1, .max_pa = (BASE + 3) * FRAME};
    cr_expect_eq(bitframe_alloc_run(pool, &request, &pa), BITFRAME_NONE);
    cr_expect_eq(bitframe_alloc_range(pool, 0, (BASE + 3) * FRAME), 0);
    cr_expect_eq(bitframe_alloc_at(pool, BASE * FRAME, 1), BITFRAME_OFFLINE);
    cr_expect_eq(free_frame(BASE), BITFRAME_OFFLINE);
    assert_counts(TOTAL - RESERVED_FRAMES - 4, 3, 0);
    cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 1, 0, 0);
    cr_expect_eq(bitframe_alloc(pool), BASE * FRAME);
}

Test(offline, frames_in_use_go_when_they_are_freed)
{
    make_pool();
    for (int i = 0; i < 4; i++)
        bitframe_alloc(pool);
    cr_assert_eq(offline(0, BASE + 2, 4), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 6, 2, 2);
    cr_expect_eq(bitframe_alloc_at(pool, (BASE + 2) * FRAME, 2), BITFRAME_IN_USE,
                 "these are not offline yet");
    cr_expect_eq(free_frame(BASE + 3), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 6, 3, 1);
    cr_expect_eq(free_frame(BASE + 3), BITFRAME_OFFLINE, "it is offline, and not taken any more");
    cr_expect_eq(free_frame(BASE + 1), BITFRAME_OK, "beside the range");
    cr_expect_eq(free_frame(BASE + 2), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 5, 4, 0);
    cr_expect_eq(bitframe_alloc(pool), (BASE + 1) * FRAME);
    cr_expect_eq(bitframe_alloc(pool), (BASE + 6) * FRAME);
}

Test(offline, a_part_of_a_frame_is_all_of_it)
{
    make_pool();
    cr_assert_eq(bitframe_set_offline(pool, record, (BASE + 1) * FRAME + FRAME - 1, 2, make_words(0, 1), 1),
                 BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 2, 2, 0);
    cr_expect_eq(bitframe_alloc_at(pool, BASE * FRAME, 1), BITFRAME_OK);
    cr_expect_eq(bitframe_alloc_at(pool, (BASE + 1) * FRAME, 1), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_alloc_at(pool, (BASE + 2) * FRAME, 1), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_alloc_at(pool, (BASE + 3) * FRAME, 1), BITFRAME_OK);
}

/* The gap before the range goes out of use holds it whole, ends in it, begins in it, is all of it. */
Test(offline_regression, a_frame_freed_into_an_offline_range_is_never_handed_out_again)
{
    const struct {
        uint64_t first, frames;
    } ranges[] = {
        {BASE + 100, 700},                     /* inside a gap */
        {BASE, 64},                            /* where it begins */
        {RESERVED - 3, 30},                    /* around the reservation */
        {HOLE - 1, BEHIND - HOLE + 2},         /* around the hole */
        {RESERVED + RESERVED_FRAMES, 20},      /* behind a reservation */
        {BASE, RESERVED - BASE},               /* all of a gap */
        {0, END},                              /* everything */
        {END - 1, UINT64_MAX / FRAME - END},   /* the last */
        {BASE + 511, 1},                       /* a bad page */
        {BASE + 512, BITFRAME_HUGE_FRAMES},    /* a huge one */
        {BASE + 1023, BITFRAME_HUGE_FRAMES},   /* not aligned */
        {BASE + 60, 5 * BITFRAME_HUGE_FRAMES}, /* across lines, begins and ends inside words */
    };
    for (size_t i = 0; i < COUNT(ranges); i++) {
        for (int window = 0; window < 4; window++) {
            const uint64_t window_at[] = {BASE, RESERVED + RESERVED_FRAMES, BEHIND, END - 1};
            make_pool();
            cr_assert_eq(exhaust(0, 0), TOTAL - RESERVED_FRAMES);
            cr_assert_eq(free_frame(window_at[window]), BITFRAME_OK);
            cr_assert_eq(bitframe_alloc(pool), window_at[window] * FRAME);

            uint64_t first = ranges[i].first, end = first + ranges[i].frames;
            cr_assert_eq(offline(0, first, ranges[i].frames), BITFRAME_OK);
            uint64_t in_use = bitframe_get_offline_in_use(record);
            assert_counts(0, 0, in_use);
            uint64_t outside = 0;
            for (uint64_t frame = BASE; frame < END; frame++) {
                bool is_reserved = frame - RESERVED < RESERVED_FRAMES;
                if (frame - HOLE < BEHIND - HOLE)
                    continue;
                cr_assert_eq(free_frame(frame), is_reserved ? BITFRAME_RESERVED : BITFRAME_OK, "%" PRIu64,
                             frame);
                outside += !is_reserved && (frame < first || frame >= end);
            }
            assert_counts(outside, in_use, 0);
            cr_assert_eq(in_use + outside, TOTAL - RESERVED_FRAMES);
            cr_assert_eq(exhaust(first, end), outside);
            for (uint64_t frame = BASE; frame < END; frame++) {
                if (frame >= first && frame < end && frame_is_managed(pool, frame) &&
                    !frame_is_reserved(pool, frame))
                    cr_assert_eq(free_frame(frame), BITFRAME_OFFLINE);
            }
            assert_counts(0, in_use, 0);
        }
    }
}

Test(offline_regression, onlining_after_frees_gives_all_back)
{
    make_pool();
    cr_assert_eq(exhaust(0, 0), TOTAL - RESERVED_FRAMES);
    cr_assert_eq(offline(0, BASE + 5, END - BASE - 10), BITFRAME_OK);
    for (uint64_t frame = BASE; frame < END; frame++)
        (void)free_frame(frame);
    assert_counts(10, TOTAL - RESERVED_FRAMES - 10, 0);
    cr_assert_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES, 0, 0);
    cr_expect_eq(free_frame(RESERVED), BITFRAME_RESERVED);
    cr_expect_eq(exhaust(0, 0), TOTAL - RESERVED_FRAMES);
    for (uint64_t frame = BASE; frame < HOLE; frame++)
        cr_assert_eq(free_frame(frame), frame - RESERVED < RESERVED_FRAMES ? BITFRAME_RESERVED : BITFRAME_OK);
    ASSERT_SOUND(pool);
}

Test(offline, online_leaves_in_use_what_is_in_use)
{
    make_pool();
    for (int i = 0; i < 300; i++)
        bitframe_alloc(pool);
    for (uint64_t i = 0; i < 300; i += 3)
        cr_assert_eq(free_frame(BASE + i), BITFRAME_OK);
    cr_assert_eq(offline(0, BASE + 30, 240), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 200 - 80, 80, 160);
    for (uint64_t i = 31; i < 31 + 30; i += 3)
        cr_assert_eq(free_frame(BASE + i), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 200 - 80, 90, 150);
    cr_assert_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 200 + 10, 0, 0);
    for (uint64_t i = 0; i < 300; i++) {
        bool is_allocated = i % 3 != 0 && !(i % 3 == 1 && i >= 31 && i < 61);
        cr_assert_eq(free_frame(BASE + i), is_allocated ? BITFRAME_OK : BITFRAME_DOUBLE_FREE, "%" PRIu64, i);
    }
    assert_counts(TOTAL - RESERVED_FRAMES, 0, 0);
}

Test(offline, free_run_puts_each_frame_where_it_belongs)
{
    make_pool();
    cr_assert_eq(bitframe_alloc_at(pool, BASE * FRAME, 1000), BITFRAME_OK);
    cr_assert_eq(offline(0, BASE + 100, 100), BITFRAME_OK);
    cr_assert_eq(offline(1, BASE + 300, 100), BITFRAME_OK);
    cr_assert_eq(offline(2, BASE + 200, 1), BITFRAME_OK);
    cr_expect_eq(bitframe_free_run(pool, (BASE + 50) * FRAME, 300), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 1000 + 50 + 99, 151, 0);
    cr_expect_eq(bitframe_get_offline_in_use(record + 1), 50);
    cr_expect_eq(bitframe_get_offline_in_use(record + 2), 0);

    /* One frame that is offline already spoils a run, and so does one that is free. */
    copy_contents(&before);
    cr_expect_eq(bitframe_free_run(pool, (BASE + 349) * FRAME, 100), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_free_run(pool, (BASE + 49) * FRAME, 52), BITFRAME_OFFLINE, "before double free");
    cr_expect_eq(bitframe_free_run(pool, (BASE + 49) * FRAME, 2), BITFRAME_DOUBLE_FREE);
    expect_unchanged();
    cr_expect_eq(bitframe_free_run(pool, (BASE + 350) * FRAME, 50), BITFRAME_OK, "wholly inside");
    cr_expect_eq(bitframe_free_run(pool, (BASE + 400) * FRAME, 600), BITFRAME_OK, "wholly outside");
    cr_expect_eq(bitframe_free_run(pool, BASE * FRAME, 50), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 201, 201, 0);
    for (int i = 0; i < 3; i++)
        cr_expect_eq(bitframe_set_online(pool, record + i), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES, 0, 0);
}

Test(offline, bulk_calls_all_or_none)
{
    make_pool();
    cr_assert_eq(bitframe_alloc_at(pool, BASE * FRAME, 200), BITFRAME_OK);
    cr_assert_eq(offline(0, BASE + 60, 100), BITFRAME_OK);
    uint64_t pas[201], count;
    for (uint64_t i = 0; i < 200; i++)
        pas[i] = (BASE + i) * FRAME;
    pas[200] = pas[100];
    cr_expect_eq(bitframe_free_bulk(pool, pas, 201, 0, &count), BITFRAME_OFFLINE, "one of them twice");
    cr_expect_eq(count, 0);
    assert_counts(TOTAL - RESERVED_FRAMES - 200, 0, 100);
    for (uint64_t i = 0; i < 200; i++)
        cr_assert_eq(bitframe_alloc_at(pool, pas[i], 1), BITFRAME_IN_USE, "as it was");
    cr_expect_eq(bitframe_free_bulk(pool, pas, 201, BITFRAME_PARTIAL, &count), BITFRAME_OFFLINE);
    cr_expect_eq(count, 200);
    assert_counts(TOTAL - RESERVED_FRAMES - 100, 100, 0);
    struct bitframe_request request = {.frames = 200};
    cr_assert_eq(bitframe_alloc_bulk(pool, &request, pas, &count), BITFRAME_OK);
    for (uint64_t i = 0; i < 200; i++)
        cr_assert_eq(pas[i], (BASE + i + (i < 60 ? 0 : 100)) * FRAME);
    cr_expect_eq(bitframe_free_bulk(pool, pas, 200, 0, &count), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 100, 100, 0);
}

Test(offline, keeps_2_mib_and_1_gib_from_being_whole)
{
    struct bitframe_request block = {.frames = GIB / FRAME, .align = GIB};
    uint64_t pa = 0;
    guarded_plain_pool(pool, &metadata, GIB, 2 * GIB);
    cr_assert_eq(offline(0, GIB / FRAME + 700, 1), BITFRAME_OK);
    assert_counts(2 * GIB / FRAME - 1, 1, 0);
    cr_assert_eq(bitframe_alloc_run(pool, &block, &pa), BITFRAME_OK);
    cr_expect_eq(pa, 2 * GIB);
    cr_expect_eq(bitframe_alloc_run(pool, &block, &pa), BITFRAME_NONE);
    cr_assert_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    ASSERT_SOUND(pool);
    cr_expect_eq(bitframe_alloc_run(pool, &block, &pa), BITFRAME_OK);
    cr_expect_eq(pa, GIB);
}

Test(offline, up_to_2_to_the_64)
{
    uint64_t first_pa = 0 - 3 * FRAME;
    guarded_plain_pool(pool, &metadata, first_pa, 3 * FRAME);
    uint64_t *one = make_words(0, 1);
    cr_expect_eq(bitframe_set_offline(pool, record, 0 - FRAME, FRAME + 1, one, 1), BITFRAME_INVALID);
    cr_assert_eq(bitframe_set_offline(pool, record, 0 - FRAME, FRAME, one, 1), BITFRAME_OK);
    assert_counts(2, 1, 0);
    cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    cr_assert_eq(bitframe_set_offline(pool, record, 0, UINT64_MAX, one, 1), BITFRAME_OK,
                 "one word is enough for the frames that the pool has");
    assert_counts(0, 3, 0);
}

/* Refusals */

Test(offline, refuses_bad_arguments)
{
    make_pool();
    cr_assert_eq(offline(1, BASE + 10, 10), BITFRAME_OK);
    uint64_t *one = make_words(0, 1);
    copy_contents(&before);
    cr_expect_eq(bitframe_set_offline(NULL, record, BASE * FRAME, FRAME, one, 1), BITFRAME_INVALID);
    cr_expect_eq(bitframe_set_offline(pool, NULL, BASE * FRAME, FRAME, one, 1), BITFRAME_INVALID);
    cr_expect_eq(bitframe_set_offline(pool, record, BASE * FRAME, FRAME, NULL, 1), BITFRAME_INVALID);
    for (uintptr_t off = 1; off < sizeof(*one); off++)
        cr_expect_eq(bitframe_set_offline(pool, record, BASE * FRAME, FRAME,
                                          (uint64_t *)(void *)((uintptr_t)one + off), 1),
                     BITFRAME_INVALID, "words misaligned by %zu", (size_t)off);
    cr_expect_eq(bitframe_set_offline(pool, record, BASE * FRAME, 0 - BASE * FRAME + 1, one, 1),
                 BITFRAME_INVALID, "wraps");
    cr_expect_eq(bitframe_set_offline(pool, record + 1, BASE * FRAME, FRAME, one, 1), BITFRAME_INVALID,
                 "the record of a range that is out of use");
    cr_expect_eq(bitframe_set_offline(pool, record + 1, BASE * FRAME, 0, one, 1), BITFRAME_INVALID,
                 "even for nothing");
    cr_expect_eq(bitframe_set_offline(pool, record + 1, (BASE + 10) * FRAME, FRAME, one, 0), BITFRAME_INVALID,
                 "invalid comes before offline and no room");
    cr_expect_eq(bitframe_set_online(NULL, record + 1), BITFRAME_INVALID);
    cr_expect_eq(bitframe_set_online(pool, NULL), BITFRAME_INVALID);
    cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_INVALID, "never was out of use");
    expect_unchanged();
}

Test(offline, refuses_what_is_out_of_use_already)
{
    make_pool();
    cr_assert_eq(offline(0, BASE + 10, 10), BITFRAME_OK);
    cr_assert_eq(offline(1, HOLE - 10, BEHIND - HOLE + 20), BITFRAME_OK);
    uint64_t *none = make_words(2, 0);
    copy_contents(&before);
    const struct {
        uint64_t first, frames;
    } ranges[] = {
        {BASE + 10, 10}, {BASE + 19, 1},  {BASE + 10, 1}, {BASE, 11},  {BASE + 19, 99},
        {BASE + 12, 3},  {BASE, 500},     {HOLE - 1, 1},  {BEHIND, 1}, {BEHIND - 9, 10},
        {HOLE - 99, 90}, {BEHIND + 9, 1}, {HOLE - 2, 10}, {0, END},
    };
    for (size_t i = 0; i < COUNT(ranges); i++)
        cr_expect_eq(bitframe_set_offline(pool, record + 2, ranges[i].first * FRAME, ranges[i].frames * FRAME,
                                          none, 0),
                     BITFRAME_OFFLINE, "%zu, and before no room", i);
    expect_unchanged();
    cr_expect_eq(offline(2, BASE + 20, HOLE - 10 - BASE - 20), BITFRAME_OK, "just between the two");
    ASSERT_SOUND(pool);
}

Test(offline, refuses_too_few_words)
{
    const struct {
        uint64_t first, frames, words;
    } ranges[] = {
        {BASE, 1, 1},      {BASE, 64, 1},      {BASE, 65, 2},         {BASE + 63, 1, 1},
        {BASE + 63, 2, 2}, {BASE + 1, 128, 3}, {BASE + 64, 4096, 64}, {BASE + 65, 4096, 65},
    };
    make_pool();
    for (size_t i = 0; i < COUNT(ranges); i++) {
        uint64_t pa = ranges[i].first * FRAME, bytes = ranges[i].frames * FRAME;
        cr_expect_eq(BITFRAME_OFFLINE_WORDS(pa, bytes), ranges[i].words);
        cr_expect_eq(BITFRAME_OFFLINE_WORDS(pa + FRAME - 1, bytes - FRAME + 1), ranges[i].words);
        uint64_t *bits = make_words(0, ranges[i].words);
        copy_contents(&before);
        cr_expect_eq(bitframe_set_offline(pool, record, pa, bytes, bits, ranges[i].words - 1),
                     BITFRAME_NO_ROOM);
        expect_unchanged();
        cr_assert_eq(bitframe_set_offline(pool, record, pa, bytes, bits, ranges[i].words), BITFRAME_OK);
        ASSERT_SOUND(pool);
        cr_assert_eq(bitframe_set_online(pool, record), BITFRAME_OK);
        assert_counts(TOTAL - RESERVED_FRAMES, 0, 0);
    }
    static uint64_t constant[BITFRAME_OFFLINE_WORDS(BASE << BITFRAME_FRAME_SHIFT, 65 * 4096)];
    cr_expect_eq(COUNT(constant), 2);
}

Test(offline, what_other_calls_refuse_and_in_which_order)
{
    make_pool();
    cr_assert_eq(bitframe_alloc_at(pool, (RESERVED - 20) * FRAME, 10), BITFRAME_OK);
    cr_assert_eq(offline(0, RESERVED - 15, 30), BITFRAME_OK); /* 5 in use, 5 reserved, 20 offline */
    assert_counts(TOTAL - RESERVED_FRAMES - 10 - 20, 20, 5);
    uint64_t allocated = (RESERVED - 20) * FRAME, gone = (RESERVED - 10) * FRAME;
    copy_contents(&before);

    cr_expect_eq(bitframe_alloc_at(pool, gone, 0), BITFRAME_INVALID);
    cr_expect_eq(bitframe_alloc_at(pool, gone, END), BITFRAME_UNMANAGED);
    cr_expect_eq(bitframe_alloc_at(pool, gone + 1, 1), BITFRAME_MISALIGNED);
    cr_expect_eq(bitframe_alloc_at(pool, gone, 11), BITFRAME_RESERVED, "reserved before offline");
    cr_expect_eq(bitframe_alloc_at(pool, allocated, 11), BITFRAME_OFFLINE, "offline before in use");
    cr_expect_eq(bitframe_alloc_at(pool, allocated, 10), BITFRAME_IN_USE);

    cr_expect_eq(bitframe_free_run(pool, gone, 0), BITFRAME_INVALID);
    cr_expect_eq(bitframe_free_run(pool, gone, END), BITFRAME_UNMANAGED);
    cr_expect_eq(bitframe_free_run(pool, gone + 1, 1), BITFRAME_MISALIGNED);
    cr_expect_eq(bitframe_free_run(pool, gone, 11), BITFRAME_RESERVED, "reserved before offline");
    cr_expect_eq(bitframe_free_run(pool, allocated - FRAME, 12), BITFRAME_OFFLINE,
                 "offline before double free");
    cr_expect_eq(bitframe_free_run(pool, allocated - FRAME, 11), BITFRAME_DOUBLE_FREE);

    cr_expect_eq(bitframe_free(pool, gone + 1), BITFRAME_MISALIGNED);
    cr_expect_eq(bitframe_free(pool, RESERVED * FRAME), BITFRAME_RESERVED);
    cr_expect_eq(bitframe_free(pool, gone), BITFRAME_OFFLINE);

    cr_expect_eq(bitframe_reserve(pool, gone, 0 - gone + 1), BITFRAME_INVALID);
    cr_expect_eq(bitframe_reserve(pool, gone, FRAME), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_reserve(pool, allocated, 6 * FRAME), BITFRAME_OFFLINE, "offline before in use");
    cr_expect_eq(bitframe_reserve(pool, allocated, 5 * FRAME), BITFRAME_IN_USE);
    cr_expect_eq(bitframe_reserve(pool, RESERVED * FRAME, FRAME), BITFRAME_OFFLINE, "reserved already");
    cr_expect_eq(bitframe_reserve(pool, gone, 0), BITFRAME_OK);

    cr_expect_eq(bitframe_unreserve(pool, RESERVED * FRAME, 0 - RESERVED * FRAME + 1), BITFRAME_INVALID);
    cr_expect_eq(bitframe_unreserve(pool, RESERVED * FRAME, FRAME), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_unreserve(pool, allocated, 6 * FRAME), BITFRAME_OFFLINE,
                 "offline before not reserved");
    cr_expect_eq(bitframe_unreserve(pool, allocated, 5 * FRAME), BITFRAME_NOT_RESERVED);
    cr_expect_eq(bitframe_unreserve(pool, gone, FRAME - 1), BITFRAME_OK, "no whole frame");
    cr_expect_eq(bitframe_alloc_range(pool, gone, RESERVED * FRAME), 0);
    expect_unchanged();

    cr_expect_eq(bitframe_reserve(pool, (RESERVED + 15) * FRAME, FRAME), BITFRAME_OK,
                 "right behind the range");
    ASSERT_SOUND(pool);
    cr_expect_eq(bitframe_unreserve(pool, (RESERVED + 15) * FRAME, FRAME), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES - 10 - 20, 20, 5);
}

/* Reading */

Test(offline, reads_what_is_still_in_use)
{
    make_pool();
    const uint64_t allocated[][2] = {{BASE, 64}, {BASE + 65, 1}, {RESERVED - 2, 2}, {BEHIND, 130}};
    for (size_t i = 0; i < COUNT(allocated); i++)
        cr_assert_eq(bitframe_alloc_at(pool, allocated[i][0] * FRAME, allocated[i][1]), BITFRAME_OK);
    cr_assert_eq(offline(0, BASE + 1, END - BASE), BITFRAME_OK);
    const uint64_t expected[][2] = {{BASE + 1, 63}, {BASE + 65, 1}, {RESERVED - 2, 2}, {BEHIND, 130}};
    uint64_t frame = 0;
    struct bitframe_map_run run = {0};
    for (size_t i = 0; i < COUNT(expected); i++) {
        cr_assert(bitframe_offline_next(pool, record, &frame, &run));
        cr_expect_eq(run.first_pa, expected[i][0] * FRAME, "%zu", i);
        cr_expect_eq(run.frames, expected[i][1], "%zu", i);
        cr_expect_eq(frame, expected[i][0] + expected[i][1], "%zu", i);
    }
    cr_expect_not(bitframe_offline_next(pool, record, &frame, &run));
    cr_expect_eq(run.frames, 130, "untouched");
    frame = BEHIND + 100;
    cr_assert(bitframe_offline_next(pool, record, &frame, &run));
    cr_expect_eq(run.first_pa, (BEHIND + 100) * FRAME, "from within a run");
    cr_expect_eq(run.frames, 30);

    /* A kernel that frees what it reads is done in one pass. */
    frame = 0;
    while (bitframe_offline_next(pool, record, &frame, &run))
        cr_assert_eq(bitframe_free_run(pool, run.first_pa, run.frames), BITFRAME_OK);
    assert_counts(0, TOTAL - RESERVED_FRAMES - 1, 0);
    frame = 0;
    cr_expect_not(bitframe_offline_next(pool, record, &frame, &run));
}

Test(offline, empty_records)
{
    make_pool();
    const uint64_t ranges[][2] = {
        {BASE * FRAME, 0}, {HOLE * FRAME, (BEHIND - HOLE) * FRAME}, {FRAME, FRAME}, {END * FRAME, 1}, {0, 0}};
    struct bitframe_offline_range empty = {0};
    struct bitframe_map_run run;
    uint64_t frame = 0;
    for (size_t i = 0; i < COUNT(ranges); i++) {
        memset(record, 0x5A, sizeof(*record));
        cr_assert_eq(bitframe_set_offline(pool, record, ranges[i][0], ranges[i][1], make_words(0, 0), 0),
                     BITFRAME_OK);
        assert_counts(TOTAL - RESERVED_FRAMES, 0, 0);
        cr_expect_not(bitframe_offline_next(pool, record, &frame, &run));
        cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    }
    cr_expect_eq(bitframe_set_online(pool, &empty), BITFRAME_OK);
    cr_assert_eq(offline(0, BASE, 1), BITFRAME_OK);
    cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_OK, "it is empty by now");
    assert_counts(TOTAL - RESERVED_FRAMES, 0, 0);
}

Test(offline, only_reserved_frames)
{
    make_pool();
    cr_assert_eq(offline(0, RESERVED, RESERVED_FRAMES), BITFRAME_OK);
    assert_counts(TOTAL - RESERVED_FRAMES, 0, 0);
    cr_expect_eq(offline(1, RESERVED + 1, 1), BITFRAME_OFFLINE, "out of use as any other");
    cr_expect_eq(bitframe_unreserve(pool, RESERVED * FRAME, FRAME), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    cr_expect_eq(bitframe_unreserve(pool, RESERVED * FRAME, RESERVED_FRAMES * FRAME), BITFRAME_OK);
    assert_counts(TOTAL, 0, 0);
}

Test(offline, records_in_any_order)
{
    const uint64_t first[] = {BASE + 600, BASE + 10, BASE + 300};
    for (int order = 0; order < 36; order++) {
        int go[] = {order % 3, order / 3 % 2, 0}, back[] = {order / 6 % 3, order / 18, 0};
        go[1] += go[1] >= go[0];
        go[2] = 3 - go[0] - go[1];
        back[1] += back[1] >= back[0];
        back[2] = 3 - back[0] - back[1];
        make_pool();
        for (int i = 0; i < 3; i++) {
            cr_assert_eq(offline((size_t)go[i], first[go[i]], 10), BITFRAME_OK);
            ASSERT_SOUND(pool);
        }
        cr_assert_eq(bitframe_get_offline_frames(pool), 30);
        for (int i = 0; i < 3; i++) {
            cr_assert_eq(bitframe_set_online(pool, record + back[i]), BITFRAME_OK);
            cr_assert_eq(bitframe_alloc_at(pool, first[back[i]] * FRAME, 10), BITFRAME_OK);
            ASSERT_SOUND(pool);
        }
        cr_assert_eq(bitframe_get_offline_frames(pool), 0);
    }
}

Test(offline, init_forgets_records)
{
    make_pool();
    cr_assert_eq(offline(0, BASE, 100), BITFRAME_OK);
    guarded_plain_pool(pool, &metadata, BASE * FRAME, 200 * FRAME);
    memset(record, 0x5A, sizeof(*record));
    ASSERT_SOUND(pool);
    cr_expect_eq(bitframe_get_offline_frames(pool), 0);
    cr_expect_eq(exhaust(0, 0), 200);
}

Test(offline, works_at_another_address)
{
    /* Pool, records, their words and the metadata are one block of memory, mapped twice. */
    struct kernel_memory {
        struct world world;
        uint64_t words[2][1];
        _Alignas(BITFRAME_METADATA_ALIGN) char metadata[];
    };
    const uint64_t metadata_bytes =
        BITFRAME_METADATA_BYTES(BASE << BITFRAME_FRAME_SHIFT, 64 << BITFRAME_FRAME_SHIFT);
    const uint64_t bytes = sizeof(struct kernel_memory) + metadata_bytes;
    char *at[2];
    guarded_open_twice(at, bytes, BITFRAME_METADATA_ALIGN);
    struct kernel_memory *low = (struct kernel_memory *)(void *)at[0];
    struct kernel_memory *high = (struct kernel_memory *)(void *)at[1];
    cr_assert_eq(bitframe_init(&low->world.pool, BASE * FRAME, 64 * FRAME, low->metadata, metadata_bytes),
                 BITFRAME_OK);
    for (int i = 0; i < 20; i++)
        bitframe_alloc(&low->world.pool);
    for (uint64_t i = 0; i < 2; i++)
        cr_assert_eq(bitframe_set_offline(&low->world.pool, low->world.records + i,
                                          (BASE + 10 + 30 * i) * FRAME, 20 * FRAME, low->words[i], 1),
                     BITFRAME_OK);
    guarded_close(at[0], bytes);
    struct bitframe *moved = &high->world.pool;
    cr_assert_eq(bitframe_check(moved), BITFRAME_SOUND);
    cr_expect_eq(bitframe_free_run(moved, BASE * FRAME, 20), BITFRAME_OK);
    cr_expect_eq(bitframe_get_offline_frames(moved), 40);
    cr_expect_eq(bitframe_set_online(moved, high->world.records + 1), BITFRAME_OK);
    cr_expect_eq(bitframe_set_online(moved, high->world.records), BITFRAME_OK);
    cr_expect_eq(bitframe_get_free_frames(moved), 64);
    cr_expect_eq(bitframe_check(moved), BITFRAME_SOUND);
    guarded_close(at[1], bytes);
}

Test(offline, stays_so_while_the_pool_grows)
{
    struct guarded longer = {0};
    struct bitframe_map_range ranges[8];
    struct bitframe_map map;
    uint64_t bytes = 7;
    make_pool();
    cr_assert_eq(bitframe_alloc_at(pool, (HOLE - 4) * FRAME, 4), BITFRAME_OK);
    cr_assert_eq(offline(0, HOLE - 10, BEHIND - HOLE + 20), BITFRAME_OK);
    cr_assert_eq(offline(1, END - 10, 20), BITFRAME_OK);
    cr_assert_eq(bitframe_map_init(&map, ranges, COUNT(ranges)), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, BASE * FRAME, (END + 1000 - BASE) * FRAME),
                 BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_HOLE, (HOLE + 1) * FRAME, (BEHIND - HOLE - 1) * FRAME),
                 BITFRAME_OK);
    copy_contents(&before);
    cr_expect_eq(bitframe_get_extend_bytes(pool, &map, &bytes), BITFRAME_OFFLINE);
    cr_expect_eq(bitframe_extend(pool, &map, guarded_renew(&longer, 64, BITFRAME_METADATA_ALIGN), UINT64_MAX),
                 BITFRAME_OFFLINE, "a frame of the hole");
    expect_unchanged();
    cr_expect_eq(bytes, 7);

    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_HOLE, HOLE * FRAME, FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_get_extend_bytes(pool, &map, &bytes), BITFRAME_OK);
    guarded_renew(&longer, bytes, BITFRAME_METADATA_ALIGN);
    cr_assert_eq(bitframe_extend(pool, &map, longer.memory, bytes), BITFRAME_OK);
    const uint64_t total = TOTAL + 1000;
    assert_counts(total - RESERVED_FRAMES - 30, 26, 4);
    cr_expect_eq(free_frame(END - 1), BITFRAME_OFFLINE);
    cr_expect_eq(free_frame(END), BITFRAME_DOUBLE_FREE, "new, and behind the last that the range had");
    cr_expect_eq(free_frame(HOLE - 1), BITFRAME_OK);
    assert_counts(total - RESERVED_FRAMES - 30, 27, 3);
    cr_expect_eq(bitframe_set_online(pool, record), BITFRAME_OK);
    cr_expect_eq(bitframe_set_online(pool, record + 1), BITFRAME_OK);
    assert_counts(total - RESERVED_FRAMES - 3, 0, 0);
    cr_expect_eq(exhaust(0, 0), total - RESERVED_FRAMES - 3);
}

Test(offline, adopted_pools_know_no_records)
{
    make_pool();
    cr_assert_eq(bitframe_alloc_at(pool, BASE * FRAME, 10), BITFRAME_OK);
    cr_assert_eq(offline(0, BASE + 5, 10), BITFRAME_OK);
    memset(record, 0x5A, sizeof(*record));
    memset(pool, 0x5A, sizeof(*pool));
    cr_assert_eq(bitframe_adopt(pool, metadata.memory, metadata.bytes), BITFRAME_OK);
    memset(record, 0, sizeof(*record));
    assert_counts(TOTAL - RESERVED_FRAMES - 15, 0, 0);
    cr_expect_eq(bitframe_free_run(pool, BASE * FRAME, 15), BITFRAME_OK, "taken, all of them");
}

/* The audit */

/** Two ranges out of use, the first with 5 frames in use, a reservation and a hole. */
static void make_checked_pool(void)
{
    make_pool();
    cr_assert_eq(bitframe_alloc_at(pool, (BASE + 100) * FRAME, 10), BITFRAME_OK);
    for (size_t i = 0; i < 2; i++) { /* as many words as records that are wrong may say */
        const uint64_t first[] = {BASE + 105, END - 100}, frames[] = {END - BASE - 4096, 50},
                       count = (END - BASE) / 64;
        cr_assert_eq(bitframe_set_offline(pool, record + i, first[i] * FRAME, frames[i] * FRAME,
                                          make_words(i, count), count),
                     BITFRAME_OK);
    }
    ASSERT_SOUND(pool);
    cr_assert_eq(bitframe_get_offline_in_use(record), 5);
}

#define EXPECT_BAD_OFFLINE(corruption)                                                                       \
    do {                                                                                                     \
        make_checked_pool();                                                                                 \
        corruption;                                                                                          \
        cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_OFFLINE, "%s", #corruption);                         \
    } while (0)

Test(offline_check, records)
{
    EXPECT_BAD_OFFLINE(pool->offline_frames++);
    EXPECT_BAD_OFFLINE(pool->offline_frames--);
    EXPECT_BAD_OFFLINE(pool->offline = 0);
    EXPECT_BAD_OFFLINE(record[0].next = 0);
    EXPECT_BAD_OFFLINE(record[1].next = pool->offline); /* a ring */
    EXPECT_BAD_OFFLINE(record[0].in_use++);
    EXPECT_BAD_OFFLINE(record[0].in_use--);
    EXPECT_BAD_OFFLINE(
        record[0].first--); /* bits stand for other frames then, but for that a frame is free */
    EXPECT_BAD_OFFLINE(record[1].first++);
    EXPECT_BAD_OFFLINE(record[1].end++);
    EXPECT_BAD_OFFLINE(record[1].end = record[1].first);
    EXPECT_BAD_OFFLINE(record[1].end = END + 1);
    EXPECT_BAD_OFFLINE(record[0].first = HOLE + 1);
    EXPECT_BAD_OFFLINE(record[0].end = record[1].first + 1);
}

Test(offline_check, ends)
{
    /* Nothing is lost or gained by the frames of a hole: only that an end is one of the pool's is wrong. */
    make_pool();
    uint64_t *bits = make_words(0, 2); /* one more than it needs */
    bits[1] = 0;
    cr_assert_eq(bitframe_set_offline(pool, record, (HOLE - 10) * FRAME, 10 * FRAME, bits, 2), BITFRAME_OK);
    record->end++;
    cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_OFFLINE);
    make_pool();
    bits = make_words(0, 2);
    cr_assert_eq(bitframe_set_offline(pool, record, BEHIND * FRAME, 10 * FRAME, bits, 2), BITFRAME_OK);
    record->first--; /* the words begin lower then: give it those */
    memset(bits, 0, 16);
    cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_OFFLINE);
    make_pool();
    cr_assert_eq(offline(0, RESERVED, RESERVED_FRAMES), BITFRAME_OK);
    record->end = record->first;
    cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_OFFLINE, "empty, and nothing is lost by it");
}

Test(offline_check, bits)
{
    make_checked_pool();
    for (uint64_t bit = 0; bit < offline_word_count(record->first, record->end) * 64; bit++) {
        bits_of(0)[bit / 64] ^= UINT64_C(1) << bit % 64;
        cr_assert_eq(bitframe_check(pool), BITFRAME_BAD_OFFLINE, "bit %" PRIu64, bit);
        bits_of(0)[bit / 64] ^= UINT64_C(1) << bit % 64;
    }
    ASSERT_SOUND(pool);

    /* A bit that moves to where there is no frame, with the count of offline frames put right. */
    EXPECT_BAD_OFFLINE((bits_of(0)[0] ^= UINT64_C(1) << (BASE + 105) % 64 | 1, pool->offline_frames++));
    /* And one that moves to a reserved frame. */
    EXPECT_BAD_OFFLINE((bits_of(0)[offline_bit(record, RESERVED) / 64] |= UINT64_C(1) << RESERVED % 64,
                        bits_of(0)[0] ^= UINT64_C(1) << (BASE + 105) % 64, pool->offline_frames++));
}

Test(offline_check, a_free_frame)
{
    make_checked_pool();
    uint64_t bit = pool_bit(pool, BASE + 105);
    bitframe_set_frames(pool, bit, bit + 1); /* all else stays in step */
    cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_OFFLINE);
    make_checked_pool();
    bit = pool_bit(pool, END - 100);
    bitframe_set_frames(pool, bit, bit + 1);
    cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_OFFLINE);
}

Test(offline_check, window)
{
    make_checked_pool();
    cr_assert_eq(bitframe_free(pool, (BASE + 100) * FRAME), BITFRAME_OK);
    ASSERT_SOUND(pool);
    cr_expect_eq(pool->window_pa, BASE * FRAME);
    cr_expect_eq(pool->window_frames, 105);
    pool->window_frames++;
    cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_WINDOW);
    make_checked_pool();
    cr_assert_eq(bitframe_alloc_at(pool, (END - 1) * FRAME, 1), BITFRAME_OK);
    cr_assert_eq(bitframe_free(pool, (END - 1) * FRAME), BITFRAME_OK);
    ASSERT_SOUND(pool);
    cr_expect_eq(pool->window_pa, (END - 50) * FRAME);
    cr_expect_eq(pool->window_frames, 50);
    pool->window_pa -= FRAME;
    cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_WINDOW);
}
