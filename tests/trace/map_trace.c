/* SPDX-License-Identifier: MIT */
/*
 * map_trace.c - the adapter of memory maps
 *
 * Compared are all answers, and the map's storage from inside. The storage is guarded.
 */
#include "map_trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "guarded.h"
#include "map_model.h"

#define RANGES_MAX 24

const struct map_calls map_calls_core = {
    .init = bitframe_map_init,
    .add = bitframe_map_add,
    .next = bitframe_map_next,
    .set_end = bitframe_map_set_end,
    .count = bitframe_map_get_stats,
};

static struct {
    struct map_model model;
    struct bitframe_map map;
    struct guarded storage;
    uint64_t maps; /* begun */
} world;

static const struct map_calls *subject(const struct trace *t)
{
    return t->subject;
}

/** A number below @p bound, which is at most 2^32: of one byte or two, the higher one first. */
static uint64_t choose(struct trace *t, uint64_t bound)
{
    bool starved = t->input.left == 0 && t->input.seed == 0;
    uint64_t number = choose_bytes(t, 1);
    if (starved)
        return 0;
    if (bound > 256 && (t->input.left > 0 || t->input.seed != 0))
        number = number << 8 | choose_bytes(t, 1);
    return number % bound;
}

static void begin(struct trace *t)
{
    trace_mark(t);
    /* Worlds from 8 cells up: what matters most happens where everything is near. */
    uint64_t cells = FRAME_CELLS << choose(t, 6);
    uint64_t middle = cells / 2 / FRAME_CELLS * FRAME_CELLS * CELL_BYTES;
    const uint64_t bases[] = {0, BITFRAME_FRAME_BYTES, (UINT64_C(1) << 32) - middle,
                              (UINT64_C(1) << 44) - middle, UINT64_MAX - cells * CELL_BYTES + 1};
    uint64_t base = bases[choose(t, sizeof(bases) / sizeof(*bases))];
    uint64_t capacity = 1 + choose(t, RANGES_MAX);
    map_model_init(&world.model, base, cells, capacity);
    uint64_t bytes = capacity * sizeof(struct bitframe_map_range);
    enum guarded_end end = (enum guarded_end)(world.maps++ % GUARDED_ENDS);
    void *storage = guarded_at(&world.storage, bytes, sizeof(uint64_t), end);
    memset(storage, GARBAGE, bytes);
    t->world_end = UINT64_MAX;
    if (subject(t)->init(&world.map, storage, capacity) != BITFRAME_OK)
        trace_differ(t, "init failed");
}

/** The invariants of the map, and that there are as many ranges as there should be. */
static void check_storage(struct trace *t)
{
    const struct bitframe_map *map = &world.map;
    const struct bitframe_map_range *range = map->ranges;
    for (int kind = 0; kind < BITFRAME_MAP_KINDS; kind++) {
        if (map->counts[kind] != map_model_ranges(&world.model, (enum bitframe_map_kind)kind)) {
            trace_differ(t, "%" PRIu64 " ranges of kind %d", map->counts[kind], kind);
            return;
        }
        for (uint64_t i = 0; i < map->counts[kind]; i++, range++)
            if (range->first_pa > range->last_pa || (i > 0 && range->first_pa - 1 <= range[-1].last_pa))
                trace_differ(t, "range %" PRIu64 " of kind %d is out of order", i, kind);
    }
}

static void add(struct trace *t)
{
    enum bitframe_map_kind kind = (enum bitframe_map_kind)choose(t, BITFRAME_MAP_KINDS);
    uint64_t first = choose(t, world.model.cells);
    uint64_t cells;
    switch (choose(t, 4)) {
    case 0: cells = choose(t, 4); break;
    case 1: cells = choose(t, 2 * FRAME_CELLS + 2); break;
    case 2:
        first -= first % FRAME_CELLS;
        cells = FRAME_CELLS * (1 + choose(t, world.model.cells / FRAME_CELLS));
        break;
    default: cells = choose(t, world.model.cells + 1); break;
    }
    if (cells > world.model.cells - first)
        cells = world.model.cells - first;
    uint64_t first_pa = world.model.base + first * CELL_BYTES;
    uint64_t bytes = cells * CELL_BYTES;
    if (choose(t, 64) == 0 && first_pa >= 2) {
        uint64_t beyond = choose(t, 2) ? choose(t, 1000) : first_pa - 1;
        if ((kind == BITFRAME_MAP_RAM || kind == BITFRAME_MAP_UNACCEPTED) && beyond == 0)
            beyond = 1; /* the model knows no memory behind its window */
        bytes = UINT64_MAX - first_pa + 1 + (beyond < first_pa ? beyond : first_pa - 1);
    }
    struct answer expected = {.status = map_model_add(&world.model, kind, first_pa, bytes)};
    struct answer got = {.status = subject(t)->add(&world.map, kind, first_pa, bytes)};
    if (!trace_compare(t, NULL, (uint64_t[TRACE_ARGUMENTS]){kind, first_pa, bytes}, got, expected))
        return;
    if (bitframe_map_is_complete(&world.map) == world.model.incomplete)
        trace_differ(t, "complete: %d", world.model.incomplete);
    else
        check_storage(t);
}

static bool next(struct trace *t, enum bitframe_map_view view, uint64_t *frame)
{
    const uint64_t arguments[TRACE_ARGUMENTS] = {view, *frame};
    uint64_t expected_frame = *frame;
    struct bitframe_map_run run = {GARBAGE, GARBAGE}, expected_run = run;
    bool expected = map_model_next(&world.model, view, &expected_frame, &expected_run);
    bool found = subject(t)->next(&world.map, view, frame, &run);
    if (!trace_compare(t, "next", arguments,
                       (struct answer){found ? BITFRAME_OK : BITFRAME_NONE, run.first_pa},
                       (struct answer){expected ? BITFRAME_OK : BITFRAME_NONE, expected_run.first_pa}))
        return expected;
    if (run.frames != expected_run.frames || (found && *frame != expected_frame))
        trace_differ(t, "%" PRIu64 " frames, then %#" PRIx64 ", should be %" PRIu64 ", then %#" PRIx64,
                     run.frames, *frame, expected_run.frames, expected_frame);
    return expected;
}

static enum bitframe_map_view choose_view(struct trace *t)
{
    return (enum bitframe_map_view)choose(t, BITFRAME_MAP_VIEWS);
}

static void count(struct trace *t)
{
    struct bitframe_map_stats stats;
    struct bitframe_map_stats expected;
    memset(&stats, 0xA5, sizeof(stats));
    map_model_count(&world.model, &expected);
    subject(t)->count(&world.map, &stats);
    const char *const names[] = {"spans",         "managed",      "free",          "reserved",
                                 "reclaimable",   "hotpluggable", "unaccepted",    "ram_bytes",
                                 "beyond_bytes",  "hole_bytes",   "frame_0_bytes", "rounding_bytes",
                                 "no_room_bytes", "wrapped_bytes"};
    uint64_t got[sizeof(stats) / sizeof(uint64_t)];
    uint64_t wanted[sizeof(stats) / sizeof(uint64_t)];
    memcpy(got, &stats, sizeof(got));
    memcpy(wanted, &expected, sizeof(wanted));
    for (size_t i = 0; i < sizeof(got) / sizeof(*got); i++)
        if (got[i] != wanted[i])
            trace_differ(t, "%s: %#" PRIx64 ", not %#" PRIx64, names[i], got[i], wanted[i]);
    trace_compare(t, NULL, (uint64_t[TRACE_ARGUMENTS]){0}, (struct answer){0}, (struct answer){0});
}

static void look(struct trace *t)
{
    uint64_t frames = world.model.cells / FRAME_CELLS;
    uint64_t frame = world.model.base / BITFRAME_FRAME_BYTES + choose(t, frames + 1);
    next(t, choose_view(t), &frame);
}

static void look_at_all(struct trace *t)
{
    enum bitframe_map_view view = choose_view(t);
    uint64_t frame = 0;
    while (next(t, view, &frame) && t->report->difference[0] == 0) {
    }
}

static void set_end(struct trace *t)
{
    bool none = choose(t, 4) == 0;
    uint64_t cells = choose(t, world.model.cells + 1);
    uint64_t end_pa = world.model.base + cells * CELL_BYTES;
    if (none)
        end_pa = 0;
    world.model.end = end_pa == 0 ? world.model.cells : cells; /* 2^64, too, is no end */
    subject(t)->set_end(&world.map, end_pa);
    trace_compare(t, NULL, (uint64_t[TRACE_ARGUMENTS]){end_pa}, (struct answer){0}, (struct answer){0});
}

static void start_over(struct trace *t)
{
    begin(t);
    trace_done(t);
}

/** An input that ends behind a whole step has one more, of zeros. */
static void finish(struct trace *t)
{
    t->operation = 0;
    if (!t->starved && t->input.seed == 0)
        add(t);
}

static void describe(char *text, size_t room)
{
    snprintf(text, room, "window %#" PRIx64 ", %" PRIu64 " cells, room for %" PRIu64, world.model.base,
             world.model.cells, world.model.capacity);
}

static const struct trace_call call_add = {"add", CAN(OK) | CAN(INVALID) | CAN(NO_ROOM)};
static const struct trace_call call_next = {"next", CAN(OK) | CAN(NONE)};

/** The order is that of the corpus, in which a byte chooses. */
static const struct trace_operation operations[] = {
    {"add", 24, add, &call_add},         {"next", 30, look, &call_next},
    {"count", 6, count, NULL},           {"all of a view", 3, look_at_all, &call_next},
    {"start over", 1, start_over, NULL}, {"set end", 2, set_end, NULL},
};

const struct trace_adapter trace_adapter = {
    .name = "map",
    .operations = operations,
    .operation_count = COUNT(operations),
    .subject = &map_calls_core,
    .begin = begin,
    .finish = finish,
    .describe = describe,
};
