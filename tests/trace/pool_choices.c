/* SPDX-License-Identifier: MIT */
#include "pool_trace.h"

#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"

/** A frame of the pool as a rule, or next to one. */
static uint64_t choose_frame(struct trace *t)
{
    return world.model.number[choose_below(t, world.model.frames)];
}

bool choose_piece(struct trace *t, enum model_state state, uint64_t *first, uint64_t *frames)
{
    const struct model *model = &world.model;
    uint64_t i = choose_below(t, model->frames), count = 0;
    for (uint64_t tries = 0; model->state[i] != state && tries < model->frames; tries++)
        i = (i + 1) % model->frames;
    while (i + count < model->frames && model->state[i + count] == state)
        count++;
    *first = i;
    *frames = count;
    return count != 0;
}

uint64_t choose_pa(struct trace *t)
{
    const struct model *model = &world.model;
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

void pool_hold(uint64_t pa, uint64_t frames)
{
    if (world.held_count == POOL_HELD)
        world.held_count = POOL_HELD / 2;
    world.held[world.held_count].pa = pa;
    world.held[world.held_count++].frames = frames;
}

uint64_t choose_burst(struct trace *t)
{
    return world.model.frames < LARGE_FRAMES ? 64 + choose_below(t, 537) : 8;
}

uint64_t choose_frames(struct trace *t, uint64_t most, enum model_state state)
{
    uint64_t first, frames, choice = choose_below(t, 8);
    if (world.model.frames > 8192)
        return 1 + choose_skewed(t, 100);
    if (choice == 0) {
        frames = WORD_BITS * (1 + choose_below(t, 4));
        return frames + choose_below(t, 6) - 4;
    }
    if (choice == 1 && choose_piece(t, state, &first, &frames))
        return frames + one_in(t, 4);
    return 1 + choose_skewed(t, most);
}

/** A boundary about as long as the run, as a rule, and a run that a boundary leaves a choice. */
static void choose_boundary(struct trace *t, struct bitframe_request *request)
{
    request->boundary = FRAME << choose_below(t, 12);
    if (one_in(t, 4))
        return;
    if (one_in(t, 2))
        request->frames = 1 + choose_below(t, request->boundary / FRAME);
    while (request->boundary / FRAME < request->frames && request->boundary < UINT64_C(1) << 40)
        request->boundary *= 2;
}

struct bitframe_request choose_request(struct trace *t)
{
    struct bitframe_request request = {.frames = choose_frames(t, world.model.frames, MODEL_FREE)};
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
        if (world.model.frames > LARGE_FRAMES)
            request.frames = choose_below(t, 3) * (request.align / FRAME);
        break;
    default: break;
    }
    uint64_t rare = choose_bytes(t, 1);
    switch (rare) {
    case 0: request.frames = 0; break;
    case 1: request.frames = choose_bytes(t, 8); break;
    case 2: request.align = choose_bytes(t, 8); break;
    case 3: request.align = 3 * FRAME; break;
    case 4: request.flags |= 4; break;
    case 5: request.flags |= UINT32_C(1) << 31; break;
    case 6: request.boundary = choose_bytes(t, 8); break;
    case 7: request.boundary = 3 * FRAME; break;
    case 8: request.boundary = UINT64_C(1) << choose_below(t, 64); break;
    default:
        if (rare < 80)
            choose_boundary(t, &request);
    }
    return request;
}
