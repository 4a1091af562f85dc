/* SPDX-License-Identifier: MIT */
#include "pool_model.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FRAME BITFRAME_FRAME_BYTES

static enum model_state state_of(const struct model *model, uint64_t frame)
{
    if (frame < model->base || frame - model->base >= model->frames)
        return MODEL_FOREIGN;
    return (enum model_state)model->state[frame - model->base];
}

static void set_state(struct model *model, uint64_t frame, enum model_state state)
{
    model->state[frame - model->base] = (uint8_t)state;
}

uint64_t model_count(const struct model *model, enum model_state state)
{
    uint64_t frames = 0;
    for (uint64_t i = 0; i < model->frames; i++)
        frames += model->state[i] == state;
    return frames;
}

uint64_t model_take(struct model *model)
{
    for (uint64_t i = 0; i < model->frames; i++) {
        if (model->state[i] == MODEL_FREE) {
            model->state[i] = MODEL_TAKEN;
            return (model->base + i) * FRAME;
        }
    }
    return 0;
}

enum bitframe_status model_free(struct model *model, uint64_t pa)
{
    enum model_state state = state_of(model, pa / FRAME);
    if (state == MODEL_FOREIGN)
        return BITFRAME_UNMANAGED;
    if (pa % FRAME != 0)
        return BITFRAME_MISALIGNED;
    if (state == MODEL_RESERVED)
        return BITFRAME_RESERVED;
    if (state == MODEL_FREE)
        return BITFRAME_DOUBLE_FREE;
    set_state(model, pa / FRAME, MODEL_FREE);
    return BITFRAME_OK;
}

uint64_t model_take_range(struct model *model, uint64_t first_pa, uint64_t end_pa)
{
    uint64_t taken = 0;
    for (uint64_t i = 0; i < model->frames; i++) {
        uint64_t pa = (model->base + i) * FRAME;
        if (first_pa < end_pa && pa < end_pa && pa + (FRAME - 1) >= first_pa &&
            model->state[i] == MODEL_FREE) {
            model->state[i] = MODEL_TAKEN;
            taken++;
        }
    }
    return taken;
}

/** Does the run that begins with frame @p first answer the request? */
static bool answers(const struct model *model, const struct bitframe_request *request, uint64_t first)
{
    uint64_t pa = first * FRAME;
    uint64_t last_pa = pa + request->frames * FRAME - 1;
    if (request->align > FRAME && pa % request->align != 0)
        return false;
    if (pa < request->min_pa || (request->max_pa != 0 && last_pa >= request->max_pa))
        return false;
    for (uint64_t i = 0; i < request->frames; i++) {
        if (state_of(model, first + i) != MODEL_FREE)
            return false;
    }
    return true;
}

enum bitframe_status model_take_run(struct model *model, const struct bitframe_request *request, uint64_t *pa)
{
    if (request->frames == 0 || (request->align & (request->align - 1)) != 0 || request->flags > 3)
        return BITFRAME_INVALID;
    for (uint64_t i = 0; i < model->frames; i++) {
        uint64_t first = model->base + (request->flags & BITFRAME_HIGHEST ? model->frames - 1 - i : i);
        if (state_of(model, first) != MODEL_FREE || !answers(model, request, first))
            continue;
        for (uint64_t j = 0; j < request->frames; j++)
            set_state(model, first + j, MODEL_TAKEN);
        *pa = first * FRAME;
        return BITFRAME_OK;
    }
    return BITFRAME_NONE;
}

/** Is any of the frames in @p state? */
static bool has(const struct model *model, uint64_t first, uint64_t frames, enum model_state state)
{
    if (frames > model->frames)
        return state == MODEL_FOREIGN;
    for (uint64_t i = 0; i < frames; i++) {
        if (state_of(model, first + i) == state)
            return true;
    }
    return false;
}

static enum bitframe_status locate(const struct model *model, uint64_t pa, uint64_t frames)
{
    if (frames == 0)
        return BITFRAME_INVALID;
    if (has(model, pa / FRAME, frames, MODEL_FOREIGN))
        return BITFRAME_UNMANAGED;
    if (pa % FRAME != 0)
        return BITFRAME_MISALIGNED;
    if (has(model, pa / FRAME, frames, MODEL_RESERVED))
        return BITFRAME_RESERVED;
    return BITFRAME_OK;
}

enum bitframe_status model_claim(struct model *model, uint64_t pa, uint64_t frames)
{
    enum bitframe_status status = locate(model, pa, frames);
    if (status != BITFRAME_OK)
        return status;
    if (has(model, pa / FRAME, frames, MODEL_TAKEN))
        return BITFRAME_IN_USE;
    for (uint64_t i = 0; i < frames; i++)
        set_state(model, pa / FRAME + i, MODEL_TAKEN);
    return BITFRAME_OK;
}

enum bitframe_status model_free_run(struct model *model, uint64_t pa, uint64_t frames)
{
    enum bitframe_status status = locate(model, pa, frames);
    if (status != BITFRAME_OK)
        return status;
    if (has(model, pa / FRAME, frames, MODEL_FREE))
        return BITFRAME_DOUBLE_FREE;
    for (uint64_t i = 0; i < frames; i++)
        set_state(model, pa / FRAME + i, MODEL_FREE);
    return BITFRAME_OK;
}

/** Uncover what at either end of a covered stretch is foreign. */
static void trim(const struct model *model, uint8_t *covered)
{
    for (uint64_t i = 0; i < model->frames; i++) {
        if (covered[i] && model->state[i] == MODEL_FOREIGN && (i == 0 || !covered[i - 1]))
            covered[i] = 0;
    }
    for (uint64_t i = model->frames; i-- != 0;) {
        if (covered[i] && model->state[i] == MODEL_FOREIGN && (i + 1 == model->frames || !covered[i + 1]))
            covered[i] = 0;
    }
}

static uint64_t stretches(const struct model *model, const uint8_t *covered)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < model->frames; i++)
        count += covered[i] && (i == 0 || !covered[i - 1]);
    return count;
}

/** Make @p covered the reservations if the pool's table holds so many. */
static enum bitframe_status cover(struct model *model, uint8_t *covered, uint64_t room)
{
    trim(model, covered);
    bool fits = stretches(model, covered) <= room;
    if (fits)
        memcpy(model->covered, covered, model->frames);
    free(covered);
    return fits ? BITFRAME_OK : BITFRAME_NO_ROOM;
}

static uint8_t *copy_covered(const struct model *model)
{
    uint8_t *covered = malloc(model->frames);
    memcpy(covered, model->covered, model->frames);
    return covered;
}

enum bitframe_status model_reserve(struct model *model, uint64_t pa, uint64_t bytes, uint64_t room)
{
    if (bytes == 0)
        return BITFRAME_OK;
    uint64_t last_pa = pa + (bytes - 1);
    if (last_pa < pa)
        return BITFRAME_INVALID;
    uint64_t first = pa / FRAME, last = last_pa / FRAME, free_frames = 0;
    for (uint64_t i = 0; i < model->frames; i++) {
        uint64_t frame = model->base + i;
        if (frame >= first && frame <= last && model->state[i] == MODEL_TAKEN)
            return BITFRAME_IN_USE;
        free_frames += frame >= first && frame <= last && model->state[i] == MODEL_FREE;
    }
    if (free_frames == 0)
        return BITFRAME_OK;
    uint8_t *covered = copy_covered(model);
    for (uint64_t i = 0; i < model->frames; i++) {
        if (model->base + i >= first && model->base + i <= last)
            covered[i] = 1;
    }
    if (cover(model, covered, room) != BITFRAME_OK)
        return BITFRAME_NO_ROOM;
    for (uint64_t i = 0; i < model->frames; i++) {
        if (model->base + i >= first && model->base + i <= last && model->state[i] == MODEL_FREE)
            model->state[i] = MODEL_RESERVED;
    }
    return BITFRAME_OK;
}

enum bitframe_status model_unreserve(struct model *model, uint64_t pa, uint64_t bytes, uint64_t room)
{
    if (bytes == 0)
        return BITFRAME_OK;
    uint64_t last_pa = pa + (bytes - 1);
    if (last_pa < pa)
        return BITFRAME_INVALID;
    uint8_t *covered = copy_covered(model);
    bool refused = false;
    for (uint64_t i = 0; i < model->frames; i++) {
        uint64_t first_pa = (model->base + i) * FRAME;
        if (first_pa < pa || first_pa + (FRAME - 1) > last_pa)
            continue;
        refused = refused || model->state[i] == MODEL_FREE || model->state[i] == MODEL_TAKEN;
        covered[i] = 0;
    }
    if (refused) {
        free(covered);
        return BITFRAME_NOT_RESERVED;
    }
    bool changes = false;
    for (uint64_t i = 0; i < model->frames; i++)
        changes = changes || (model->state[i] == MODEL_RESERVED && !covered[i]);
    if (!changes) {
        free(covered);
        return BITFRAME_OK;
    }
    if (cover(model, covered, room) != BITFRAME_OK)
        return BITFRAME_NO_ROOM;
    for (uint64_t i = 0; i < model->frames; i++) {
        if (model->state[i] == MODEL_RESERVED && !model->covered[i])
            model->state[i] = MODEL_FREE;
    }
    return BITFRAME_OK;
}
