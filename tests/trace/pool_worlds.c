/* SPDX-License-Identifier: MIT */
/* pool_worlds.c - the pools of traces, of all shapes */
#include "pool_trace.h"

#include <stdlib.h>
#include <string.h>

#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"

enum { RANGES = 160 }; /* of a map */

const char *const pool_shape_name[POOL_SHAPES + 1] = {
    [POOL_TINY] = "tiny",         [POOL_SMALL] = "small",   [POOL_BOTTOM] = "bottom",
    [POOL_TOP] = "top",           [POOL_SHARED] = "shared", [POOL_SEGMENTS] = "segments",
    [POOL_RESERVED] = "reserved", [POOL_HUGES] = "huge",    [POOL_ANY] = "any",
    [POOL_LARGE] = "large",       [POOL_MIXED] = "mixed",
};

/** A number of frames to begin with, such that @p frames frames fit below 2^64 and many addresses are met. */
static uint64_t choose_first(struct trace *t, uint64_t frames)
{
    uint64_t shift = BITFRAME_FRAME_SHIFT + choose_below(t, 62 - BITFRAME_FRAME_SHIFT);
    uint64_t first = choose_bytes(t, 8) >> shift;
    if (one_in(t, 8)) /* across the end of a block */
        first =
            (first / LARGE_FRAMES + 1) * LARGE_FRAMES - choose_below(t, frames < LARGE_FRAMES ? frames : 64);
    return first > FRAMES_END - frames ? FRAMES_END - frames : first;
}

/** Make frames inside a stretch foreign or reserved, in map and model. */
static void mark(struct trace *t, struct bitframe_map *map, uint64_t piece, uint64_t most,
                 enum model_state state)
{
    struct model *model = &world.model;
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
        uint64_t piece = choose_below(t, world.model.stretches);
        mark(t, map, piece, most, one_in(t, 3) ? MODEL_RESERVED : MODEL_FOREIGN);
    }
}

static void add_piece(uint64_t first, uint64_t frames)
{
    (void)model_add(&world.model, first, frames);
}

/** Stretches of memory of a shape: all free, but for frame 0. */
static void add_stretches(struct trace *t, enum pool_shape shape)
{
    uint64_t frames, first, huges;
    switch (shape) {
    case POOL_SMALL:
        frames = 1 + choose_below(t, 700);
        add_piece(choose_first(t, frames), frames);
        break;
    case POOL_BOTTOM:
        first = choose_below(t, 3);
        add_piece(first, 2 + choose_below(t, 200));
        break;
    case POOL_TOP:
        frames = 1 + choose_below(t, 200);
        add_piece(FRAMES_END - frames, frames);
        break;
    case POOL_SHARED:
        frames = 200 + choose_below(t, 400);
        add_piece(choose_first(t, frames), frames);
        break;
    case POOL_SEGMENTS:
        first = choose_first(t, UINT64_C(1) << 46);
        for (uint64_t i = 2 + choose_below(t, MODEL_STRETCHES - 1); i != 0; i--) {
            if (one_in(t, 8)) { /* a huge frame to the frame */
                first = (first + BITFRAME_HUGE_FRAMES - 1) / BITFRAME_HUGE_FRAMES * BITFRAME_HUGE_FRAMES;
                frames = BITFRAME_HUGE_FRAMES;
            } else {
                frames = 1 + choose_below(t, 80);
            }
            add_piece(first, frames);
            uint64_t near = choose_below(t, 32), far = choose_below(t, 10);
            first += frames + 1 + (choose_bytes(t, 4) >> near << far);
        }
        break;
    case POOL_RESERVED:
        frames = 100 + choose_below(t, 300);
        add_piece(choose_first(t, frames), frames);
        break;
    case POOL_HUGES:
        huges = one_in(t, 2) ? GROUP_HUGE : 1; /* what it is aligned to */
        frames = BITFRAME_HUGE_FRAMES * (1 + choose_below(t, GROUP_HUGE + 1));
        first = choose_first(t, frames) / BITFRAME_HUGE_FRAMES / huges * huges * BITFRAME_HUGE_FRAMES;
        add_piece(first, frames);
        break;
    case POOL_ANY:
        frames = 1 + choose_skewed(t, 6000);
        add_piece(choose_first(t, frames), frames);
        break;
    case POOL_LARGE:
        frames = 2 * (uint64_t)LARGE_FRAMES + 1 + choose_below(t, LARGE_FRAMES);
        first = choose_first(t, frames);
        add_piece(one_in(t, 2) ? first / LARGE_FRAMES * LARGE_FRAMES : first, frames);
        break;
    default:
        frames = 1 + choose_below(t, 130);
        add_piece(choose_first(t, frames), frames);
        break;
    }
}

static void mark_stretches(struct trace *t, struct bitframe_map *map, enum pool_shape shape)
{
    uint64_t frames = world.model.frames;
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

/** Room for the elements of the largest pool. */
static void make_room(struct model *model)
{
    if (model->most != 0)
        return;
    model->most = POOL_MOST;
    model->number = malloc(model->most * sizeof(*model->number));
    model->state = malloc(model->most);
    model->covered = malloc(model->most);
    model->wanted = malloc(model->most);
    model->leaving = malloc(model->most);
}

void pool_make(struct trace *t, enum pool_shape shape)
{
    static struct bitframe_map_range ranges[RANGES];
    struct bitframe_map map;
    struct model *model = &world.model;
    make_room(model);
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
            trace_differ(t, "a map of nothing is %s", bitframe_get_status_name(status));
        return;
    }
    if (status == BITFRAME_OK)
        status = pool_calls(t)->init_map(
            &world.pool, &map, guarded_renew(&world.metadata, bytes, BITFRAME_METADATA_ALIGN), bytes);
    if (status != BITFRAME_OK) {
        trace_differ(t, "the map is %s", bitframe_get_status_name(status));
        return;
    }
    model->room = model_reservations(model, model->covered) + BITFRAME_SPARE_RESERVED;
    world.held_count = 0;
    memset(world.records, 0, sizeof(world.records));
    t->world_end = t->report->calls + 1 + choose_below(t, POOL_CALLS_MAX);
    pool_compare_all(t);
}
