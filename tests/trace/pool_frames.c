/* SPDX-License-Identifier: MIT */
/* pool_frames.c - operations on single frames, and on many at a time */
#include "pool_trace.h"

enum { BULK = 700 /* frames of a bulk call, at most */ };

/** Returns the frame's PA, 0 if there was none to take. */
static uint64_t alloc_one(struct trace *t)
{
    uint64_t got = pool_calls(t)->alloc(&world.pool);
    uint64_t expected = model_alloc(&world.model);
    pool_compare(t, (uint64_t[TRACE_ARGUMENTS]){0},
                 (struct answer){.status = got == 0 ? BITFRAME_NONE : BITFRAME_OK, .value = got},
                 (struct answer){.status = expected == 0 ? BITFRAME_NONE : BITFRAME_OK, .value = expected});
    return expected;
}

static bool free_one(struct trace *t, uint64_t pa)
{
    struct answer got = {.status = pool_calls(t)->free(&world.pool, pa)};
    struct answer expected = {.status = model_free(&world.model, pa)};
    pool_compare(t, (uint64_t[TRACE_ARGUMENTS]){pa}, got, expected);
    return is_ok(expected);
}

void trace_alloc(struct trace *t)
{
    uint64_t pa = alloc_one(t);
    if (pa != 0)
        pool_hold(pa, 1);
}

void trace_alloc_many(struct trace *t)
{
    uint64_t calls = choose_burst(t);
    while (calls-- != 0 && !trace_is_over(t) && alloc_one(t) != 0) {
    }
}

void trace_free_some(struct trace *t)
{
    uint64_t pa = choose_pa(t);
    if (world.held_count != 0 && !one_in(t, 3)) {
        size_t i = choose_below(t, world.held_count);
        pa = world.held[i].pa;
        if (world.held[i].frames == 1 && !one_in(t, 8))
            world.held[i] = world.held[--world.held_count];
    }
    free_one(t, pa);
}

/** Free frames one by one that are next to each other, up or down, to the end of what is allocated. */
void trace_free_many(struct trace *t)
{
    const struct model *model = &world.model;
    uint64_t calls = choose_burst(t);
    uint64_t i, allocated;
    bool up = choose_below(t, 2) != 0;
    (void)choose_piece(t, MODEL_ALLOCATED, &i, &allocated);
    while (calls-- != 0 && !trace_is_over(t) && i < model->frames && free_one(t, model->number[i] * FRAME))
        i += up ? 1 : UINT64_MAX;
}

/** A number for what an array holds, in what order. */
static uint64_t digest(const uint64_t *pas, uint64_t count)
{
    uint64_t sum = count;
    for (uint64_t i = 0; i < count; i++)
        sum = (sum ^ pas[i]) * UINT64_C(0x9E3779B97F4A7C15);
    return sum;
}

/** As many frames as there are, or a few; what is behind those that were allocated must not be touched. */
void trace_alloc_bulk(struct trace *t)
{
    uint64_t got_pas[BULK + 1], expected_pas[BULK + 1], got_count = 77, expected_count = 77;
    struct bitframe_request request = choose_request(t);
    request.align = one_in(t, 16) ? request.align : one_in(t, 2) ? FRAME : 0;
    if (one_in(t, 4))
        request.min_pa = request.max_pa = 0;
    if (!one_in(t, 16))
        request.boundary = 0;
    if (one_in(t, 2))
        request.flags ^= BITFRAME_PARTIAL;
    if (one_in(t, 3))
        request.frames = model_count(&world.model, MODEL_FREE) + choose_below(t, 3) - 1;
    if (request.frames > BULK)
        request.frames = BULK;
    for (size_t i = 0; i <= BULK; i++)
        got_pas[i] = expected_pas[i] = i;
    struct answer got = {.status = pool_calls(t)->alloc_bulk(&world.pool, &request, got_pas, &got_count)};
    struct answer expected = {.status =
                                  model_alloc_bulk(&world.model, &request, expected_pas, &expected_count)};
    if (!is_ok(expected)) { /* where the model tried, and so may a shared pool */
        for (size_t i = 0; i <= BULK; i++)
            expected_pas[i] = i;
        for (size_t i = 0; world.model.is_shared && expected.status == BITFRAME_NONE && i < request.frames;
             i++)
            got_pas[i] = i;
    }
    got.value = digest(got_pas, BULK + 1) + got_count;
    expected.value = digest(expected_pas, BULK + 1) + expected_count;
    pool_compare(t,
                 (uint64_t[TRACE_ARGUMENTS]){request.frames, request.align, request.min_pa, request.max_pa,
                                             request.flags, request.boundary},
                 got, expected);
}

/** Frames that are allocated, in a row as a rule, in any order now and then, some of them twice or not allocated. */
void trace_free_bulk(struct trace *t)
{
    static uint64_t pas[BULK];
    uint64_t got_count = 77, expected_count = 77, i, allocated;
    const struct model *model = &world.model;
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
    struct answer got = {.status = pool_calls(t)->free_bulk(&world.pool, pas, frames, flags, &got_count)};
    struct answer expected = {.status = model_free_bulk(&world.model, pas, frames, flags, &expected_count)};
    got.value = got_count;
    expected.value = expected_count;
    pool_compare(t, (uint64_t[TRACE_ARGUMENTS]){frames, frames ? pas[0] : 0, flags, kind}, got, expected);
}
