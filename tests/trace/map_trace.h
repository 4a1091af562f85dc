/* SPDX-License-Identifier: MIT */
/* map_trace.h - traces of memory maps: what the adapter calls */
#ifndef BITFRAME_TESTS_MAP_TRACE_H
#define BITFRAME_TESTS_MAP_TRACE_H

#include <bitframe/map.h>

/** The calls of <bitframe/map.h>, or of what stands in for them: the subject. */
struct map_calls {
    enum bitframe_status (*init)(struct bitframe_map *, struct bitframe_map_range *, uint64_t);
    enum bitframe_status (*add)(struct bitframe_map *, enum bitframe_map_kind, uint64_t, uint64_t);
    bool (*next)(const struct bitframe_map *, enum bitframe_map_view, uint64_t *, struct bitframe_map_run *);
    void (*set_end)(struct bitframe_map *, uint64_t);
    void (*count)(const struct bitframe_map *, struct bitframe_map_stats *);
};

extern const struct map_calls map_calls_core;

#endif
