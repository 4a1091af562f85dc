/* SPDX-License-Identifier: MIT */
/* fit.h - where in the free memory of a map something fits. */
#ifndef BITFRAME_MAP_FIT_H
#define BITFRAME_MAP_FIT_H

#include <bitframe/map.h>

/** What is looked for. */
struct fit {
    uint64_t frames; /* at least 1 */
    uint64_t align;  /* frames, a power of two */
    uint64_t first;  /* lowest frame allowed */
    uint64_t end;    /* one past the highest */
    bool highest;    /* the highest place rather than the lowest */
};

/** The first frame of the place, in hotpluggable memory only if there is no other; 0, which no map manages,
 * if there is none. */
uint64_t bitframe_map_fit(const struct bitframe_map *map, const struct fit *fit);

#endif
