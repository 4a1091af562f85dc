/* SPDX-License-Identifier: MIT */
/* map_trace.h - the same calls to a memory map and to its model, and everything they answered compared */
#ifndef BITFRAME_TESTS_MAP_TRACE_H
#define BITFRAME_TESTS_MAP_TRACE_H

#include <stddef.h>

#include <bitframe/map.h>

/** The calls of <bitframe/map.h>, or of what stands in for them. */
struct map_calls {
    enum bitframe_status (*init)(struct bitframe_map *, struct bitframe_map_range *, uint64_t);
    enum bitframe_status (*add)(struct bitframe_map *, enum bitframe_map_kind, uint64_t, uint64_t);
    bool (*next)(const struct bitframe_map *, enum bitframe_map_view, uint64_t *, struct bitframe_map_run *);
    void (*count)(const struct bitframe_map *, struct bitframe_map_stats *);
};

extern const struct map_calls map_calls_core;

/** Where the choices come from: the bytes first; then, unless seed is 0, a generator that never ends. */
struct map_trace_input {
    const uint8_t *bytes;
    size_t left;
    uint64_t seed;
};

struct map_trace_report {
    uint64_t calls;        /* made on both sides and compared */
    uint64_t maps;         /* begun */
    char difference[4096]; /* empty if none was found, else what differed and what that map had been told */
};

/**
 * Run a trace until @p calls calls were compared, the input ends, or something differs: an answer, the map's
 * storage from inside, or what lies behind it.
 *
 * @return  Whether nothing differed.
 */
bool map_trace_run(const struct map_calls *subject, struct map_trace_input input, uint64_t calls,
                   struct map_trace_report *report);

#endif
