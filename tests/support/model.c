/* SPDX-License-Identifier: MIT */
#include "model.h"
#include "units.h"

#include <stdbool.h>
#include <string.h>

void model_begin(struct model *model)
{
    model->frames = 0;
    model->stretches = 0;
    model->is_shared = false;
    memset(model->listed, 0, sizeof(model->listed));
}

static void add_element(struct model *model, uint64_t number, enum model_state state)
{
    model->number[model->frames] = number;
    model->state[model->frames] = (uint8_t)state;
    model->covered[model->frames] = 0;
    if (model->leaving)
        model->leaving[model->frames] = 0;
    model->frames++;
}

bool model_add(struct model *model, uint64_t first, uint64_t frames)
{
    bool has_window = model->frames != 0;
    if (model->stretches == MODEL_STRETCHES || model->frames + has_window + frames > model->most)
        return false;
    if (has_window) {
        uint64_t last = model->number[model->frames - 1];
        if (first <= last + 1)
            return false;
        add_element(model, last + 1, MODEL_FOREIGN);
    }
    model->piece[model->stretches].first = first;
    model->piece[model->stretches].frames = frames;
    model->piece[model->stretches++].at = model->frames;
    for (uint64_t i = 0; i < frames; i++)
        add_element(model, first + i, first + i == 0 ? MODEL_FOREIGN : MODEL_FREE);
    return true;
}

void model_mark(struct model *model, uint64_t at, uint64_t frames, enum model_state state)
{
    for (uint64_t i = at; i < at + frames; i++) {
        if (model->state[i] != MODEL_FOREIGN)
            model->state[i] = (uint8_t)state;
        model->covered[i] = model->state[i] == MODEL_RESERVED;
    }
}

/** Where @p frame is in the arrays; model->frames if it is not there. */
static uint64_t element_of(const struct model *model, uint64_t frame)
{
    for (uint64_t i = 0; i < model->stretches; i++) {
        if (frame >= model->piece[i].first && frame - model->piece[i].first < model->piece[i].frames)
            return model->piece[i].at + (frame - model->piece[i].first);
    }
    return model->frames;
}

static enum model_state state_of(const struct model *model, uint64_t frame)
{
    uint64_t at = element_of(model, frame);
    return at == model->frames ? MODEL_FOREIGN : (enum model_state)model->state[at];
}

static void set_state(struct model *model, uint64_t frame, enum model_state state)
{
    model->state[element_of(model, frame)] = (uint8_t)state;
}

static bool is_leaving(const struct model *model, uint64_t element)
{
    return model->leaving && model->leaving[element] != 0;
}

/** A frame that was allocated is given back. */
static void give_back(struct model *model, uint64_t frame)
{
    set_state(model, frame, is_leaving(model, element_of(model, frame)) ? MODEL_OFFLINE : MODEL_FREE);
}

uint64_t model_count(const struct model *model, enum model_state state)
{
    uint64_t frames = 0;
    for (uint64_t i = 0; i < model->frames; i++)
        frames += model->state[i] == state;
    return frames;
}

uint64_t model_alloc(struct model *model)
{
    for (uint64_t i = 0; i < model->frames; i++) {
        if (model->state[i] == MODEL_FREE) {
            model->state[i] = MODEL_ALLOCATED;
            return model->number[i] * FRAME;
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
    if (state == MODEL_OFFLINE)
        return BITFRAME_OFFLINE;
    if (state == MODEL_FREE)
        return BITFRAME_DOUBLE_FREE;
    give_back(model, pa / FRAME);
    return BITFRAME_OK;
}

uint64_t model_alloc_range(struct model *model, uint64_t first_pa, uint64_t end_pa)
{
    uint64_t allocated = 0;
    for (uint64_t i = 0; i < model->frames; i++) {
        uint64_t pa = model->number[i] * FRAME;
        if (first_pa < end_pa && pa < end_pa && pa + (FRAME - 1) >= first_pa &&
            model->state[i] == MODEL_FREE) {
            model->state[i] = MODEL_ALLOCATED;
            allocated++;
        }
    }
    return allocated;
}

/** Does the run that begins with element @p first answer the request? */
static bool answers(const struct model *model, const struct bitframe_request *request, uint64_t first)
{
    uint64_t pa = model->number[first] * FRAME;
    uint64_t last_pa = pa + request->frames * FRAME - 1;
    if (request->align > FRAME && pa % request->align != 0)
        return false;
    if (request->boundary != 0 && pa / request->boundary != last_pa / request->boundary)
        return false;
    if (pa < request->min_pa || (request->max_pa != 0 && last_pa >= request->max_pa))
        return false;
    if (request->frames > model->frames - first)
        return false;
    for (uint64_t i = 0; i < request->frames; i++) {
        if (model->state[first + i] != MODEL_FREE)
            return false;
    }
    return true;
}

enum bitframe_status model_alloc_run(struct model *model, const struct bitframe_request *request,
                                     uint64_t *pa)
{
    if (request->frames == 0 || (request->align & (request->align - 1)) != 0 ||
        (request->boundary & (request->boundary - 1)) != 0 || request->flags > 3)
        return BITFRAME_INVALID;
    for (uint64_t i = 0; i < model->frames; i++) {
        uint64_t first = request->flags & BITFRAME_HIGHEST ? model->frames - 1 - i : i;
        if (model->state[first] != MODEL_FREE || !answers(model, request, first))
            continue;
        for (uint64_t j = 0; j < request->frames; j++)
            model->state[first + j] = MODEL_ALLOCATED;
        *pa = model->number[first] * FRAME;
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
    return has(model, pa / FRAME, frames, MODEL_OFFLINE) ? BITFRAME_OFFLINE : BITFRAME_OK;
}

enum bitframe_status model_claim(struct model *model, uint64_t pa, uint64_t frames)
{
    enum bitframe_status status = locate(model, pa, frames);
    if (status != BITFRAME_OK)
        return status;
    if (has(model, pa / FRAME, frames, MODEL_ALLOCATED))
        return BITFRAME_IN_USE;
    for (uint64_t i = 0; i < frames; i++)
        set_state(model, pa / FRAME + i, MODEL_ALLOCATED);
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
        give_back(model, pa / FRAME + i);
    return BITFRAME_OK;
}

/** Is one of the pool's frames that [@p pa, @p last_pa] touches out of use? */
static bool has_leaving(const struct model *model, uint64_t pa, uint64_t last_pa)
{
    for (uint64_t i = 0; i < model->frames; i++) {
        if (is_leaving(model, i) && model->number[i] >= pa / FRAME && model->number[i] <= last_pa / FRAME)
            return true;
    }
    return false;
}

enum bitframe_status model_offline(struct model *model, unsigned record, uint64_t pa, uint64_t bytes,
                                   uint64_t word_count)
{
    uint64_t last_pa = pa + (bytes - 1);
    if (model->listed[record] || (bytes != 0 && last_pa < pa))
        return BITFRAME_INVALID;
    if (bytes == 0)
        return BITFRAME_OK;
    if (has_leaving(model, pa, last_pa))
        return BITFRAME_OFFLINE;
    uint64_t first = model->frames, last = 0;
    for (uint64_t i = 0; i < model->frames; i++) {
        if (model->number[i] < pa / FRAME || model->number[i] > last_pa / FRAME ||
            model->state[i] == MODEL_FOREIGN)
            continue;
        first = first == model->frames ? i : first;
        last = i;
    }
    if (first == model->frames)
        return BITFRAME_OK;
    if (word_count < model->number[last] / 64 - model->number[first] / 64 + 1)
        return BITFRAME_NO_ROOM;
    for (uint64_t i = first; i <= last; i++) {
        if (model->state[i] == MODEL_FOREIGN)
            continue;
        model->leaving[i] = (uint8_t)(record + 1);
        if (model->state[i] == MODEL_FREE)
            model->state[i] = MODEL_OFFLINE;
    }
    model->listed[record] = true;
    return BITFRAME_OK;
}

void model_online(struct model *model, unsigned record)
{
    for (uint64_t i = 0; i < model->frames; i++) {
        if (model->leaving[i] != record + 1)
            continue;
        model->leaving[i] = 0;
        if (model->state[i] == MODEL_OFFLINE)
            model->state[i] = MODEL_FREE;
    }
    model->listed[record] = false;
}

void model_adopt(struct model *model)
{
    model->is_shared = false;
    memset(model->listed, 0, sizeof(model->listed));
    for (uint64_t i = 0; i < model->frames; i++) {
        model->leaving[i] = 0;
        if (model->state[i] == MODEL_OFFLINE)
            model->state[i] = MODEL_ALLOCATED;
    }
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

uint64_t model_reservations(const struct model *model, const uint8_t *covered)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < model->frames; i++)
        count += covered[i] && (i == 0 || !covered[i - 1]);
    return count;
}

/** Make what is covered in model->wanted the reservations if the pool's table holds so many. */
static enum bitframe_status cover(struct model *model)
{
    trim(model, model->wanted);
    if (model_reservations(model, model->wanted) > model->room)
        return BITFRAME_NO_ROOM;
    memcpy(model->covered, model->wanted, model->frames);
    return BITFRAME_OK;
}

enum bitframe_status model_reserve(struct model *model, uint64_t pa, uint64_t bytes)
{
    if (bytes == 0)
        return BITFRAME_OK;
    uint64_t last_pa = pa + (bytes - 1);
    if (last_pa < pa)
        return BITFRAME_INVALID;
    if (has_leaving(model, pa, last_pa))
        return BITFRAME_OFFLINE;
    /* The pool's frames in the range; what lies beyond them on either side does not count. */
    uint64_t first = model->frames, last = 0, free_frames = 0;
    for (uint64_t i = 0; i < model->frames; i++) {
        if (model->number[i] < pa / FRAME || model->number[i] > last_pa / FRAME ||
            model->state[i] == MODEL_FOREIGN)
            continue;
        if (model->state[i] == MODEL_ALLOCATED)
            return BITFRAME_IN_USE;
        free_frames += model->state[i] == MODEL_FREE;
        first = first == model->frames ? i : first;
        last = i;
    }
    if (free_frames == 0)
        return BITFRAME_OK;
    memcpy(model->wanted, model->covered, model->frames);
    memset(model->wanted + first, 1, last - first + 1);
    if (cover(model) != BITFRAME_OK)
        return BITFRAME_NO_ROOM;
    for (uint64_t i = first; i <= last; i++) {
        if (model->state[i] == MODEL_FREE)
            model->state[i] = MODEL_RESERVED;
    }
    return BITFRAME_OK;
}

enum bitframe_status model_unreserve(struct model *model, uint64_t pa, uint64_t bytes)
{
    if (bytes == 0)
        return BITFRAME_OK;
    uint64_t last_pa = pa + (bytes - 1);
    if (last_pa < pa)
        return BITFRAME_INVALID;
    memcpy(model->wanted, model->covered, model->frames);
    bool refused = false, changes = false, leaving = false;
    for (uint64_t i = 0; i < model->frames; i++) {
        uint64_t first_pa = model->number[i] * FRAME;
        if (first_pa < pa || first_pa + (FRAME - 1) > last_pa)
            continue;
        refused = refused || model->state[i] == MODEL_FREE || model->state[i] == MODEL_ALLOCATED;
        changes = changes || model->state[i] == MODEL_RESERVED;
        leaving = leaving || is_leaving(model, i);
        model->wanted[i] = 0;
    }
    if (leaving)
        return BITFRAME_OFFLINE;
    if (refused)
        return BITFRAME_NOT_RESERVED;
    if (!changes)
        return BITFRAME_OK;
    if (cover(model) != BITFRAME_OK)
        return BITFRAME_NO_ROOM;
    for (uint64_t i = 0; i < model->frames; i++) {
        if (model->state[i] == MODEL_RESERVED && !model->covered[i])
            model->state[i] = MODEL_FREE;
    }
    return BITFRAME_OK;
}

enum bitframe_status model_alloc_bulk(struct model *model, const struct bitframe_request *request,
                                      uint64_t *pas, uint64_t *allocated)
{
    if (request->frames == 0 || (request->align & (request->align - 1)) != 0 || request->align > FRAME ||
        request->boundary != 0 || request->flags > 7)
        return BITFRAME_INVALID;
    struct bitframe_request one = *request;
    one.frames = 1;
    one.flags &= BITFRAME_HIGHEST;
    *allocated = 0;
    while (*allocated < request->frames && model_alloc_run(model, &one, pas + *allocated) == BITFRAME_OK)
        ++*allocated;
    if (*allocated == request->frames || (*allocated != 0 && request->flags & BITFRAME_PARTIAL))
        return BITFRAME_OK;
    while (*allocated != 0)
        (void)model_free(model, pas[--*allocated]);
    return BITFRAME_NONE;
}

enum bitframe_status model_free_bulk(struct model *model, const uint64_t *pas, uint64_t frames,
                                     uint32_t flags, uint64_t *freed)
{
    enum bitframe_status refusal = BITFRAME_OK;
    if ((flags & ~(uint32_t)BITFRAME_PARTIAL) != 0)
        return BITFRAME_INVALID;
    *freed = 0;
    for (uint64_t i = 0; model->is_shared && (flags & BITFRAME_PARTIAL) == 0 && i < frames; i++) {
        enum bitframe_status status = model_free(model, pas[i]);
        if (status != BITFRAME_OK)
            return status;
        set_state(model, pas[i] / FRAME, MODEL_ALLOCATED);
    }
    for (uint64_t i = 0; i < frames; i++) {
        enum bitframe_status status = model_free(model, pas[i]);
        if (status == BITFRAME_OK)
            ++*freed;
        else if (refusal == BITFRAME_OK)
            refusal = status;
        if (status != BITFRAME_OK && (flags & BITFRAME_PARTIAL) == 0 && !model->is_shared) {
            *freed = 0;
            while (i-- != 0)
                set_state(model, pas[i] / FRAME, MODEL_ALLOCATED);
            return status;
        }
    }
    return refusal;
}
