/* SPDX-License-Identifier: MIT */
/*
 * map.c - <bitframe/map.h>: a sorted list of ranges per kind, all in the caller's storage
 *
 * A range has its last byte, not its end, so the end of the address space is an address like any other. A new
 * range merges with all ranges of its kind that it overlaps or touches. So a list grows by at most one range
 * per call. Frames are made of the lists only when the map is read.
 */
#include "map/lists.h"

/** Add to a count that stops at 2^64 - 1. */
static void count_bytes(uint64_t *figure, uint64_t bytes)
{
    *figure = *figure + bytes < bytes ? UINT64_MAX : *figure + bytes;
}

enum bitframe_status bitframe_map_init(struct bitframe_map *map, struct bitframe_map_range *storage,
                                       uint64_t ranges)
{
    if (!map || !storage || (uintptr_t)storage % sizeof(uint64_t) != 0 || ranges == 0)
        return BITFRAME_INVALID;
    if (ranges > (UINTPTR_MAX - (uintptr_t)storage) / sizeof(*storage))
        return BITFRAME_INVALID;
    map->ranges = storage;
    map->capacity = ranges;
    for (unsigned kind = 0; kind < BITFRAME_MAP_KINDS; kind++)
        map->counts[kind] = 0;
    map->last_pa = UINT64_MAX;
    map->no_room_bytes = 0;
    map->wrapped_bytes = 0;
    map->incomplete = 0;
    return BITFRAME_OK;
}

/** Make room for one range in front of @p at. The map has @p used ranges. Refuses if the storage is full. */
static bool open_gap(struct bitframe_map *map, struct bitframe_map_range *at, uint64_t used)
{
    if (used == map->capacity)
        return false;
    for (struct bitframe_map_range *to = map->ranges + used; to > at; to--)
        *to = to[-1];
    return true;
}

/** Close a gap of @p ranges ranges in front of @p from. @p used includes them. */
static void close_gap(struct bitframe_map *map, struct bitframe_map_range *from, uint64_t ranges,
                      uint64_t used)
{
    for (; from < map->ranges + used; from++)
        *(from - ranges) = *from;
}

enum bitframe_status bitframe_map_add(struct bitframe_map *map, enum bitframe_map_kind kind,
                                      uint64_t first_pa, uint64_t bytes)
{
    if ((unsigned)kind >= BITFRAME_MAP_KINDS)
        return BITFRAME_INVALID;
    if (bytes == 0)
        return BITFRAME_OK;
    uint64_t last_pa = first_pa + (bytes - 1);
    if (last_pa < first_pa) {
        if (kind == BITFRAME_MAP_RAM || kind == BITFRAME_MAP_UNACCEPTED) {
            count_bytes(&map->wrapped_bytes, bytes);
            return BITFRAME_INVALID;
        }
        count_bytes(&map->wrapped_bytes, last_pa + 1);
        last_pa = UINT64_MAX;
    }

    uint64_t used = 0;
    for (unsigned k = 0; k < BITFRAME_MAP_KINDS; k++)
        used += map->counts[k];

    /* The new range overlaps or touches ranges [i, end). */
    struct list list = list_of(map, kind);
    uint64_t i = first_reaching(list, first_pa - (first_pa != 0));
    uint64_t end = i;
    while (end < list.count &&
           (list.ranges[end].first_pa <= last_pa || list.ranges[end].first_pa - 1 == last_pa))
        end++;

    struct bitframe_map_range *range = list.ranges + i;
    if (end == i) {
        if (!open_gap(map, range, used)) {
            count_bytes(&map->no_room_bytes, last_pa - first_pa + 1);
            map->incomplete = 1;
            return BITFRAME_NO_ROOM;
        }
        map->counts[kind]++;
    } else {
        if (range->first_pa < first_pa)
            first_pa = range->first_pa;
        if (list.ranges[end - 1].last_pa > last_pa)
            last_pa = list.ranges[end - 1].last_pa;
        close_gap(map, list.ranges + end, end - i - 1, used);
        map->counts[kind] -= end - i - 1;
    }
    range->first_pa = first_pa;
    range->last_pa = last_pa;
    return BITFRAME_OK;
}
