/* SPDX-License-Identifier: MIT */
#include "map_model.h"

#include <string.h>

void map_model_init(struct map_model *model, uint64_t base, uint64_t cells, uint64_t capacity)
{
    memset(model, 0, sizeof(*model));
    model->base = base;
    model->cells = cells;
    model->capacity = capacity;
    model->end = cells;
}

uint64_t map_model_ranges(const struct map_model *model, enum bitframe_map_kind kind)
{
    uint64_t ranges = 0;
    for (uint64_t cell = 0; cell < model->cells; cell++)
        if (model->is[kind][cell] && (cell == 0 || !model->is[kind][cell - 1]))
            ranges++;
    return ranges;
}

static void count_bytes(uint64_t *stat, uint64_t bytes)
{
    if (bytes > UINT64_MAX - *stat)
        *stat = UINT64_MAX;
    else
        *stat += bytes;
}

enum bitframe_status map_model_add(struct map_model *model, enum bitframe_map_kind kind, uint64_t first_pa,
                                   uint64_t bytes)
{
    if (bytes == 0)
        return BITFRAME_OK;

    uint64_t first = (first_pa - model->base) / CELL_BYTES;
    uint64_t to_the_end = UINT64_MAX - first_pa; /* and one */
    uint64_t cells = bytes / CELL_BYTES;
    if (bytes - 1 > to_the_end) {
        uint64_t beyond = bytes - 1 - to_the_end;
        bool is_memory = kind == BITFRAME_MAP_RAM || kind == BITFRAME_MAP_UNACCEPTED;
        count_bytes(&model->wrapped_bytes, is_memory ? bytes : beyond);
        if (is_memory)
            return BITFRAME_INVALID;
        bytes -= beyond;
    }
    if (cells > model->cells - first)
        cells = model->cells - first;

    bool meets = false;
    for (uint64_t cell = 0; cell < model->cells; cell++)
        if (model->is[kind][cell] && cell + 1 >= first && cell <= first + cells)
            meets = true;
    uint64_t ranges = 0;
    for (int k = 0; k < BITFRAME_MAP_KINDS; k++)
        ranges += map_model_ranges(model, (enum bitframe_map_kind)k);
    if (!meets && ranges == model->capacity) {
        count_bytes(&model->no_room_bytes, bytes);
        model->incomplete = true;
        return BITFRAME_NO_ROOM;
    }

    for (uint64_t cell = first; cell < first + cells; cell++)
        model->is[kind][cell] = true;
    return BITFRAME_OK;
}

/** Cells of @p frame, counted in the window, that are of @p kind, in no hole and below the end. */
static unsigned good_cells(const struct map_model *model, uint64_t frame, enum bitframe_map_kind kind)
{
    unsigned good = 0;
    for (uint64_t cell = frame * FRAME_CELLS; cell < (frame + 1) * FRAME_CELLS; cell++)
        if (model->is[kind][cell] && !model->is[BITFRAME_MAP_HOLE][cell] && cell < model->end)
            good++;
    return good;
}

static bool touched(const struct map_model *model, uint64_t frame, enum bitframe_map_kind kind)
{
    for (uint64_t cell = frame * FRAME_CELLS; cell < (frame + 1) * FRAME_CELLS; cell++)
        if (model->is[kind][cell])
            return true;
    return false;
}

static bool is_frame_0(const struct map_model *model, uint64_t frame)
{
    return model->base == 0 && frame == 0;
}

static bool is_in_view(const struct map_model *model, uint64_t frame, enum bitframe_map_view view)
{
    bool managed = good_cells(model, frame, BITFRAME_MAP_RAM) == FRAME_CELLS;
    if (is_frame_0(model, frame))
        return false;
    if (view == BITFRAME_MAP_VIEW_UNACCEPTED)
        return !managed && good_cells(model, frame, BITFRAME_MAP_UNACCEPTED) == FRAME_CELLS;
    if (!managed)
        return false;
    if (view == BITFRAME_MAP_VIEW_HOTPLUGGABLE)
        return touched(model, frame, BITFRAME_MAP_HOTPLUGGABLE);
    if (view == BITFRAME_MAP_VIEW_FIXED && touched(model, frame, BITFRAME_MAP_HOTPLUGGABLE))
        return false;
    bool reserved = touched(model, frame, BITFRAME_MAP_RESERVED);
    bool reclaimable = touched(model, frame, BITFRAME_MAP_RECLAIMABLE);
    if (view == BITFRAME_MAP_VIEW_FREE || view == BITFRAME_MAP_VIEW_FIXED)
        return !reserved && !reclaimable;
    if (view == BITFRAME_MAP_VIEW_RESERVED)
        return reserved || reclaimable;
    if (view == BITFRAME_MAP_VIEW_RECLAIMABLE)
        return reclaimable && !reserved;
    return true;
}

bool map_model_next(const struct map_model *model, enum bitframe_map_view view, uint64_t *frame,
                    struct bitframe_map_run *run)
{
    bool found = false;
    uint64_t base_frame = model->base / BITFRAME_FRAME_BYTES;
    for (uint64_t f = 0; f < model->cells / FRAME_CELLS; f++) {
        if (base_frame + f < *frame)
            continue;
        bool is_in = is_in_view(model, f, view);
        if (found && !is_in) {
            *frame = base_frame + f;
            return true;
        }
        if (is_in && !found) {
            found = true;
            run->first_pa = (base_frame + f) * BITFRAME_FRAME_BYTES;
            run->frames = 0;
        }
        run->frames += is_in;
    }
    if (found)
        *frame = base_frame + model->cells / FRAME_CELLS;
    else if (*frame < FRAMES_END)
        *frame = FRAMES_END;
    return found;
}

void map_model_count(const struct map_model *model, struct bitframe_map_stats *stats)
{
    memset(stats, 0, sizeof(*stats));
    for (uint64_t f = 0; f < model->cells / FRAME_CELLS; f++) {
        stats->managed_frames += is_in_view(model, f, BITFRAME_MAP_VIEW_SPANS);
        stats->free_frames += is_in_view(model, f, BITFRAME_MAP_VIEW_FREE);
        stats->reserved_frames += is_in_view(model, f, BITFRAME_MAP_VIEW_RESERVED);
        stats->reclaimable_frames += is_in_view(model, f, BITFRAME_MAP_VIEW_RECLAIMABLE);
        stats->hotpluggable_frames += is_in_view(model, f, BITFRAME_MAP_VIEW_HOTPLUGGABLE);
        stats->unaccepted_frames += is_in_view(model, f, BITFRAME_MAP_VIEW_UNACCEPTED);
        if (is_in_view(model, f, BITFRAME_MAP_VIEW_SPANS) &&
            (f == 0 || !is_in_view(model, f - 1, BITFRAME_MAP_VIEW_SPANS)))
            stats->spans++;
        if (is_frame_0(model, f))
            stats->frame_0_bytes += good_cells(model, f, BITFRAME_MAP_RAM) * CELL_BYTES;
        else if (good_cells(model, f, BITFRAME_MAP_RAM) != FRAME_CELLS)
            stats->rounding_bytes += good_cells(model, f, BITFRAME_MAP_RAM) * CELL_BYTES;
    }
    for (uint64_t cell = 0; cell < model->cells; cell++) {
        if (model->is[BITFRAME_MAP_RAM][cell])
            stats->ram_bytes += CELL_BYTES;
        if (model->is[BITFRAME_MAP_RAM][cell] && cell >= model->end)
            stats->beyond_bytes += CELL_BYTES;
        else if (model->is[BITFRAME_MAP_RAM][cell] && model->is[BITFRAME_MAP_HOLE][cell])
            stats->hole_bytes += CELL_BYTES;
    }
    stats->no_room_bytes = model->no_room_bytes;
    stats->wrapped_bytes = model->wrapped_bytes;
}
