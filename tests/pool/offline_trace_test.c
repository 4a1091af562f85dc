/* SPDX-License-Identifier: MIT */
/*
 * offline_trace_test.c - random calls while ranges go out of use and come back, compared with a byte per
 * frame
 *
 * The model has a state per frame, OFFLINE among them, and beside it the number of the record whose range the
 * frame is in. After every call the counts are compared, after every refusal and now and then each single
 * frame, and bitframe_check() must find the pool sound. The seed is printed; BITFRAME_SEED repeats a run,
 * BITFRAME_OFFLINE_CALLS sets its length.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <bitframe/bulk.h>
#include <bitframe/check.h>
#include <bitframe/map.h>
#include <bitframe/offline.h>

#include "layout/metadata.h"
#include "layout/offline_records.h"
#include "layout/tables.h"
#include "layout/window.h"
#include "pool_watch.h"
#include "random.h"
#include "test_pool.h"

enum { FRAMES = 3000, RECORDS = 6, WORDS = FRAMES / 64 + 2 };

enum state { FOREIGN, FREE, ALLOCATED, RESERVED, OFFLINE };

static struct bitframe pool;
static struct bitframe_offline_range records[RECORDS];
static struct guarded words[RECORDS], metadata;

/* Frames [base, base + frames) by number; all others are foreign. */
static uint64_t base, frames;
static uint8_t state[FRAMES];
static uint8_t
    leaving[FRAMES];         /* 0, or one more than the record that the frame, the pool's, is out of use by */
static bool listed[RECORDS]; /* is the record that of a range with frames of the pool? */

static enum state state_of(uint64_t frame)
{
    return frame - base < frames ? (enum state)state[frame - base] : FOREIGN;
}

static uint64_t count(enum state wanted)
{
    uint64_t found = 0;
    for (uint64_t i = 0; i < frames; i++)
        found += state[i] == wanted;
    return found;
}

/** Is one of the frames in @p wanted? */
static bool has(uint64_t first, uint64_t many, enum state wanted)
{
    for (uint64_t i = 0; i < many && i <= FRAMES; i++) {
        if (state_of(first + i) == wanted)
            return true;
    }
    return false;
}

/** Is one of the pool's frames that [@p pa, @p last_pa] touches out of use? */
static bool has_leaving(uint64_t pa, uint64_t last_pa)
{
    for (uint64_t i = 0; i < frames; i++) {
        if (base + i >= pa / FRAME && base + i <= last_pa / FRAME && leaving[i])
            return true;
    }
    return false;
}

/** A frame is given back. */
static void give_back(uint64_t frame)
{
    state[frame - base] = leaving[frame - base] ? OFFLINE : FREE;
}

static enum bitframe_status model_locate(uint64_t pa, uint64_t many)
{
    if (many == 0)
        return BITFRAME_INVALID;
    if (has(pa / FRAME, many, FOREIGN))
        return BITFRAME_UNMANAGED;
    if (pa % FRAME != 0)
        return BITFRAME_MISALIGNED;
    if (has(pa / FRAME, many, RESERVED))
        return BITFRAME_RESERVED;
    return has(pa / FRAME, many, OFFLINE) ? BITFRAME_OFFLINE : BITFRAME_OK;
}

static enum bitframe_status model_free_run(uint64_t pa, uint64_t many)
{
    enum bitframe_status status = model_locate(pa, many);
    if (status == BITFRAME_OK && has(pa / FRAME, many, FREE))
        status = BITFRAME_DOUBLE_FREE;
    for (uint64_t i = 0; status == BITFRAME_OK && i < many; i++)
        give_back(pa / FRAME + i);
    return status;
}

/** All or none, or with @p partial all that can be. @p freed becomes how many. */
static enum bitframe_status model_free_bulk(const uint64_t *pas, uint64_t many, bool partial, uint64_t *freed)
{
    static uint8_t before[FRAMES];
    enum bitframe_status refusal = BITFRAME_OK;
    memcpy(before, state, frames);
    *freed = 0;
    for (uint64_t i = 0; i < many; i++) {
        enum bitframe_status status = model_free_run(pas[i], 1);
        *freed += status == BITFRAME_OK;
        if (refusal == BITFRAME_OK)
            refusal = status;
    }
    if (refusal != BITFRAME_OK && !partial) {
        memcpy(state, before, frames);
        *freed = 0;
    }
    return refusal;
}

static enum bitframe_status model_claim(uint64_t pa, uint64_t many)
{
    enum bitframe_status status = model_locate(pa, many);
    if (status == BITFRAME_OK && has(pa / FRAME, many, ALLOCATED))
        status = BITFRAME_IN_USE;
    for (uint64_t i = 0; status == BITFRAME_OK && i < many; i++)
        state[pa / FRAME + i - base] = ALLOCATED;
    return status;
}

static uint64_t model_alloc_run(uint64_t many, uint64_t align, bool highest)
{
    for (uint64_t i = 0; i + many <= frames; i++) {
        uint64_t first = highest ? frames - many - i : i;
        uint64_t free_frames = 0;
        while (free_frames < many && (base + first) % align == 0 && state[first + free_frames] == FREE)
            free_frames++;
        if (free_frames < many)
            continue;
        memset(state + first, ALLOCATED, many);
        return (base + first) * FRAME;
    }
    return 0;
}

static uint64_t model_alloc_range(uint64_t pa, uint64_t end_pa)
{
    uint64_t allocated = 0;
    for (uint64_t i = 0; i < frames && pa < end_pa; i++) {
        if (base + i >= pa / FRAME && base + i <= (end_pa - 1) / FRAME && state[i] == FREE) {
            state[i] = ALLOCATED;
            allocated++;
        }
    }
    return allocated;
}

static enum bitframe_status model_reserve(uint64_t pa, uint64_t bytes)
{
    uint64_t last_pa = pa + (bytes - 1);
    if (bytes == 0)
        return BITFRAME_OK;
    if (last_pa < pa)
        return BITFRAME_INVALID;
    if (has_leaving(pa, last_pa))
        return BITFRAME_OFFLINE;
    for (int change = 0; change < 2; change++) {
        for (uint64_t i = 0; i < frames; i++) {
            if (base + i < pa / FRAME || base + i > last_pa / FRAME)
                continue;
            if (state[i] == ALLOCATED)
                return BITFRAME_IN_USE;
            if (change && state[i] == FREE)
                state[i] = RESERVED;
        }
    }
    return BITFRAME_OK;
}

static enum bitframe_status model_unreserve(uint64_t pa, uint64_t bytes)
{
    uint64_t last_pa = pa + (bytes - 1);
    if (bytes == 0)
        return BITFRAME_OK;
    if (last_pa < pa)
        return BITFRAME_INVALID;
    enum bitframe_status status = BITFRAME_OK;
    for (int change = 0; change < 2 && status == BITFRAME_OK; change++) {
        for (uint64_t i = 0; i < frames; i++) {
            uint64_t first_pa = (base + i) * FRAME;
            if (first_pa < pa || first_pa + (FRAME - 1) > last_pa || state[i] == FOREIGN)
                continue;
            if (leaving[i])
                return BITFRAME_OFFLINE;
            if (change)
                state[i] = FREE;
            else if (state[i] != RESERVED)
                status = BITFRAME_NOT_RESERVED;
        }
    }
    return status;
}

static enum bitframe_status model_offline(uint8_t record, uint64_t pa, uint64_t bytes, uint64_t word_count)
{
    uint64_t last_pa = pa + (bytes - 1);
    if (listed[record] || (bytes != 0 && last_pa < pa))
        return BITFRAME_INVALID;
    if (bytes == 0)
        return BITFRAME_OK;
    if (has_leaving(pa, last_pa))
        return BITFRAME_OFFLINE;
    uint64_t first = 0, last = 0;
    for (uint64_t i = 0; i < frames; i++) {
        if (base + i < pa / FRAME || base + i > last_pa / FRAME || state[i] == FOREIGN)
            continue;
        first = first == 0 ? base + i : first;
        last = base + i;
    }
    if (first == 0)
        return BITFRAME_OK;
    if (word_count < last / 64 - first / 64 + 1)
        return BITFRAME_NO_ROOM;
    for (uint64_t frame = first; frame <= last; frame++) {
        if (state_of(frame) == FOREIGN)
            continue;
        leaving[frame - base] = (uint8_t)(record + 1);
        if (state_of(frame) == FREE)
            state[frame - base] = OFFLINE;
    }
    listed[record] = true;
    return BITFRAME_OK;
}

static void model_online(uint8_t record)
{
    for (uint64_t i = 0; i < frames; i++) {
        if (leaving[i] != record + 1)
            continue;
        leaving[i] = 0;
        if (state[i] == OFFLINE)
            state[i] = FREE;
    }
    listed[record] = false;
}

/* Comparing */

static void assert_same_counts(const char *after)
{
    cr_assert_eq(bitframe_get_free_frames(&pool), count(FREE), "%s", after);
    cr_assert_eq(bitframe_get_reserved_frames(&pool), count(RESERVED), "%s", after);
    cr_assert_eq(bitframe_get_offline_frames(&pool), count(OFFLINE), "%s", after);
    for (uint64_t r = 0; r < RECORDS; r++) {
        uint64_t in_use = 0;
        for (uint64_t i = 0; i < frames; i++)
            in_use += leaving[i] == r + 1 && state[i] == ALLOCATED;
        cr_assert_eq(bitframe_get_offline_in_use(records + r), in_use, "%s: record %" PRIu64, after, r);
    }
}

static void assert_same_frames(const char *after)
{
    enum bitframe_invariant broken = bitframe_check(&pool);
    cr_assert_eq(broken, BITFRAME_SOUND, "%s: %s", after, bitframe_get_invariant_name(broken));
    static bool in_use[FRAMES];
    memset(in_use, 0, sizeof(in_use));
    for (uint64_t r = 0; r < RECORDS; r++) {
        struct bitframe_map_run run;
        uint64_t last = 0;
        for (uint64_t frame = 0; bitframe_offline_next(&pool, records + r, &frame, &run); last = frame) {
            cr_assert_gt(run.first_pa / FRAME, last, "%s: runs touch", after);
            cr_assert_eq(frame, run.first_pa / FRAME + run.frames, "%s", after);
            for (uint64_t i = 0; i < run.frames; i++) {
                cr_assert_eq(leaving[run.first_pa / FRAME + i - base], r + 1, "%s", after);
                in_use[run.first_pa / FRAME + i - base] = true;
            }
        }
    }
    for (uint64_t i = 0; i < frames; i++) {
        uint64_t frame = base + i;
        cr_assert_eq(frame_is_managed(&pool, frame), state[i] != FOREIGN, "%s: frame %" PRIu64, after, i);
        if (state[i] == FOREIGN)
            continue;
        cr_assert_eq(levels_test(&pool, &pool.frames, pool_bit(&pool, frame)), state[i] == FREE,
                     "%s: frame %" PRIu64, after, i);
        cr_assert_eq(frame_is_reserved(&pool, frame), state[i] == RESERVED, "%s: frame %" PRIu64, after, i);
        cr_assert_eq(bitframe_offline_overlapping(&pool, frame, frame + 1) != NULL, leaving[i] != 0,
                     "%s: frame %" PRIu64, after, i);
        cr_assert_eq(in_use[i], leaving[i] && state[i] == ALLOCATED, "%s: frame %" PRIu64, after, i);
    }
}

/** A pool over a random map, and the model of it. */
static void make_pool(void)
{
    struct bitframe_map_range ranges[16];
    struct bitframe_map map;
    frames = 1 + below(below(2) ? FRAMES : 200);
    base = 1 + below(below(2) ? UINT64_C(1) << 40 : 5);
    memset(state, FREE, frames);
    memset(leaving, 0, frames);
    memset(listed, 0, sizeof(listed));
    memset(records, 0, sizeof(records));
    cr_assert_eq(bitframe_map_init(&map, ranges, 16), BITFRAME_OK);
    bitframe_map_add(&map, BITFRAME_MAP_RAM, base * FRAME, frames * FRAME);
    for (uint64_t i = below(5); i != 0; i--) {
        uint64_t first = 1 + below(frames), many = 1 + below(below(4) ? 60 : 1500);
        bool is_hole = below(2) != 0;
        bitframe_map_add(&map, is_hole ? BITFRAME_MAP_HOLE : BITFRAME_MAP_RESERVED, (base + first) * FRAME,
                         many * FRAME);
        for (uint64_t f = first; f < first + many && f < frames; f++) {
            if (state[f] != FOREIGN)
                state[f] = is_hole ? FOREIGN : RESERVED;
        }
    }
    guarded_pool(&pool, &metadata, &map);
    assert_same_frames("init");
    pool_watch_start(&pool, &map);
}

static uint64_t some_pa(void)
{
    uint64_t pa = (base + below(frames)) * FRAME;
    switch (below(24)) {
    case 0: return pa + 1 + below(FRAME - 1);
    case 1: return base * FRAME - 1 - below(FRAME);
    case 2: return (base + frames) * FRAME + below(3 * FRAME);
    default: return pa;
    }
}

static uint64_t some_length(void)
{
    return 1 + below(below(4) ? 8 : below(2) ? 150 : frames);
}

/** A stretch of frames that are taken, if there is one not far away: what a free may do something with. */
static void some_allocated(uint64_t *pa, uint64_t *many)
{
    uint64_t first = below(frames);
    while (first < frames && state[first] != ALLOCATED)
        first++;
    *many = 0;
    while (first + *many < frames && state[first + *many] == ALLOCATED && *many < 300)
        ++*many;
    *pa = (base + first) * FRAME;
    if (*many > 1 && below(2))
        *many = 1 + below(*many);
}

/** One call on both sides. Returns its status. */
static enum bitframe_status call(const char **name)
{
    enum bitframe_status got = BITFRAME_OK, expected = BITFRAME_OK;
    uint64_t choice = below(100), pa = some_pa(), many = some_length();
    if (choice < 20) {
        *name = "take";
        cr_assert_eq(bitframe_alloc(&pool), model_alloc_run(1, 1, false), "take");
    } else if (choice < 30) {
        *name = "take_run";
        struct bitframe_request request = {.frames = many, .flags = below(2) ? BITFRAME_HIGHEST : 0};
        if (below(3) == 0) { /* whole lines go a way of their own */
            request.frames = BITFRAME_HUGE_FRAMES;
            request.align = BITFRAME_HUGE_FRAMES * FRAME;
        }
        uint64_t run = 0;
        bitframe_alloc_run(&pool, &request, &run);
        cr_assert_eq(run,
                     model_alloc_run(request.frames, request.align ? BITFRAME_HUGE_FRAMES : 1, request.flags),
                     "take_run");
    } else if (choice < 45) {
        *name = "free";
        uint64_t ignored;
        if (below(2))
            some_allocated(&pa, &ignored);
        got = bitframe_free(&pool, pa);
        expected = model_free_run(pa, 1);
    } else if (choice < 60) {
        *name = "free_run";
        if (below(4))
            some_allocated(&pa, &many);
        if (below(8) == 0) {
            pa = pa / FRAME / BITFRAME_HUGE_FRAMES * BITFRAME_HUGE_FRAMES * FRAME;
            many = BITFRAME_HUGE_FRAMES;
        }
        got = bitframe_free_run(&pool, pa, many);
        expected = model_free_run(pa, many);
    } else if (choice < 64) {
        *name = "free_bulk";
        uint64_t pas[300], freed = 1, model_freed = 0;
        bool partial = below(2) != 0;
        if (below(8))
            some_allocated(&pa, &many);
        if (many > 300)
            many = 300;
        for (uint64_t i = 0; i < many; i++)
            pas[i] = pa + i * FRAME;
        if (many != 0 && below(3) == 0)
            pas[below(many)] = some_pa();
        got = bitframe_free_bulk(&pool, pas, many, partial ? BITFRAME_PARTIAL : 0, &freed);
        expected = model_free_bulk(pas, many, partial, &model_freed);
        cr_assert_eq(freed, model_freed, "free_bulk");
    } else if (choice < 68) {
        *name = "claim";
        got = bitframe_alloc_at(&pool, pa, many);
        expected = model_claim(pa, many);
    } else if (choice < 71) {
        *name = "take_range";
        cr_assert_eq(bitframe_alloc_range(&pool, pa, pa + many * FRAME),
                     model_alloc_range(pa, pa + many * FRAME), "take_range");
    } else if (choice < 76) {
        *name = "reserve";
        uint64_t bytes = below(30) ? many * FRAME / 8 : below(2) * (0 - pa + 1);
        if (pool.reserved_count == pool.reserved_room) /* what fills the table is not the point here */
            return BITFRAME_OK;
        got = bitframe_reserve(&pool, pa, bytes);
        expected = model_reserve(pa, bytes);
    } else if (choice < 82) {
        *name = "unreserve";
        uint64_t bytes = below(30) ? many * FRAME / 2 : below(2) * (0 - pa + 1);
        if (pool.reserved_count == pool.reserved_room)
            return BITFRAME_OK;
        if (pool.reserved_count != 0 && below(4) != 0) {
            const struct span *span = pool_reserved(&pool) + below(pool.reserved_count);
            pa = (span->first + below(span->end - span->first)) * FRAME;
            bytes = (1 + below(span->end - pa / FRAME)) * FRAME;
        }
        got = bitframe_unreserve(&pool, pa, bytes);
        expected = model_unreserve(pa, bytes);
    } else if (choice < 92) {
        *name = "offline";
        uint8_t record = (uint8_t)below(RECORDS);
        uint64_t bytes = below(40) ? many * FRAME - below(FRAME) : below(2) * (0 - pa + 1);
        uint64_t word_count = below(12) ? WORDS : below(3);
        if (below(30) == 0 && word_count == WORDS) {
            pa = 0;
            bytes = UINT64_MAX;
        }
        void *bits = words[record].memory;
        if (!listed[record])
            bits = guarded_renew(words + record, word_count * sizeof(uint64_t), sizeof(uint64_t));
        got = bitframe_set_offline(&pool, records + record, pa, bytes, bits, word_count);
        expected = model_offline(record, pa, bytes, word_count);
    } else {
        *name = "online";
        uint8_t record = (uint8_t)below(RECORDS);
        got = bitframe_set_online(&pool, records + record);
        model_online(record);
    }
    cr_assert_eq(got, expected, "%s: %s, should be %s", *name, bitframe_get_status_name(got),
                 bitframe_get_status_name(expected));
    return got;
}

Test(offline_trace, equals_model)
{
    uint64_t calls = amount("BITFRAME_OFFLINE_CALLS", 100000), met_on_the_way = 0;
    static uint64_t answers[BITFRAME_OFFLINE + 1];
    seed_random("offline_trace", 1302);
    for (uint64_t i = 0; i < calls; i++) {
        const char *name = "";
        if (i % 250 == 0)
            make_pool();
        enum bitframe_status status = call(&name);
        answers[status]++;
        met_on_the_way += status == BITFRAME_OK && name[0] == 'f' && count(OFFLINE) != 0;
        pool_watch_follow(base, state);
        assert_same_counts(name);
        if (status != BITFRAME_OK || i % 16 == 15)
            assert_same_frames(name);
    }
    printf("offline_trace: %" PRIu64 " calls compared\n", calls);
    const enum bitframe_status met[] = {BITFRAME_DOUBLE_FREE, BITFRAME_UNMANAGED,    BITFRAME_MISALIGNED,
                                        BITFRAME_INVALID,     BITFRAME_NO_ROOM,      BITFRAME_RESERVED,
                                        BITFRAME_IN_USE,      BITFRAME_NOT_RESERVED, BITFRAME_OFFLINE};
    for (size_t i = 0; i < sizeof(met) / sizeof(*met); i++)
        cr_assert_gt(answers[met[i]], 0, "%s was never met", bitframe_get_status_name(met[i]));
    cr_assert_gt(met_on_the_way, 0);
}
