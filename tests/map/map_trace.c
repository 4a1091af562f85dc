/* SPDX-License-Identifier: MIT */
#include "map_trace.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "guarded.h"
#include "map_model.h"
#include "random.h"

#define RANGES_MAX    24
#define CANARY        UINT64_C(0x5AFE5AFE5AFE5AFE)
#define HISTORY_CALLS 40

const struct map_calls map_calls_core = {
    .init = bitframe_map_init,
    .add = bitframe_map_add,
    .next = bitframe_map_next,
    .count = bitframe_map_get_stats,
};

struct map_trace {
    const struct map_calls *subject;
    struct map_trace_input input;
    struct map_trace_report *report;
    struct map_model model;
    struct bitframe_map map;
    struct guarded storage;
    struct {
        unsigned kind;
        uint64_t first_pa;
        uint64_t bytes;
    } history[HISTORY_CALLS]; /* the last calls of add() for this map */
    uint64_t adds;
    bool ended; /* the input did */
};

/** A number below @p below, which is at most 2^32. */
static uint64_t choose(struct map_trace *t, uint64_t below)
{
    if (t->input.left == 0) {
        if (t->input.seed != 0)
            return (next_random(&t->input.seed) >> 32) * below >> 32;
        t->ended = true;
        return 0;
    }
    uint64_t number = *t->input.bytes++;
    t->input.left--;
    if (below > 256 && t->input.left > 0) {
        number = number << 8 | *t->input.bytes++;
        t->input.left--;
    }
    return number % below;
}

static void __attribute__((format(printf, 2, 3))) differ(struct map_trace *t, const char *format, ...)
{
    char *text = t->report->difference;
    size_t room = sizeof(t->report->difference);
    va_list arguments;
    va_start(arguments, format);
    int used = vsnprintf(text, room, format, arguments);
    va_end(arguments);
    used += snprintf(text + used, room - (size_t)used,
                     "\nwindow %#" PRIx64 ", %" PRIu64 " cells, room for %" PRIu64, t->model.base,
                     t->model.cells, t->model.capacity);
    uint64_t first = t->adds > HISTORY_CALLS ? t->adds - HISTORY_CALLS : 0;
    for (uint64_t i = first; i < t->adds && (size_t)used < room; i++)
        used += snprintf(text + used, room - (size_t)used, "\nadd(%u, %#" PRIx64 ", %#" PRIx64 ")",
                         t->history[i % HISTORY_CALLS].kind, t->history[i % HISTORY_CALLS].first_pa,
                         t->history[i % HISTORY_CALLS].bytes);
}

static bool failed(const struct map_trace *t)
{
    return t->report->difference[0] != 0;
}

static void begin(struct map_trace *t)
{
    /* Worlds from 8 cells up: what matters most happens where everything is near. */
    uint64_t cells = FRAME_CELLS << choose(t, 6);
    uint64_t middle = cells / 2 / FRAME_CELLS * FRAME_CELLS * CELL_BYTES;
    const uint64_t bases[] = {0, BITFRAME_FRAME_BYTES, (UINT64_C(1) << 32) - middle,
                              (UINT64_C(1) << 44) - middle, UINT64_MAX - cells * CELL_BYTES + 1};
    uint64_t base = bases[choose(t, sizeof(bases) / sizeof(*bases))];
    uint64_t capacity = 1 + choose(t, RANGES_MAX);
    map_model_init(&t->model, base, cells, capacity);
    uint64_t bytes = capacity * sizeof(struct bitframe_map_range);
    enum guarded_end end = (enum guarded_end)(t->report->maps++ % GUARDED_ENDS);
    void *storage = guarded_at(&t->storage, bytes, sizeof(uint64_t), end);
    memset(storage, GARBAGE, bytes);
    t->adds = 0;
    if (t->subject->init(&t->map, storage, capacity) != BITFRAME_OK)
        differ(t, "init failed");
}

/** The invariants of the map, and that there are as many ranges as there should be. */
static void check_storage(struct map_trace *t)
{
    const struct bitframe_map *map = &t->map;
    const struct bitframe_map_range *range = map->ranges;
    for (int kind = 0; kind < BITFRAME_MAP_KINDS; kind++) {
        if (map->counts[kind] != map_model_ranges(&t->model, (enum bitframe_map_kind)kind)) {
            differ(t, "%" PRIu64 " ranges of kind %d", map->counts[kind], kind);
            return;
        }
        for (uint64_t i = 0; i < map->counts[kind]; i++, range++)
            if (range->first_pa > range->last_pa || (i > 0 && range->first_pa - 1 <= range[-1].last_pa))
                differ(t, "range %" PRIu64 " of kind %d is out of order", i, kind);
    }
}

static void add(struct map_trace *t)
{
    enum bitframe_map_kind kind = (enum bitframe_map_kind)choose(t, BITFRAME_MAP_KINDS);
    uint64_t first = choose(t, t->model.cells);
    uint64_t cells;
    switch (choose(t, 4)) {
    case 0: cells = choose(t, 4); break;
    case 1: cells = choose(t, 2 * FRAME_CELLS + 2); break;
    case 2:
        first -= first % FRAME_CELLS;
        cells = FRAME_CELLS * (1 + choose(t, t->model.cells / FRAME_CELLS));
        break;
    default: cells = choose(t, t->model.cells + 1); break;
    }
    if (cells > t->model.cells - first)
        cells = t->model.cells - first;
    uint64_t first_pa = t->model.base + first * CELL_BYTES;
    uint64_t bytes = cells * CELL_BYTES;
    if (choose(t, 64) == 0 && first_pa >= 2) {
        uint64_t beyond = choose(t, 2) ? choose(t, 1000) : first_pa - 1;
        if (kind == BITFRAME_MAP_RAM && beyond == 0)
            beyond = 1; /* the model knows no RAM behind its window */
        bytes = UINT64_MAX - first_pa + 1 + (beyond < first_pa ? beyond : first_pa - 1);
    }
    t->history[t->adds % HISTORY_CALLS].kind = kind;
    t->history[t->adds % HISTORY_CALLS].first_pa = first_pa;
    t->history[t->adds % HISTORY_CALLS].bytes = bytes;
    t->adds++;

    enum bitframe_status expected = map_model_add(&t->model, kind, first_pa, bytes);
    enum bitframe_status status = t->subject->add(&t->map, kind, first_pa, bytes);
    if (status != expected)
        differ(t, "add: %s, not %s", bitframe_get_status_name(status), bitframe_get_status_name(expected));
    else if (bitframe_map_is_complete(&t->map) == t->model.incomplete)
        differ(t, "complete: %d", t->model.incomplete);
    else
        check_storage(t);
    t->report->calls++;
}

static bool next(struct map_trace *t, enum bitframe_map_view view, uint64_t *frame)
{
    uint64_t from = *frame;
    uint64_t expected_frame = *frame;
    struct bitframe_map_run run = {CANARY, CANARY};
    struct bitframe_map_run expected_run = {CANARY, CANARY};
    bool expected = map_model_next(&t->model, view, &expected_frame, &expected_run);
    bool found = t->subject->next(&t->map, view, frame, &run);
    if (found != expected || run.first_pa != expected_run.first_pa || run.frames != expected_run.frames ||
        (found && *frame != expected_frame))
        differ(t,
               "next(%d, %#" PRIx64 "): %d %#" PRIx64 " %" PRIu64 " frames, then %#" PRIx64
               "; not %d %#" PRIx64 " %" PRIu64 " frames, then %#" PRIx64,
               (int)view, from, found, run.first_pa, run.frames, *frame, expected, expected_run.first_pa,
               expected_run.frames, expected_frame);
    t->report->calls++;
    return expected;
}

static enum bitframe_map_view choose_view(struct map_trace *t)
{
    return (enum bitframe_map_view)choose(t, BITFRAME_MAP_VIEW_RECLAIMABLE + 1);
}

static void count(struct map_trace *t)
{
    struct bitframe_map_stats stats;
    struct bitframe_map_stats expected;
    memset(&stats, 0xA5, sizeof(stats));
    map_model_count(&t->model, &expected);
    t->subject->count(&t->map, &stats);
    const char *const names[] = {"spans",          "managed",       "free",         "reserved",
                                 "reclaimable",    "ram_bytes",     "hole_bytes",   "frame_0_bytes",
                                 "rounding_bytes", "no_room_bytes", "wrapped_bytes"};
    uint64_t got[sizeof(stats) / sizeof(uint64_t)];
    uint64_t wanted[sizeof(stats) / sizeof(uint64_t)];
    memcpy(got, &stats, sizeof(got));
    memcpy(wanted, &expected, sizeof(wanted));
    for (size_t i = 0; i < sizeof(got) / sizeof(*got); i++)
        if (got[i] != wanted[i] && !failed(t))
            differ(t, "%s: %#" PRIx64 ", not %#" PRIx64, names[i], got[i], wanted[i]);
    t->report->calls++;
}

static void step(struct map_trace *t)
{
    uint64_t choice = choose(t, 64);
    if (choice < 24) {
        add(t);
    } else if (choice < 54) {
        uint64_t frames = t->model.cells / FRAME_CELLS;
        uint64_t frame = t->model.base / BITFRAME_FRAME_BYTES + choose(t, frames + 1);
        next(t, choose_view(t), &frame);
    } else if (choice < 60) {
        count(t);
    } else if (choice < 63) {
        enum bitframe_map_view view = choose_view(t);
        uint64_t frame = 0;
        while (next(t, view, &frame) && !failed(t)) {
        }
    } else {
        begin(t);
    }
}

bool map_trace_run(const struct map_calls *subject, struct map_trace_input input, uint64_t calls,
                   struct map_trace_report *report)
{
    static struct map_trace trace;
    trace =
        (struct map_trace){.subject = subject, .input = input, .report = report, .storage = trace.storage};
    *report = (struct map_trace_report){0};
    begin(&trace);
    while (report->calls < calls && !trace.ended && !failed(&trace))
        step(&trace);
    return !failed(&trace);
}
