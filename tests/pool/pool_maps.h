/* SPDX-License-Identifier: MIT */
/* pool_maps.h - a map, and the pool over it */
#ifndef BITFRAME_TESTS_POOL_MAPS_H
#define BITFRAME_TESTS_POOL_MAPS_H

#include <bitframe/bulk.h>

#include "test_pool.h"

enum { RANGES = 32 };

extern struct bitframe pool;
extern struct bitframe_map map;
extern struct guarded metadata;

/** Begin the map, add to it, and make the pool over it. */
void begin(void);
void add(enum bitframe_map_kind kind, uint64_t pa, uint64_t bytes);
void make(void);

/** Two segments of 16 MiB, and the pool over them. */
void make_two_segments(void);

enum bitframe_status alloc_run(uint64_t frames, uint64_t align, uint64_t max_pa, uint32_t flags,
                               uint64_t *pa);

#endif
