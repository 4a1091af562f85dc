/* SPDX-License-Identifier: MIT */
/* pool_runs.c - operations on frames in a row */
#include "pool_trace.h"

#include <inttypes.h>

#include <bitframe/platform.h>

#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"

enum { ZEROED_FRAMES = 64 }; /* memory behind pools of no more frames than that */

/** Returns the PA of the run, 0 if there was none. */
static uint64_t alloc_run_of(struct trace *t, const struct bitframe_request *request)
{
    struct answer got = {0}, expected = {0};
    got.status = pool_calls(t)->alloc_run(&world.pool, request, &got.value);
    expected.status = model_alloc_run(&world.model, request, &expected.value);
    pool_compare(t,
                 (uint64_t[TRACE_ARGUMENTS]){request->frames, request->align, request->min_pa,
                                             request->max_pa, request->flags, request->boundary},
                 got, expected);
    if (is_ok(expected))
        pool_hold(expected.value, request->frames);
    return expected.value;
}

void trace_alloc_run(struct trace *t)
{
    struct bitframe_request request = choose_request(t);
    alloc_run_of(t, &request);
}

/** The same request until there is nothing left that answers it. */
void trace_alloc_runs(struct trace *t)
{
    struct bitframe_request request = choose_request(t);
    uint64_t calls = choose_burst(t);
    while (calls-- != 0 && !trace_is_over(t) && alloc_run_of(t, &request) != 0) {
    }
}

/** With memory behind the frames that can be looked at: a small pool, or else a run as any other. */
void trace_alloc_run_zeroed(struct trace *t)
{
    static _Alignas(4096) uint8_t memory[ZEROED_FRAMES * FRAME];
    struct bitframe_request request = choose_request(t);
    const struct model *model = &world.model;
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
            trace_differ(t, "frame %#" PRIx64 " was %szeroed", model->number[i], zeroed ? "not " : "");
    }
}

void trace_claim(struct trace *t)
{
    uint64_t pa = choose_pa(t);
    uint64_t frames = choose_frames(t, world.model.frames / 4 + 1, MODEL_FREE);
    uint64_t first, free_frames;
    if (one_in(t, 2) && choose_piece(t, MODEL_FREE, &first, &free_frames)) {
        uint64_t skipped = choose_below(t, free_frames);
        pa = world.model.number[first + skipped] * FRAME;
        frames = 1 + choose_below(t, free_frames - skipped);
    } else if (one_in(t, 8))
        frames = one_in(t, 2) ? 0 : choose_bytes(t, 8);
    struct answer got = {.status = pool_calls(t)->claim(&world.pool, pa, frames)};
    struct answer expected = {.status = model_claim(&world.model, pa, frames)};
    pool_compare(t, (uint64_t[TRACE_ARGUMENTS]){pa, frames}, got, expected);
    if (is_ok(expected))
        pool_hold(pa, frames);
}

static void free_run_of(struct trace *t, uint64_t pa, uint64_t frames)
{
    struct answer got = {.status = pool_calls(t)->free_run(&world.pool, pa, frames)};
    struct answer expected = {.status = model_free_run(&world.model, pa, frames)};
    pool_compare(t, (uint64_t[TRACE_ARGUMENTS]){pa, frames}, got, expected);
}

/** A run that was allocated, as a rule; or a part of it; or anything. */
void trace_free_run(struct trace *t)
{
    uint64_t pa = choose_pa(t);
    uint64_t frames = choose_frames(t, world.model.frames / 4 + 1, MODEL_ALLOCATED);
    if (world.held_count != 0 && !one_in(t, 4)) {
        size_t i = choose_below(t, world.held_count);
        pa = world.held[i].pa;
        frames = world.held[i].frames;
        if (one_in(t, 8)) {
            pa += choose_below(t, frames) * FRAME;
            frames -= (pa - world.held[i].pa) / FRAME;
            frames = 1 + choose_below(t, frames);
        }
        world.held[i] = world.held[--world.held_count];
    } else if (one_in(t, 8)) {
        frames = one_in(t, 2) ? 0 : choose_bytes(t, 8);
    }
    free_run_of(t, pa, frames);
}

/** All that is allocated up to the next frame that is not, so that pools do not fill up for good. */
void trace_free_piece(struct trace *t)
{
    uint64_t first, frames;
    (void)choose_piece(t, MODEL_ALLOCATED, &first, &frames);
    while (frames != 0 && first > 0 && world.model.state[first - 1] == MODEL_ALLOCATED) {
        first--;
        frames++;
    }
    free_run_of(t, world.model.number[first] * FRAME, frames);
}

static void alloc_all_in(struct trace *t, uint64_t first_pa, uint64_t end_pa)
{
    struct answer got = {.value = pool_calls(t)->alloc_range(&world.pool, first_pa, end_pa)};
    struct answer expected = {.value = model_alloc_range(&world.model, first_pa, end_pa)};
    pool_compare(t, (uint64_t[TRACE_ARGUMENTS]){first_pa, end_pa}, got, expected);
}

void trace_alloc_range(struct trace *t)
{
    uint64_t first_pa = choose_pa(t);
    uint64_t end_pa = first_pa + choose_below(t, world.model.frames * FRAME / 8 + 2);
    if (one_in(t, 4)) /* all there is */
        alloc_all_in(t, 0, UINT64_MAX);
    else
        alloc_all_in(t, first_pa, end_pa);
}

/** Where only so many frames are free, at the edge of a word as a rule: the last chance to find a run. */
void trace_alloc_run_of_hole(struct trace *t)
{
    uint64_t first, allocated;
    alloc_all_in(t, 0, UINT64_MAX);
    if (!choose_piece(t, MODEL_ALLOCATED, &first, &allocated))
        return;
    uint64_t skipped = WORD_BITS - world.model.number[first] % WORD_BITS + choose_below(t, 5) - 2;
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
    free_run_of(t, world.model.number[first] * FRAME, request.frames);
    alloc_run_of(t, &request);
}
