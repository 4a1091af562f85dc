/* SPDX-License-Identifier: MIT */
/*
 * extend_model_test.c - pools that grow, compared with a byte per frame
 *
 * The seed is printed; BITFRAME_SEED repeats a run, BITFRAME_EXTEND_ROUNDS sets its length.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bitframe/adopt.h>

#include "core/cursor.h"
#include "extend_pools.h"
#include "layout/levels.h"
#include "layout/locate.h"
#include "layout/tables.h"
#include "model.h"
#include "order_calls.h"
#include "random.h"

static struct model model;

static bool is_free(uint64_t frame)
{
    const struct segment *segment = segment_of_frame(&pool, frame);
    return frame_is_managed(&pool, frame) && levels_test(&pool, &pool.frames, bit_of_frame(segment, frame));
}

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
        got = alloc_run_or_order(&pool, &request, &run);
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
        got = free_run_or_order(&pool, pa, frames);
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
        bitframe_flush_cursor(&pool);
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
        grown += grow_once(1 + below(UINT64_C(1) << (10 + below(52 - BITFRAME_FRAME_SHIFT))), frames, 30);
    }
    /* And with blocks. */
    for (uint64_t i = 0; i < 1 + rounds / 250; i++)
        grown += grow_once(1 + below(3000000), 900000 + below(3000), 5);
    printf("extend: %" PRIu64 " extensions compared\n", grown);
}
