/* SPDX-License-Identifier: MIT */
/* lists.h - the ranges of a map, a sorted list for each kind. */
#ifndef BITFRAME_MAP_LISTS_H
#define BITFRAME_MAP_LISTS_H

#include <bitframe/map.h>

/** The ranges of one kind. */
struct list {
    struct bitframe_map_range *ranges;
    uint64_t count;
};

/** The ranges of kind @p kind. */
static inline struct list list_of(const struct bitframe_map *map, enum bitframe_map_kind kind)
{
    uint64_t before = 0;
    for (unsigned k = 0; k < (unsigned)kind; k++)
        before += map->counts[k];
    return (struct list){map->ranges + before, map->counts[kind]};
}

/** Index of the first range that ends at or after @p pa; the count if there is none. */
static inline uint64_t first_reaching(struct list list, uint64_t pa)
{
    uint64_t low = 0;
    uint64_t high = list.count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (list.ranges[middle].last_pa < pa)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
