/* SPDX-License-Identifier: MIT */
#include "pool_trace.h"
#include "huge_calls.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bitframe/adopt.h>
#include <bitframe/bulk.h>
#include <bitframe/check.h>
#include <bitframe/platform.h>

#include "guarded.h"
#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"
#include "model.h"
#include "random.h"
#include "units.h"

enum {
    RANGES = 160,         /* of a map */
    HELD = 256,           /* runs remembered to be given back */
    HISTORY_CALLS = 24,   /* shown when something differs */
    ARGUMENTS = 5,        /* of a call, at most */
    BULK = 700,           /* frames of a bulk call, at most */
    ZEROED_FRAMES = 64,   /* memory behind pools of no more frames than that */
    POOL_CALLS = 1500,    /* most calls on one pool, give or take a burst, unless it was costly to make */
    MOST_FRAMES = 900000, /* in a model */
    LARGE_FRAMES = 512 * BITFRAME_HUGE_FRAMES, /* with 4 KiB frames 1 GiB */
};

struct trace {
    const struct pool_calls *subject;
    struct pool_trace_input input;
    struct pool_trace_report *report;
    uint64_t limit;

    struct bitframe pool;
    struct model model;
    void *metadata;
    uint64_t metadata_bytes;
    bool has_pool; /* there is one to compare */
    void *storage; /* of a shared pool */
    uint64_t storage_bytes;
    uint64_t pool_end;    /* calls at which another pool is made */
    uint64_t since_count; /* calls since the counts were compared */
    uint64_t since_all;   /* calls since everything was */

    struct {
        uint64_t pa, frames;
    } held[HELD];
    size_t held_count;

    size_t operation; /* in flight */
    uint8_t operation_of[256];
    struct {
        size_t operation;
        enum bitframe_status status;
        uint64_t argument[ARGUMENTS];
        uint64_t result;
    } history[HISTORY_CALLS];
};

const struct pool_calls pool_calls_core = {
    .init_map = bitframe_init_map,
    .adopt = bitframe_adopt,
    .alloc = bitframe_alloc,
    .free = bitframe_free,
    .alloc_run = alloc_run_or_huge,
    .claim = bitframe_alloc_at,
    .free_run = free_run_or_huge,
    .alloc_bulk = bitframe_alloc_bulk,
    .free_bulk = bitframe_free_bulk,
    .alloc_range = bitframe_alloc_range,
    .reserve = bitframe_reserve,
    .unreserve = bitframe_unreserve,
    .free_frames = bitframe_get_free_frames,
    .check = bitframe_check,
};

const char *const pool_shape_name[POOL_SHAPES + 1] = {
    [POOL_TINY] = "tiny",         [POOL_SMALL] = "small",   [POOL_BOTTOM] = "bottom",
    [POOL_TOP] = "top",           [POOL_SHARED] = "shared", [POOL_SEGMENTS] = "segments",
    [POOL_RESERVED] = "reserved", [POOL_HUGES] = "lines",   [POOL_ANY] = "any",
    [POOL_LARGE] = "large",       [POOL_MIXED] = "mixed",
};

/* Choices. One to a statement: in which order a compiler does two of an expression is its own affair. */

static bool is_over(const struct trace *t)
{
    return t->report->difference[0] != 0 || t->report->calls >= t->limit ||
           (t->input.left == 0 && t->input.seed == 0);
}

/** The next @p bytes bytes, 1 to 8, as a number; zeros once the input has ended. */
static uint64_t choose_bytes(struct trace *t, size_t bytes)
{
    if (t->input.left == 0 && t->input.seed != 0)
        return next_random(&t->input.seed) >> (64 - 8 * bytes);
    uint64_t value = 0;
    if (bytes > t->input.left)
        bytes = t->input.left;
    if (bytes != 0)
        memcpy(&value, t->input.bytes, bytes);
    t->input.bytes += bytes;
    t->input.left -= bytes;
    return value;
}

/** A number below @p bound, which is not 0. */
static uint64_t choose_below(struct trace *t, uint64_t bound)
{
    if (bound <= 256)
        return (uint32_t)choose_bytes(t, 1) % (uint32_t)bound;
    return bound <= UINT32_MAX ? (uint32_t)choose_bytes(t, 4) % (uint32_t)bound : choose_bytes(t, 8) % bound;
}

static bool one_in(struct trace *t, uint64_t chances)
{
    return choose_below(t, chances) == 0;
}

/** Small as a rule, and now and then as large as @p bound allows. */
static uint64_t choose_skewed(struct trace *t, uint64_t bound)
{
    uint64_t shift = choose_bytes(t, 1) % 16;
    return choose_below(t, bound) >> (shift > 12 ? 0 : shift);
}

/** A frame of the pool as a rule, or next to one. */
static uint64_t choose_frame(struct trace *t)
{
    return t->model.number[choose_below(t, t->model.frames)];
}

/**
 * Choose some elements next to each other in @p state: @p frames of them, from @p first to the end of what
 * is. Returns whether there are any.
 */
static bool choose_piece(struct trace *t, enum model_state state, uint64_t *first, uint64_t *frames)
{
    const struct model *model = &t->model;
    uint64_t i = choose_below(t, model->frames), count = 0;
    for (uint64_t tries = 0; model->state[i] != state && tries < model->frames; tries++)
        i = (i + 1) % model->frames;
    while (i + count < model->frames && model->state[i + count] == state)
        count++;
    *first = i;
    *frames = count;
    return count != 0;
}

static uint64_t choose_pa(struct trace *t)
{
    const struct model *model = &t->model;
    uint64_t choice = choose_bytes(t, 1) % 32;
    uint64_t pa = choose_frame(t) * FRAME, first, frames;
    switch (choice) {
    case 0:
    case 1:
    case 8: return pa + 1 + choose_below(t, FRAME - 1);
    case 2: return model->number[0] * FRAME - 1 - choose_below(t, 3 * FRAME);
    case 3: return (model->number[model->frames - 1] + 1) * FRAME + choose_below(t, 3 * FRAME);
    case 4: return choose_bytes(t, 8);
    case 5: return pa + (UINT64_C(1) << 32); /* equal when cut to 32 bits */
    case 6: return pa + (UINT64_C(1) << 44); /* and frame numbers cut to 32 bits */
    case 7: return pa + UINT64_C(0xFFFF000000000000);
    case 9: return choose_piece(t, MODEL_RESERVED, &first, &frames) ? model->number[first] * FRAME : pa;
    default: return pa;
    }
}

/* Comparisons. */

static __attribute__((format(printf, 2, 3))) void report_difference(struct trace *t, const char *what, ...);

static void compare_counts(struct trace *t)
{
    uint64_t free_frames = model_count(&t->model, MODEL_FREE);
    uint64_t reserved_frames = model_count(&t->model, MODEL_RESERVED);
    if (t->subject->free_frames(&t->pool) != free_frames)
        report_difference(t, "free frames are %" PRIu64 ", should be %" PRIu64,
                          t->subject->free_frames(&t->pool), free_frames);
    if (bitframe_get_reserved_frames(&t->pool) != reserved_frames)
        report_difference(t, "reserved frames are %" PRIu64 ", should be %" PRIu64,
                          bitframe_get_reserved_frames(&t->pool), reserved_frames);
    t->since_count = 0;
}

/** The first of @p count ascending spans that ends above @p frame, or one behind all frames. */
static struct span next_span(const struct span *spans, uint64_t count, uint64_t *next, uint64_t frame)
{
    while (*next < count && spans[*next].end <= frame)
        ++*next;
    return *next < count ? spans[*next] : (struct span){.first = UINT64_MAX, .end = UINT64_MAX};
}

/** Each single frame, what the audit says, and the counts. */
static void compare_all(struct trace *t)
{
    const struct bitframe *pool = &t->pool;
    const struct model *model = &t->model;
    enum bitframe_invariant broken = t->subject->check(pool);
    t->report->compared++;
    t->since_all = 0;
    compare_counts(t);
    if (broken != BITFRAME_SOUND) {
        report_difference(t, "broken: %s", bitframe_get_invariant_name(broken));
        return;
    }
    uint64_t total = model->frames - model_count(model, MODEL_FOREIGN);
    if (bitframe_get_total_frames(pool) != total)
        report_difference(t, "frames are %" PRIu64 ", should be %" PRIu64, bitframe_get_total_frames(pool),
                          total);
    uint64_t reservations = model_reservations(model, model->covered);
    if (pool->reserved_count != reservations)
        report_difference(t, "reservations are %" PRIu64 ", should be %" PRIu64, pool->reserved_count,
                          reservations);

    const uint64_t *words = levels_at(pool, &pool->frames, 0);
    struct span span = {0}, reserved = {0};
    uint64_t spans = 0, reservations_passed = 0, bit_offset = 0; /* of bits to frames */
    for (uint64_t i = 0; i < model->frames; i++) {
        uint64_t frame = model->number[i];
        if (frame >= span.end) {
            span = next_span(pool_spans(pool), pool->span_count, &spans, frame);
            if (span.end != UINT64_MAX)
                bit_offset = bit_of_frame(segment_of_frame(pool, span.first), 0);
        }
        if (frame >= reserved.end)
            reserved = next_span(pool_reserved(pool), pool->reserved_count, &reservations_passed, frame);
        uint64_t bit = frame + bit_offset;
        enum model_state state = frame < span.first                              ? MODEL_FOREIGN
                                 : frame >= reserved.first                       ? MODEL_RESERVED
                                 : (words[bit / WORD_BITS] & bit_mask(bit)) != 0 ? MODEL_FREE
                                                                                 : MODEL_ALLOCATED;
        if (state != (enum model_state)model->state[i]) {
            report_difference(t, "frame %#" PRIx64 " is %d, should be %d", frame, state, model->state[i]);
            return;
        }
    }
}

struct answer {
    enum bitframe_status status;
    uint64_t value;
};

/**
 * A call was made on both sides: compare what it answered, and what it left.
 *
 * @param argument  What it was called with, for the report. ARGUMENTS of them.
 */
static void compare(struct trace *t, const uint64_t *argument, struct answer got, struct answer expected);

static bool is_ok(struct answer answer)
{
    return answer.status == BITFRAME_OK;
}

/* Operations: each makes at least one call and compares it. */

static void hold(struct trace *t, uint64_t pa, uint64_t frames)
{
    if (t->held_count == HELD)
        t->held_count = HELD / 2;
    t->held[t->held_count].pa = pa;
    t->held[t->held_count++].frames = frames;
}

/** Returns the frame's PA, 0 if there was none to take. */
static uint64_t alloc_one(struct trace *t)
{
    uint64_t got = t->subject->alloc(&t->pool);
    uint64_t expected = model_alloc(&t->model);
    compare(t, (uint64_t[ARGUMENTS]){0},
            (struct answer){.status = got == 0 ? BITFRAME_NONE : BITFRAME_OK, .value = got},
            (struct answer){.status = expected == 0 ? BITFRAME_NONE : BITFRAME_OK, .value = expected});
    return expected;
}

static bool free_one(struct trace *t, uint64_t pa)
{
    struct answer got = {.status = t->subject->free(&t->pool, pa)};
    struct answer expected = {.status = model_free(&t->model, pa)};
    compare(t, (uint64_t[ARGUMENTS]){pa}, got, expected);
    return is_ok(expected);
}

static void alloc(struct trace *t)
{
    uint64_t pa = alloc_one(t);
    if (pa != 0)
        hold(t, pa, 1);
}

/** So many calls in a row that words, lines and groups are used up, unless calls must be few. */
static uint64_t choose_burst(struct trace *t)
{
    return t->model.frames < LARGE_FRAMES ? 64 + choose_below(t, 537) : 8;
}

static void alloc_many(struct trace *t)
{
    uint64_t calls = choose_burst(t);
    while (calls-- != 0 && !is_over(t) && alloc_one(t) != 0) {
    }
}

static void free_some(struct trace *t)
{
    uint64_t pa = choose_pa(t);
    if (t->held_count != 0 && !one_in(t, 3)) {
        size_t i = choose_below(t, t->held_count);
        pa = t->held[i].pa;
        if (t->held[i].frames == 1 && !one_in(t, 8))
            t->held[i] = t->held[--t->held_count];
    }
    free_one(t, pa);
}

/** Free frames one by one that are next to each other, up or down, to the end of what is taken. */
static void free_many(struct trace *t)
{
    const struct model *model = &t->model;
    uint64_t calls = choose_burst(t);
    uint64_t i, allocated;
    bool up = choose_below(t, 2) != 0;
    (void)choose_piece(t, MODEL_ALLOCATED, &i, &allocated);
    while (calls-- != 0 && !is_over(t) && i < model->frames && free_one(t, model->number[i] * FRAME))
        i += up ? 1 : UINT64_MAX;
}

/**
 * Frames of a run: at most @p most as a rule; as many as some words hold, give or take a few; or as many as
 * there are in a row in @p state, from somewhere on, and one more now and then. Few if the model, which tries
 * every frame, could not afford more.
 */
static uint64_t choose_frames(struct trace *t, uint64_t most, enum model_state state)
{
    uint64_t first, frames, choice = choose_below(t, 8);
    if (t->model.frames > 8192)
        return 1 + choose_skewed(t, 100);
    if (choice == 0) {
        frames = WORD_BITS * (1 + choose_below(t, 4));
        return frames + choose_below(t, 6) - 4;
    }
    if (choice == 1 && choose_piece(t, state, &first, &frames))
        return frames + one_in(t, 4);
    return 1 + choose_skewed(t, most);
}

static struct bitframe_request choose_request(struct trace *t)
{
    struct bitframe_request request = {.frames = choose_frames(t, t->model.frames, MODEL_FREE)};
    uint64_t choice = choose_bytes(t, 1);
    if (choice % 4 == 0)
        request.min_pa = choose_pa(t);
    if (choice / 4 % 4 == 0)
        request.max_pa = choose_pa(t);
    if (choice / 16 % 2 == 0)
        request.flags = BITFRAME_HIGHEST;
    switch (choice / 32) {
    case 0:
    case 1: request.align = FRAME << choose_below(t, 12); break;
    case 2: request.align = UINT64_C(1) << choose_below(t, 64); break;
    case 3:
        request.frames = (uint64_t)BITFRAME_HUGE_FRAMES << choose_below(t, 4);
        request.align = FRAME * BITFRAME_HUGE_FRAMES << choose_below(t, 3);
        break;
    case 4:
        request.align = FRAME * (one_in(t, 2) ? BITFRAME_HUGE_FRAMES : LARGE_FRAMES);
        if (t->model.frames > LARGE_FRAMES)
            request.frames = choose_below(t, 3) * (request.align / FRAME);
        break;
    default: break;
    }
    switch (choose_bytes(t, 1)) {
    case 0: request.frames = 0; break;
    case 1: request.frames = choose_bytes(t, 8); break;
    case 2: request.align = choose_bytes(t, 8); break;
    case 3: request.align = 3 * FRAME; break;
    case 4: request.flags |= 4; break;
    case 5: request.flags |= UINT32_C(1) << 31; break;
    default: break;
    }
    return request;
}

/** Returns the PA of the run, 0 if there was none. */
static uint64_t alloc_run_of(struct trace *t, const struct bitframe_request *request)
{
    struct answer got = {0}, expected = {0};
    got.status = t->subject->alloc_run(&t->pool, request, &got.value);
    expected.status = model_alloc_run(&t->model, request, &expected.value);
    compare(t,
            (uint64_t[ARGUMENTS]){request->frames, request->align, request->min_pa, request->max_pa,
                                  request->flags},
            got, expected);
    if (is_ok(expected))
        hold(t, expected.value, request->frames);
    return expected.value;
}

static void alloc_run(struct trace *t)
{
    struct bitframe_request request = choose_request(t);
    alloc_run_of(t, &request);
}

/** The same request until there is nothing left that answers it. */
static void alloc_runs(struct trace *t)
{
    struct bitframe_request request = choose_request(t);
    uint64_t calls = choose_burst(t);
    while (calls-- != 0 && !is_over(t) && alloc_run_of(t, &request) != 0) {
    }
}

/** With memory behind the frames that can be looked at: a small pool, or else a run as any other. */
static void alloc_run_zeroed(struct trace *t)
{
    static _Alignas(4096) uint8_t memory[ZEROED_FRAMES * FRAME];
    struct bitframe_request request = choose_request(t);
    const struct model *model = &t->model;
    bool has_memory = model->stretches == 1 && model->frames <= ZEROED_FRAMES;
    uint64_t first_pa = model->number[0] * FRAME;
    if (has_memory) {
        struct bitframe_platform platform = {.linear_map_base = (uint64_t)(uintptr_t)memory - first_pa};
        (void)bitframe_set_platform(&platform);
        request.flags |= BITFRAME_ZEROED;
        for (uint64_t i = 0; i < model->frames; i++)
            memory[i * FRAME] = memory[i * FRAME + FRAME / 2 - 1] = memory[(i + 1) * FRAME - 1] = 0xA5;
    }
    uint64_t run_pa = alloc_run_of(t, &request);
    for (uint64_t i = 0; has_memory && i < model->frames; i++) {
        uint64_t pa = model->number[i] * FRAME;
        bool zeroed = run_pa != 0 && pa >= run_pa && (pa - run_pa) / FRAME < request.frames;
        uint8_t sum = memory[i * FRAME] | memory[i * FRAME + FRAME / 2 - 1] | memory[(i + 1) * FRAME - 1];
        uint8_t all = memory[i * FRAME] & memory[i * FRAME + FRAME / 2 - 1] & memory[(i + 1) * FRAME - 1];
        if (zeroed ? sum != 0 : all != 0xA5)
            report_difference(t, "frame %#" PRIx64 " was %szeroed", model->number[i], zeroed ? "not " : "");
    }
}

/** A number for what an array holds, in what order. */
static uint64_t digest(const uint64_t *pas, uint64_t count)
{
    uint64_t sum = count;
    for (uint64_t i = 0; i < count; i++)
        sum = (sum ^ pas[i]) * UINT64_C(0x9E3779B97F4A7C15);
    return sum;
}

/** As many frames as there are, or a few; what is behind those that were taken must not be touched. */
static void alloc_bulk(struct trace *t)
{
    uint64_t got_pas[BULK + 1], expected_pas[BULK + 1], got_count = 77, expected_count = 77;
    struct bitframe_request request = choose_request(t);
    request.align = one_in(t, 16) ? request.align : one_in(t, 2) ? FRAME : 0;
    if (one_in(t, 4))
        request.min_pa = request.max_pa = 0;
    if (one_in(t, 2))
        request.flags ^= BITFRAME_PARTIAL;
    if (one_in(t, 3))
        request.frames = model_count(&t->model, MODEL_FREE) + choose_below(t, 3) - 1;
    if (request.frames > BULK)
        request.frames = BULK;
    for (size_t i = 0; i <= BULK; i++)
        got_pas[i] = expected_pas[i] = i;
    struct answer got = {.status = t->subject->alloc_bulk(&t->pool, &request, got_pas, &got_count)};
    struct answer expected = {.status = model_alloc_bulk(&t->model, &request, expected_pas, &expected_count)};
    if (!is_ok(expected)) { /* where the model tried, and so may a shared pool */
        for (size_t i = 0; i <= BULK; i++)
            expected_pas[i] = i;
        for (size_t i = 0; t->model.is_shared && expected.status == BITFRAME_NONE && i < request.frames; i++)
            got_pas[i] = i;
    }
    got.value = digest(got_pas, BULK + 1) + got_count;
    expected.value = digest(expected_pas, BULK + 1) + expected_count;
    compare(
        t,
        (uint64_t[ARGUMENTS]){request.frames, request.align, request.min_pa, request.max_pa, request.flags},
        got, expected);
}

/** Frames that are taken, in a row as a rule, in any order now and then, some of them twice or not taken. */
static void free_bulk(struct trace *t)
{
    static uint64_t pas[BULK];
    uint64_t got_count = 77, expected_count = 77, i, allocated;
    const struct model *model = &t->model;
    uint64_t frames = choose_skewed(t, model->frames < BULK ? model->frames : BULK),
             kind = choose_below(t, 8);
    uint32_t flags = one_in(t, 2) ? BITFRAME_PARTIAL : 0;
    if (one_in(t, 16))
        flags ^= 1u << choose_below(t, 32);
    (void)choose_piece(t, MODEL_ALLOCATED, &i, &allocated);
    for (uint64_t k = 0; k < frames; k++, i++) {
        while (kind < 7 && i < model->frames && model->state[i] != MODEL_ALLOCATED)
            i++;
        if (i >= model->frames || (kind == 6 && one_in(t, 4)))
            i = choose_below(t, model->frames);
        pas[k] = model->number[i] * FRAME;
    }
    if ((kind == 0 || kind == 2) && frames != 0) { /* one that is wrong */
        uint64_t wrong = choose_below(t, frames);
        pas[wrong] = choose_pa(t);
    } else if (kind == 1) { /* from the last to the first */
        for (uint64_t k = 0; k < frames / 2; k++) {
            uint64_t pa = pas[k];
            pas[k] = pas[frames - 1 - k];
            pas[frames - 1 - k] = pa;
        }
    }
    struct answer got = {.status = t->subject->free_bulk(&t->pool, pas, frames, flags, &got_count)};
    struct answer expected = {.status = model_free_bulk(&t->model, pas, frames, flags, &expected_count)};
    got.value = got_count;
    expected.value = expected_count;
    compare(t, (uint64_t[ARGUMENTS]){frames, frames ? pas[0] : 0, flags, kind}, got, expected);
}

static void claim(struct trace *t)
{
    uint64_t pa = choose_pa(t);
    uint64_t frames = choose_frames(t, t->model.frames / 4 + 1, MODEL_FREE);
    uint64_t first, free_frames;
    if (one_in(t, 2) && choose_piece(t, MODEL_FREE, &first, &free_frames)) {
        uint64_t skipped = choose_below(t, free_frames);
        pa = t->model.number[first + skipped] * FRAME;
        frames = 1 + choose_below(t, free_frames - skipped);
    } else if (one_in(t, 8))
        frames = one_in(t, 2) ? 0 : choose_bytes(t, 8);
    struct answer got = {.status = t->subject->claim(&t->pool, pa, frames)};
    struct answer expected = {.status = model_claim(&t->model, pa, frames)};
    compare(t, (uint64_t[ARGUMENTS]){pa, frames}, got, expected);
    if (is_ok(expected))
        hold(t, pa, frames);
}

static void free_run_of(struct trace *t, uint64_t pa, uint64_t frames)
{
    struct answer got = {.status = t->subject->free_run(&t->pool, pa, frames)};
    struct answer expected = {.status = model_free_run(&t->model, pa, frames)};
    compare(t, (uint64_t[ARGUMENTS]){pa, frames}, got, expected);
}

/** A run that was taken, as a rule; or a part of it; or anything. */
static void free_run(struct trace *t)
{
    uint64_t pa = choose_pa(t);
    uint64_t frames = choose_frames(t, t->model.frames / 4 + 1, MODEL_ALLOCATED);
    if (t->held_count != 0 && !one_in(t, 4)) {
        size_t i = choose_below(t, t->held_count);
        pa = t->held[i].pa;
        frames = t->held[i].frames;
        if (one_in(t, 8)) {
            pa += choose_below(t, frames) * FRAME;
            frames -= (pa - t->held[i].pa) / FRAME;
            frames = 1 + choose_below(t, frames);
        }
        t->held[i] = t->held[--t->held_count];
    } else if (one_in(t, 8)) {
        frames = one_in(t, 2) ? 0 : choose_bytes(t, 8);
    }
    free_run_of(t, pa, frames);
}

/** All that is taken up to the next frame that is not, so that pools do not fill up for good. */
static void free_piece(struct trace *t)
{
    uint64_t first, frames;
    (void)choose_piece(t, MODEL_ALLOCATED, &first, &frames);
    while (frames != 0 && first > 0 && t->model.state[first - 1] == MODEL_ALLOCATED) {
        first--;
        frames++;
    }
    free_run_of(t, t->model.number[first] * FRAME, frames);
}

static void alloc_all_in(struct trace *t, uint64_t first_pa, uint64_t end_pa)
{
    struct answer got = {.value = t->subject->alloc_range(&t->pool, first_pa, end_pa)};
    struct answer expected = {.value = model_alloc_range(&t->model, first_pa, end_pa)};
    compare(t, (uint64_t[ARGUMENTS]){first_pa, end_pa}, got, expected);
}

static void alloc_range(struct trace *t)
{
    uint64_t first_pa = choose_pa(t);
    uint64_t end_pa = first_pa + choose_below(t, t->model.frames * FRAME / 8 + 2);
    if (one_in(t, 4)) /* all there is */
        alloc_all_in(t, 0, UINT64_MAX);
    else
        alloc_all_in(t, first_pa, end_pa);
}

/** Where only so many frames are free, at the edge of a word as a rule: the last chance to find a run. */
static void alloc_run_of_hole(struct trace *t)
{
    uint64_t first, allocated;
    alloc_all_in(t, 0, UINT64_MAX);
    if (!choose_piece(t, MODEL_ALLOCATED, &first, &allocated))
        return;
    uint64_t skipped = WORD_BITS - t->model.number[first] % WORD_BITS + choose_below(t, 5) - 2;
    if (skipped < allocated && !one_in(t, 4)) {
        first += skipped;
        allocated -= skipped;
    }
    struct bitframe_request request = {.frames = choose_frames(t, allocated, MODEL_ALLOCATED)};
    if (request.frames > allocated)
        request.frames = allocated;
    if (one_in(t, 2))
        request.flags = BITFRAME_HIGHEST;
    if (one_in(t, 4))
        request.align = FRAME << choose_below(t, 8);
    free_run_of(t, t->model.number[first] * FRAME, request.frames);
    alloc_run_of(t, &request);
}

static bool reserve_range(struct trace *t, uint64_t pa, uint64_t bytes)
{
    struct answer got = {.status = t->subject->reserve(&t->pool, pa, bytes)};
    struct answer expected = {.status = model_reserve(&t->model, pa, bytes)};
    compare(t, (uint64_t[ARGUMENTS]){pa, bytes}, got, expected);
    return is_ok(expected);
}

static uint64_t choose_reserved_bytes(struct trace *t)
{
    uint64_t cut = choose_below(t, 3) == 0 ? choose_below(t, FRAME) : 0;
    return cut + choose_skewed(t, t->model.frames / 8 + 2) * FRAME;
}

/** A length that may reach 2^64 and pass it, @p bytes as a rule. */
static uint64_t or_to_the_end(struct trace *t, uint64_t pa, uint64_t bytes)
{
    return one_in(t, 12) ? 0 - pa + choose_below(t, 4) - 1 : bytes;
}

static void reserve(struct trace *t)
{
    uint64_t pa = choose_pa(t);
    reserve_range(t, pa, or_to_the_end(t, pa, choose_reserved_bytes(t)));
}

/** A few frames here and a few there, until the table is full. */
static void reserve_many(struct trace *t)
{
    uint64_t most = 1 + choose_below(t, 4), apart = 1 + choose_below(t, 3);
    uint64_t i = choose_below(t, t->model.frames);
    for (int calls = 0; calls < 40 && i < t->model.frames && !is_over(t); calls++, i += most + apart) {
        if (!reserve_range(t, t->model.number[i] * FRAME, (1 + choose_below(t, most)) * FRAME) &&
            t->model.state[i] == MODEL_FREE)
            return;
    }
}

static void unreserve(struct trace *t)
{
    uint64_t pa = choose_pa(t), bytes = choose_reserved_bytes(t), first, frames;
    if (!one_in(t, 4) && choose_piece(t, MODEL_RESERVED, &first, &frames)) {
        uint64_t skipped = 0;
        if (frames > 2 && one_in(t, 2)) { /* some that leave a rest on both sides */
            skipped = 1 + choose_below(t, frames - 2);
            frames--;
        } else if (one_in(t, 2)) {
            skipped = choose_below(t, frames);
        }
        pa = t->model.number[first + skipped] * FRAME;
        frames -= skipped;
        bytes = (one_in(t, 2) ? frames : 1 + choose_below(t, frames)) * FRAME;
    }
    bytes = or_to_the_end(t, pa, bytes);
    struct answer got = {.status = t->subject->unreserve(&t->pool, pa, bytes)};
    struct answer expected = {.status = model_unreserve(&t->model, pa, bytes)};
    compare(t, (uint64_t[ARGUMENTS]){pa, bytes}, got, expected);
}

static enum bitframe_status expected_of_share(const struct trace *t,
                                              const struct bitframe_share_options *options,
                                              const void *storage, uint64_t bytes)
{
    if (!storage || (uintptr_t)storage % BITFRAME_SHARE_ALIGN != 0 || options->cpus == 0 ||
        options->cpus > BITFRAME_CPUS_MAX ||
        (options->policy != BITFRAME_LOWEST && options->policy != BITFRAME_LOCAL) || t->model.is_shared)
        return BITFRAME_INVALID;
    return bytes < bitframe_get_share_bytes(&t->pool, options->cpus) ? BITFRAME_NO_ROOM : BITFRAME_OK;
}

/** At which end of its memory what a pool is given meets a page that cannot be touched. */
static enum guarded_end end_of_pool(const struct trace *t)
{
    return (enum guarded_end)(t->report->pools % GUARDED_ENDS);
}

/** Share the pool, or try what is refused. Which CPU calls does not matter here: it is always CPU 0. */
static void share(struct trace *t)
{
    struct bitframe_share_options options = {.policy = BITFRAME_LOWEST, .cpus = 1};
    if (one_in(t, 4))
        options.cpus += (uint32_t)choose_below(t, 8);
    uint64_t bytes = bitframe_get_share_bytes(&t->pool, options.cpus), skipped = 0;
    uint64_t storage_bytes = bytes;
    char *storage = guarded_open(bytes, BITFRAME_SHARE_ALIGN, end_of_pool(t));
    memset(storage, 0xA5, bytes);
    switch (choose_bytes(t, 1) % 64) {
    case 0: options.policy = (enum bitframe_policy)(2 + choose_below(t, 8)); break;
    case 1: options.cpus = one_in(t, 2) ? 0 : BITFRAME_CPUS_MAX + 1; break;
    case 2: skipped = 8 + 8 * choose_below(t, 15); break;
    case 3: bytes -= 1 + choose_below(t, bytes); break;
    default: break;
    }
    struct answer expected = {.status = expected_of_share(t, &options, storage + skipped, bytes)};
    struct answer got = {.status = t->subject->share(&t->pool, &options, storage + skipped, bytes)};
    if (is_ok(expected)) {
        if (t->storage)
            guarded_close(t->storage, t->storage_bytes);
        t->storage = storage;
        t->storage_bytes = storage_bytes;
        t->model.is_shared = true;
    } else {
        guarded_close(storage, storage_bytes);
    }
    compare(t, (uint64_t[ARGUMENTS]){options.cpus, options.policy, skipped, bytes}, got, expected);
}

static void unshare(struct trace *t)
{
    t->subject->unshare(&t->pool);
    t->model.is_shared = false;
    compare(t, (uint64_t[ARGUMENTS]){0}, (struct answer){.status = BITFRAME_OK},
            (struct answer){.status = BITFRAME_OK});
}

/** The pool is lost, its metadata are not. It has one owner then. */
static void adopt(struct trace *t)
{
    memset(&t->pool, 0xA5, sizeof(t->pool));
    t->model.is_shared = false;
    struct answer got = {.status = t->subject->adopt(&t->pool, t->metadata, t->metadata_bytes)};
    compare(t, (uint64_t[ARGUMENTS]){t->metadata_bytes}, got, (struct answer){.status = BITFRAME_OK});
    if (is_ok(got))
        compare_all(t);
}

#define CAN(status) (1u << BITFRAME_##status)

enum call {
    CALL_ALLOC,
    CALL_FREE,
    CALL_ALLOC_RUN,
    CALL_CLAIM,
    CALL_FREE_RUN,
    CALL_ALLOC_BULK,
    CALL_FREE_BULK,
    CALL_ALLOC_RANGE,
    CALL_RESERVE,
    CALL_UNRESERVE,
    CALL_ADOPT,
    CALL_SHARE,
    CALL_UNSHARE,
    CALLS,
};

/** Every status that a call documents: it may answer no other, and a long trace must meet each. */
static const struct {
    const char *name;
    unsigned statuses;
} calls_made[CALLS] = {
    [CALL_ALLOC] = {"take", CAN(OK) | CAN(NONE)},
    [CALL_FREE] = {"free", CAN(OK) | CAN(DOUBLE_FREE) | CAN(RESERVED) | CAN(UNMANAGED) | CAN(MISALIGNED)},
    [CALL_ALLOC_RUN] = {"take_run", CAN(OK) | CAN(NONE) | CAN(INVALID)},
    [CALL_CLAIM] = {"claim",
                    CAN(OK) | CAN(IN_USE) | CAN(RESERVED) | CAN(UNMANAGED) | CAN(MISALIGNED) | CAN(INVALID)},
    [CALL_FREE_RUN] = {"free_run", CAN(OK) | CAN(DOUBLE_FREE) | CAN(RESERVED) | CAN(UNMANAGED) |
                                       CAN(MISALIGNED) | CAN(INVALID)},
    [CALL_ALLOC_BULK] = {"take_bulk", CAN(OK) | CAN(NONE) | CAN(INVALID)},
    [CALL_FREE_BULK] = {"free_bulk", CAN(OK) | CAN(DOUBLE_FREE) | CAN(RESERVED) | CAN(UNMANAGED) |
                                         CAN(MISALIGNED) | CAN(INVALID)},
    [CALL_ALLOC_RANGE] = {"take_range", CAN(OK)},
    [CALL_RESERVE] = {"reserve", CAN(OK) | CAN(IN_USE) | CAN(NO_ROOM) | CAN(INVALID)},
    [CALL_UNRESERVE] = {"unreserve", CAN(OK) | CAN(NOT_RESERVED) | CAN(NO_ROOM) | CAN(INVALID)},
    [CALL_ADOPT] = {"adopt", CAN(OK)}, /* what it refuses: adopt_test.c */
    [CALL_SHARE] = {"share", CAN(OK) | CAN(INVALID) | CAN(NO_ROOM)},
    [CALL_UNSHARE] = {"unshare", CAN(OK)},
};

/**
 * What a trace is made of, and how often each, of the sum of all weights, which is 256 at most: a byte
 * chooses. New ones go to the end, so that most bytes mean what they did in the fuzzer's corpus.
 */
static const struct operation {
    enum call call;
    const char *name;
    unsigned weight;
    void (*run)(struct trace *);
} operations[] = {
    {CALL_ALLOC, "take", 26, alloc},
    {CALL_ALLOC, "take in a row", 1, alloc_many},
    {CALL_FREE, "free", 36, free_some},
    {CALL_FREE, "free in a row", 2, free_many},
    {CALL_ALLOC_RUN, "take_run", 36, alloc_run},
    {CALL_ALLOC_RUN, "take_run in a row", 2, alloc_runs},
    {CALL_ALLOC_RUN, "take_run zeroed", 3, alloc_run_zeroed},
    {CALL_CLAIM, "claim", 18, claim},
    {CALL_FREE_RUN, "free_run", 26, free_run},
    {CALL_FREE_RUN, "free_run of all", 20, free_piece},
    {CALL_ALLOC_RANGE, "take_range", 4, alloc_range},
    {CALL_RESERVE, "reserve", 9, reserve},
    {CALL_RESERVE, "reserve in a row", 2, reserve_many},
    {CALL_UNRESERVE, "unreserve", 16, unreserve},
    {CALL_ALLOC_BULK, "take_bulk", 4, alloc_bulk},
    {CALL_FREE_BULK, "free_bulk", 4, free_bulk},
    {CALL_ALLOC_RUN, "take_run of a hole", 2, alloc_run_of_hole},
    {CALL_ADOPT, "adopt", 2, adopt},
    {CALL_SHARE, "share", 8, share},
    {CALL_UNSHARE, "unshare", 2, unshare},
};

#define OPERATIONS (sizeof(operations) / sizeof(*operations))

/** Is @p operation one of the trace's, on pools that are shared or not? */
static bool is_made(const struct operation *operation, bool shares)
{
    return shares || (operation->call != CALL_SHARE && operation->call != CALL_UNSHARE);
}

_Static_assert(OPERATIONS <= POOL_OPERATIONS_MAX, "a report has room for each");

static void compare(struct trace *t, const uint64_t *argument, struct answer got, struct answer expected)
{
    size_t at = t->report->calls++ % HISTORY_CALLS;
    t->report->shared += t->model.is_shared;
    t->history[at].operation = t->operation;
    t->history[at].status = expected.status;
    t->history[at].result = expected.value;
    memcpy(t->history[at].argument, argument, sizeof(t->history[at].argument));
    t->report->met[t->operation][expected.status]++;

    if (got.status != expected.status)
        report_difference(t, "%s, should be %s", bitframe_get_status_name(got.status),
                          bitframe_get_status_name(expected.status));
    else if (got.value != expected.value)
        report_difference(t, "%#" PRIx64 ", should be %#" PRIx64, got.value, expected.value);
    else if ((calls_made[operations[t->operation].call].statuses >> expected.status & 1) == 0)
        report_difference(t, "%s is not documented", bitframe_get_status_name(expected.status));
    else if (expected.status != BITFRAME_OK || ++t->since_all >= 64 + t->model.frames / 16)
        compare_all(t);
    else if (++t->since_count * 64 >= t->model.frames)
        compare_counts(t);
}

static void report_difference(struct trace *t, const char *what, ...)
{
    char *text = t->report->difference;
    size_t room = sizeof(t->report->difference);
    if (text[0] != 0)
        return;
    int used = snprintf(text, room, "call %" PRIu64 ": ", t->report->calls);
    va_list arguments;
    va_start(arguments, what);
    used += vsnprintf(text + used, room - (size_t)used, what, arguments);
    va_end(arguments);
    used +=
        snprintf(text + used, room - (size_t)used,
                 "; %" PRIu64 " frames from %#" PRIx64 ", the calls:", t->model.frames, t->model.number[0]);
    uint64_t first = t->report->calls > HISTORY_CALLS ? t->report->calls - HISTORY_CALLS : 0;
    for (uint64_t i = first; i < t->report->calls && (size_t)used < room; i++) {
        uint64_t at = i % HISTORY_CALLS;
        used +=
            snprintf(text + used, room - (size_t)used, "\n  %s(", operations[t->history[at].operation].name);
        for (int a = 0; a < ARGUMENTS && (size_t)used < room; a++)
            used += snprintf(text + used, room - (size_t)used, "%s%#" PRIx64, a == 0 ? "" : ", ",
                             t->history[at].argument[a]);
        if ((size_t)used < room)
            used += snprintf(text + used, room - (size_t)used, "): %s, %#" PRIx64,
                             bitframe_get_status_name(t->history[at].status), t->history[at].result);
    }
}

/* Pools. */

/** A number of frames to begin with, such that @p frames frames fit below 2^64 and many addresses are met. */
static uint64_t choose_first(struct trace *t, uint64_t frames)
{
    uint64_t shift = BITFRAME_FRAME_SHIFT + choose_below(t, 62 - BITFRAME_FRAME_SHIFT);
    uint64_t first = choose_bytes(t, 8) >> shift;
    if (one_in(t, 8)) /* across a multiple of 1 GiB */
        first =
            (first / LARGE_FRAMES + 1) * LARGE_FRAMES - choose_below(t, frames < LARGE_FRAMES ? frames : 64);
    return first > FRAMES_END - frames ? FRAMES_END - frames : first;
}

/** Make frames inside a stretch foreign or reserved, in map and model. */
static void mark(struct trace *t, struct bitframe_map *map, uint64_t piece, uint64_t most,
                 enum model_state state)
{
    struct model *model = &t->model;
    uint64_t frames = model->piece[piece].frames;
    uint64_t first = choose_below(t, frames);
    uint64_t count = 1 + choose_skewed(t, most);
    if (first + count > frames)
        count = frames - first;
    (void)bitframe_map_add(map, state == MODEL_FOREIGN ? BITFRAME_MAP_HOLE : BITFRAME_MAP_RESERVED,
                           (model->piece[piece].first + first) * FRAME, count * FRAME);
    model_mark(model, model->piece[piece].at + first, count, state);
}

static void mark_some(struct trace *t, struct bitframe_map *map, uint64_t times, uint64_t most)
{
    for (uint64_t i = 0; i < times; i++) {
        uint64_t piece = choose_below(t, t->model.stretches);
        mark(t, map, piece, most, one_in(t, 3) ? MODEL_RESERVED : MODEL_FOREIGN);
    }
}

static void add_piece(struct trace *t, uint64_t first, uint64_t frames)
{
    (void)model_add(&t->model, first, frames);
}

/** Stretches of memory of a shape: all free, but for frame 0. */
static void add_stretches(struct trace *t, enum pool_shape shape)
{
    uint64_t frames, first, huges;
    switch (shape) {
    case POOL_SMALL:
        frames = 1 + choose_below(t, 700);
        add_piece(t, choose_first(t, frames), frames);
        break;
    case POOL_BOTTOM:
        first = choose_below(t, 3);
        add_piece(t, first, 2 + choose_below(t, 200));
        break;
    case POOL_TOP:
        frames = 1 + choose_below(t, 200);
        add_piece(t, FRAMES_END - frames, frames);
        break;
    case POOL_SHARED:
        frames = 200 + choose_below(t, 400);
        add_piece(t, choose_first(t, frames), frames);
        break;
    case POOL_SEGMENTS:
        first = choose_first(t, UINT64_C(1) << 46);
        for (uint64_t i = 2 + choose_below(t, MODEL_STRETCHES - 1); i != 0; i--) {
            if (one_in(t, 8)) { /* a line to the frame */
                first = (first + BITFRAME_HUGE_FRAMES - 1) / BITFRAME_HUGE_FRAMES * BITFRAME_HUGE_FRAMES;
                frames = BITFRAME_HUGE_FRAMES;
            } else {
                frames = 1 + choose_below(t, 80);
            }
            add_piece(t, first, frames);
            uint64_t near = choose_below(t, 32), far = choose_below(t, 10);
            first += frames + 1 + (choose_bytes(t, 4) >> near << far);
        }
        break;
    case POOL_RESERVED:
        frames = 100 + choose_below(t, 300);
        add_piece(t, choose_first(t, frames), frames);
        break;
    case POOL_HUGES:
        huges = one_in(t, 2) ? GROUP_HUGE : 1; /* what it is aligned to */
        frames = BITFRAME_HUGE_FRAMES * (1 + choose_below(t, GROUP_HUGE + 1));
        first = choose_first(t, frames) / BITFRAME_HUGE_FRAMES / huges * huges * BITFRAME_HUGE_FRAMES;
        add_piece(t, first, frames);
        break;
    case POOL_ANY:
        frames = 1 + choose_skewed(t, 6000);
        add_piece(t, choose_first(t, frames), frames);
        break;
    case POOL_LARGE:
        frames = 2 * (uint64_t)LARGE_FRAMES + 1 + choose_below(t, LARGE_FRAMES);
        first = choose_first(t, frames);
        add_piece(t, one_in(t, 2) ? first / LARGE_FRAMES * LARGE_FRAMES : first, frames);
        break;
    default:
        frames = 1 + choose_below(t, 130);
        add_piece(t, choose_first(t, frames), frames);
        break;
    }
}

static void mark_stretches(struct trace *t, struct bitframe_map *map, enum pool_shape shape)
{
    uint64_t frames = t->model.frames;
    switch (shape) {
    case POOL_SHARED: mark_some(t, map, 10 + choose_below(t, 50), 12); break;
    case POOL_RESERVED:
        for (uint64_t i = choose_below(t, 80); i != 0; i--)
            mark(t, map, 0, 6, MODEL_RESERVED);
        mark_some(t, map, choose_below(t, 8), 3);
        break;
    case POOL_HUGES: mark_some(t, map, one_in(t, 2) ? choose_below(t, 4) : 0, frames / 4 + 1); break;
    default: mark_some(t, map, choose_below(t, 8), frames / 4 + 1); break;
    }
}

static void make_pool(struct trace *t, enum pool_shape shape)
{
    static struct bitframe_map_range ranges[RANGES];
    struct bitframe_map map;
    struct model *model = &t->model;
    if (shape == POOL_MIXED)
        shape = (enum pool_shape)choose_below(t, POOL_LARGE);
    t->has_pool = false;
    model_begin(model);
    add_stretches(t, shape);
    (void)bitframe_map_init(&map, ranges, RANGES);
    for (uint64_t i = 0; i < model->stretches; i++)
        (void)bitframe_map_add(&map, BITFRAME_MAP_RAM, model->piece[i].first * FRAME,
                               model->piece[i].frames * FRAME);
    mark_stretches(t, &map, shape);

    uint64_t bytes = 0;
    enum bitframe_status status = bitframe_map_get_metadata_bytes(&map, &bytes);
    if (model_count(model, MODEL_FOREIGN) == model->frames) {
        if (status != BITFRAME_INVALID)
            report_difference(t, "a map of nothing is %s", bitframe_get_status_name(status));
        return;
    }
    if (status == BITFRAME_OK) {
        if (t->metadata)
            guarded_close(t->metadata, t->metadata_bytes);
        t->metadata_bytes = bytes;
        t->metadata = guarded_open(bytes, BITFRAME_METADATA_ALIGN, end_of_pool(t));
        memset(t->metadata, 0xA5, bytes);
        status = t->subject->init_map(&t->pool, &map, t->metadata, bytes);
    }
    if (status != BITFRAME_OK) {
        report_difference(t, "the map is %s", bitframe_get_status_name(status));
        return;
    }
    model->room = model_reservations(model, model->covered) + BITFRAME_SPARE_RESERVED;
    t->held_count = 0;
    t->has_pool = true;
    t->report->pools++;
    t->pool_end = t->report->calls + 1 + choose_below(t, POOL_CALLS);
    compare_all(t);
}

bool pool_trace_run(const struct pool_calls *subject, enum pool_shape shape, struct pool_trace_input input,
                    uint64_t calls, struct pool_trace_report *report)
{
    static struct trace trace;
    static struct model arrays;
    struct trace *t = &trace;
    memset(report, 0, sizeof(*report));
    memset(t, 0, sizeof(*t));
    if (arrays.most == 0) {
        arrays.most = MOST_FRAMES;
        arrays.number = malloc(arrays.most * sizeof(*arrays.number));
        arrays.state = malloc(arrays.most);
        arrays.covered = malloc(arrays.most);
        arrays.wanted = malloc(arrays.most);
    }
    t->model = arrays;
    t->subject = subject;
    t->input = input;
    t->report = report;
    t->report->shares = subject->share != NULL;
    t->limit = calls;
    size_t next = 0, sharing = 0;
    for (size_t i = 0; i < OPERATIONS; i++) {
        if (operations[i].call == CALL_SHARE)
            sharing = i;
        for (unsigned weight = 0;
             is_made(operations + i, report->shares) && weight < operations[i].weight && next < 256; weight++)
            t->operation_of[next++] = (uint8_t)i;
    }

    while (!is_over(t)) {
        make_pool(t, shape);
        t->operation = sharing;
        while (t->has_pool && report->shares && !t->model.is_shared && !is_over(t))
            share(t);
        while (t->has_pool && t->report->calls < t->pool_end && !is_over(t)) {
            t->operation = t->operation_of[choose_below(t, next)];
            operations[t->operation].run(t);
        }
        if (t->has_pool && report->difference[0] == 0)
            compare_all(t);
    }
    if (t->metadata)
        guarded_close(t->metadata, t->metadata_bytes);
    if (t->storage)
        guarded_close(t->storage, t->storage_bytes);
    return report->difference[0] == 0;
}

unsigned pool_trace_print(const struct pool_trace_report *report)
{
    uint64_t met[CALLS][POOL_STATUSES] = {0};
    unsigned missed = 0;
    for (size_t i = 0; i < OPERATIONS; i++) {
        uint64_t calls = 0;
        if (!is_made(operations + i, report->shares))
            continue;
        for (unsigned status = 0; status < POOL_STATUSES; status++) {
            calls += report->met[i][status];
            met[operations[i].call][status] += report->met[i][status];
        }
        missed += calls == 0;
        printf("  %-18s%11" PRIu64 ":", operations[i].name, calls);
        for (unsigned status = 0; status < POOL_STATUSES; status++) {
            if (report->met[i][status] != 0)
                printf(" %s %" PRIu64, bitframe_get_status_name((enum bitframe_status)status),
                       report->met[i][status]);
        }
        printf("\n");
    }
    for (unsigned call = 0; call < CALLS; call++) {
        for (unsigned status = 0; status < POOL_STATUSES; status++) {
            if (!report->shares && (call == CALL_SHARE || call == CALL_UNSHARE))
                continue;
            if ((calls_made[call].statuses >> status & 1) == 0 || met[call][status] != 0)
                continue;
            printf("  %s never came to: %s\n", calls_made[call].name,
                   bitframe_get_status_name((enum bitframe_status)status));
            missed++;
        }
    }
    return missed;
}
