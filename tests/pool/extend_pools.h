/* SPDX-License-Identifier: MIT */
/* extend_pools.h - a pool that grows over a map */
#ifndef BITFRAME_TESTS_EXTEND_POOLS_H
#define BITFRAME_TESTS_EXTEND_POOLS_H

#include <bitframe/extend.h>
#include <bitframe/map.h>

#include "test_pool.h"

extern struct bitframe pool;
extern struct bitframe_map map;
extern struct guarded metadata;

/** Begin the map, add to it, and make the pool over it. */
void begin(void);
void add(enum bitframe_map_kind kind, uint64_t pa, uint64_t bytes);
void make(void);

/** Extend over the map; the former metadata are overwritten, as their owner may. */
void extend(void);

#endif
