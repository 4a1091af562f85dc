/* SPDX-License-Identifier: MIT */
/*
 * pool_trace_test.c - random calls to pools over random maps, compared with a byte per frame
 *
 * After every call the counts are compared, after every refusal and now and then each single frame, and
 * bitframe_check() must find the pool sound. The seed is printed; BITFRAME_SEED repeats a run,
 * BITFRAME_POOL_CALLS sets its length.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bitframe/map.h>

#include "geometry.h"
#include "pool.h"
#include "pool_model.h"
#include "random.h"

#define FRAME BITFRAME_FRAME_BYTES

enum { RANGES = 64, HELD = 256 };

static struct bitframe pool;
static struct model model;
static uint64_t random_state;

/* Runs that were taken and may be given back. */
static struct {
    uint64_t pa, frames;
} held[HELD];
static size_t held_count;

static uint64_t below(uint64_t bound)
{
    return next_random(&random_state) % bound;
}

/** Small as a rule, and now and then as large as @p bound allows. */
static uint64_t skewed(uint64_t bound)
{
    uint64_t bits = below(64);
    return below(bound) >> (bits < 40 ? bits % 20 : 0);
}

static bool is_free(uint64_t frame)
{
    if (!frame_is_managed(&pool, frame))
        return false;
    const struct segment *segment = segment_of_frame(&pool, frame);
    return levels_test(&pool, &pool.frames, bit_of_frame(segment, frame));
}

static void assert_same_frames(const char *after)
{
    enum bitframe_invariant broken = bitframe_check(&pool);
    cr_assert_eq(broken, BITFRAME_SOUND, "%s: %s", after, bitframe_invariant_name(broken));
    for (uint64_t i = 0; i < model.frames; i++) {
        enum model_state state = (enum model_state)model.state[i];
        cr_assert_eq(frame_is_managed(&pool, model.base + i), state != MODEL_FOREIGN, "%s: frame %" PRIu64,
                     after, i);
        cr_assert_eq(is_free(model.base + i), state == MODEL_FREE, "%s: frame %" PRIu64, after, i);
        if (state != MODEL_FOREIGN)
            cr_assert_eq(frame_is_reserved(&pool, model.base + i), state == MODEL_RESERVED,
                         "%s: frame %" PRIu64, after, i);
    }
}

/** A random map over @p frames frames from @p base on, and the model of it; the pool made of it. */
static void make_pool(uint64_t base, uint64_t frames, uint64_t holes)
{
    static struct bitframe_map_range ranges[RANGES];
    static void *metadata;
    struct bitframe_map map;
    cr_assert_eq(bitframe_map_init(&map, ranges, RANGES), BITFRAME_OK);
    model.base = base;
    model.frames = frames;
    model.state = realloc(model.state, frames);
    model.covered = realloc(model.covered, frames);
    memset(model.state, MODEL_FREE, frames);
    memset(model.covered, 0, frames);
    bitframe_map_add(&map, BITFRAME_MAP_RAM, base * FRAME, frames * FRAME);
    for (uint64_t i = 0; i < holes; i++) {
        uint64_t first = below(frames);
        uint64_t count = 1 + skewed(frames / 2 + 1);
        bool is_hole = below(3) != 0;
        if (first + count > frames)
            count = frames - first;
        cr_assert_eq(bitframe_map_add(&map, is_hole ? BITFRAME_MAP_HOLE : BITFRAME_MAP_RESERVED,
                                      (base + first) * FRAME, count * FRAME),
                     BITFRAME_OK);
        for (uint64_t f = first; f < first + count; f++) {
            if (is_hole)
                model.state[f] = MODEL_FOREIGN;
            else if (model.state[f] != MODEL_FOREIGN)
                model.state[f] = MODEL_RESERVED;
        }
    }
    for (uint64_t i = 0; i < frames; i++) {
        if (base + i == 0)
            model.state[i] = MODEL_FOREIGN;
        model.covered[i] = model.state[i] == MODEL_RESERVED;
    }
    held_count = 0;

    uint64_t bytes = 0;
    enum bitframe_status status = bitframe_map_metadata_bytes(&map, &bytes);
    if (model_count(&model, MODEL_FOREIGN) == frames) {
        cr_assert_eq(status, BITFRAME_INVALID, "nothing to manage");
        make_pool(base + 1, frames, 0);
        return;
    }
    cr_assert_eq(status, BITFRAME_OK);
    free(metadata);
    bytes = (bytes + 63) / 64 * 64;
    metadata = aligned_alloc(BITFRAME_METADATA_ALIGN, bytes);
    memset(metadata, 0xA5, bytes);
    cr_assert_eq(bitframe_init_map(&pool, &map, metadata, bytes), BITFRAME_OK);
    assert_same_frames("init");
}

static uint64_t some_pa(void)
{
    uint64_t pa = (model.base + below(model.frames)) * FRAME;
    switch (below(16)) {
    case 0: return pa + 1 + below(FRAME - 1);
    case 1: return model.base * FRAME - 1 - below(3 * FRAME);
    case 2: return (model.base + model.frames) * FRAME + below(3 * FRAME);
    case 3: return next_random(&random_state);
    default: return pa;
    }
}

static void hold(uint64_t pa, uint64_t frames)
{
    if (held_count < HELD) {
        held[held_count].pa = pa;
        held[held_count++].frames = frames;
    }
}

/** One call on both sides. Returns its status. */
static enum bitframe_status call(const char **name)
{
    uint64_t choice = below(100);
    enum bitframe_status got = BITFRAME_OK, expected = BITFRAME_OK;
    if (choice < 22) {
        *name = "take";
        uint64_t pa = bitframe_take(&pool);
        cr_assert_eq(pa, model_take(&model), "take");
        if (pa != 0)
            hold(pa, 1);
    } else if (choice < 40) {
        *name = "free";
        uint64_t pa = some_pa();
        if (held_count != 0 && below(3) != 0)
            pa = held[below(held_count)].pa;
        got = bitframe_free(&pool, pa);
        expected = model_free(&model, pa);
    } else if (choice < 62) {
        *name = "take_run";
        struct bitframe_request request = {
            .frames = below(50) == 0 ? 0 : 1 + skewed(model.frames),
            .align = below(3) == 0    ? FRAME << below(12)
                     : below(60) == 0 ? 3 * FRAME
                                      : 0,
            .min_pa = below(4) == 0 ? some_pa() : 0,
            .max_pa = below(4) == 0 ? some_pa() : 0,
            .flags = (uint32_t)(below(2) | (below(100) == 0 ? 4 : 0)),
        };
        if (below(4) == 0)
            request.frames = (uint64_t)BITFRAME_LINE_FRAMES << below(3);
        if (below(4) == 0)
            request.align = FRAME * BITFRAME_LINE_FRAMES << below(3);
        if (below(4) == 0)
            request.align = FRAME * BLOCK_FRAMES;
        if (request.align == FRAME * BLOCK_FRAMES && below(2) == 0)
            request.frames = (1 + below(2)) * BLOCK_FRAMES;
        if (request.frames > model.frames && below(20) == 0)
            request.frames = next_random(&random_state);
        uint64_t pa = 0, model_pa = 0;
        got = bitframe_take_run(&pool, &request, &pa);
        expected = model_take_run(&model, &request, &model_pa);
        cr_assert_eq(pa, model_pa,
                     "take_run of %" PRIu64 " frames aligned to %#" PRIx64 " in [%#" PRIx64 ", %#" PRIx64
                     ") flags %u: %#" PRIx64 ", should be %#" PRIx64,
                     request.frames, request.align, request.min_pa, request.max_pa, request.flags, pa,
                     model_pa);
        if (got == BITFRAME_OK)
            hold(pa, request.frames);
    } else if (choice < 72) {
        *name = "claim";
        uint64_t pa = some_pa();
        uint64_t frames =
            below(30) == 0 ? below(2) * next_random(&random_state) : 1 + skewed(model.frames / 4 + 1);
        got = bitframe_claim(&pool, pa, frames);
        expected = model_claim(&model, pa, frames);
        if (got == BITFRAME_OK)
            hold(pa, frames);
    } else if (choice < 90) {
        *name = "free_run";
        uint64_t pa = some_pa();
        uint64_t frames =
            below(30) == 0 ? below(2) * next_random(&random_state) : 1 + skewed(model.frames / 4 + 1);
        if (held_count != 0 && below(4) != 0) {
            size_t i = below(held_count);
            pa = held[i].pa;
            frames = below(8) == 0 ? 1 + below(held[i].frames) : held[i].frames;
            held[i] = held[--held_count];
        }
        got = bitframe_free_run(&pool, pa, frames);
        expected = model_free_run(&model, pa, frames);
    } else if (choice < 94) {
        *name = "take_range";
        uint64_t first = some_pa(), end = first + below(model.frames * FRAME / 8 + 2);
        cr_assert_eq(bitframe_take_range(&pool, first, end), model_take_range(&model, first, end),
                     "take_range");
    } else if (choice < 97) {
        *name = "reserve";
        uint64_t pa = some_pa(), bytes = below(3 * FRAME) + skewed(model.frames / 8 + 1) * FRAME;
        got = bitframe_reserve(&pool, pa, bytes);
        expected = model_reserve(&model, pa, bytes, pool.reserved_room);
    } else {
        *name = "unreserve";
        uint64_t pa = some_pa(), bytes = below(3 * FRAME) + skewed(model.frames / 8 + 1) * FRAME;
        if (pool.reserved_count != 0 && below(4) != 0) {
            const struct span *span = pool_reserved(&pool) + below(pool.reserved_count);
            pa = (span->first + below(span->end - span->first)) * FRAME;
            bytes = (1 + below(span->end - pa / FRAME)) * FRAME;
        }
        got = bitframe_unreserve(&pool, pa, bytes);
        expected = model_unreserve(&model, pa, bytes, pool.reserved_room);
    }
    cr_assert_eq(got, expected, "%s: %s, should be %s", *name, bitframe_status_name(got),
                 bitframe_status_name(expected));
    return got;
}

static uint64_t run(uint64_t base, uint64_t frames, uint64_t holes, uint64_t calls, uint64_t refusals[])
{
    make_pool(base, frames, holes);
    for (uint64_t i = 0; i < calls; i++) {
        const char *name;
        enum bitframe_status status = call(&name);
        refusals[status]++;
        cr_assert_eq(bitframe_free_frames(&pool), model_count(&model, MODEL_FREE), "%s", name);
        cr_assert_eq(bitframe_reserved_frames(&pool), model_count(&model, MODEL_RESERVED), "%s", name);
        if (status != BITFRAME_OK || i % 64 == 0 || i + 1 == calls)
            assert_same_frames(name);
    }
    return calls;
}

Test(pool_trace, equals_model_on_any_map)
{
    uint64_t calls = setting("BITFRAME_POOL_CALLS", 100000);
    uint64_t compared = 0;
    static uint64_t refusals[BITFRAME_NOT_RESERVED + 1];
    random_state = setting("BITFRAME_SEED", 1201);
    printf("pool_trace: seed %" PRIu64 "\n", random_state);
    while (compared < calls) {
        uint64_t frames = 1 + skewed(6000);
        uint64_t base = below(4) == 0 ? below(3) : below(UINT64_C(1) << (10 + below(40)));
        compared += run(base, frames, below(8), 300, refusals);
    }
    /* And with blocks, of which there are none in less than a GiB. */
    compared += run(below(3000000), 900000 + below(3000), below(3), 20 + calls / 5000, refusals);
    printf("pool_trace: %" PRIu64 " calls compared\n", compared);
    const enum bitframe_status met[] = {BITFRAME_DOUBLE_FREE, BITFRAME_UNMANAGED,   BITFRAME_MISALIGNED,
                                        BITFRAME_INVALID,     BITFRAME_NONE,        BITFRAME_RESERVED,
                                        BITFRAME_IN_USE,      BITFRAME_NOT_RESERVED};
    for (size_t i = 0; i < sizeof(met) / sizeof(*met); i++)
        cr_assert_gt(refusals[met[i]], 0, "%s was never met", bitframe_status_name(met[i]));
}
