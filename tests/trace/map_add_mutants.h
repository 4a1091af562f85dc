/* SPDX-License-Identifier: MIT */
/* map_add_mutants.h - bitframe_map_add() as it must not be */
#ifndef BITFRAME_TESTS_MAP_ADD_MUTANTS_H
#define BITFRAME_TESTS_MAP_ADD_MUTANTS_H

#include "map_trace.h"
#include "units.h"

static bool passes_end(uint64_t first_pa, uint64_t bytes)
{
    return bytes != 0 && first_pa + (bytes - 1) < first_pa;
}

static uint64_t all_ranges(const struct bitframe_map *map)
{
    uint64_t ranges = 0;
    for (int kind = 0; kind < BITFRAME_MAP_KINDS; kind++)
        ranges += map->counts[kind];
    return ranges;
}

static enum bitframe_status unaccepted_is_ram(struct bitframe_map *map, enum bitframe_map_kind kind,
                                              uint64_t first_pa, uint64_t bytes)
{
    return bitframe_map_add(map, kind == BITFRAME_MAP_UNACCEPTED ? BITFRAME_MAP_RAM : kind, first_pa, bytes);
}

static enum bitframe_status wrapping_unaccepted_is_believed(struct bitframe_map *map,
                                                            enum bitframe_map_kind kind, uint64_t first_pa,
                                                            uint64_t bytes)
{
    if (kind == BITFRAME_MAP_UNACCEPTED && passes_end(first_pa, bytes))
        bytes = UINT64_MAX - first_pa;
    return bitframe_map_add(map, kind, first_pa, bytes);
}

static enum bitframe_status ram_is_rounded_when_added(struct bitframe_map *map, enum bitframe_map_kind kind,
                                                      uint64_t first_pa, uint64_t bytes)
{
    if (kind == BITFRAME_MAP_RAM && !passes_end(first_pa, bytes)) {
        uint64_t cut = (FRAME - first_pa % FRAME) % FRAME;
        bytes = bytes > cut ? (bytes - cut) / FRAME * FRAME : 0;
        first_pa += cut;
    }
    return bitframe_map_add(map, kind, first_pa, bytes);
}

static enum bitframe_status reservation_is_rounded_inward(struct bitframe_map *map,
                                                          enum bitframe_map_kind kind, uint64_t first_pa,
                                                          uint64_t bytes)
{
    if (kind == BITFRAME_MAP_RESERVED && !passes_end(first_pa, bytes) && bytes > FRAME)
        bytes -= (first_pa + bytes) % FRAME;
    return bitframe_map_add(map, kind, first_pa, bytes);
}

static enum bitframe_status hole_is_only_reserved(struct bitframe_map *map, enum bitframe_map_kind kind,
                                                  uint64_t first_pa, uint64_t bytes)
{
    return bitframe_map_add(map, kind == BITFRAME_MAP_HOLE ? BITFRAME_MAP_RESERVED : kind, first_pa, bytes);
}

static enum bitframe_status only_first_ram_counts(struct bitframe_map *map, enum bitframe_map_kind kind,
                                                  uint64_t first_pa, uint64_t bytes)
{
    if (kind == BITFRAME_MAP_RAM && map->counts[kind] != 0)
        return BITFRAME_OK;
    return bitframe_map_add(map, kind, first_pa, bytes);
}

static enum bitframe_status reservation_before_ram_is_lost(struct bitframe_map *map,
                                                           enum bitframe_map_kind kind, uint64_t first_pa,
                                                           uint64_t bytes)
{
    if (kind == BITFRAME_MAP_RESERVED && map->counts[BITFRAME_MAP_RAM] == 0)
        return BITFRAME_OK;
    return bitframe_map_add(map, kind, first_pa, bytes);
}

static enum bitframe_status address_is_cut_to_32_bits(struct bitframe_map *map, enum bitframe_map_kind kind,
                                                      uint64_t first_pa, uint64_t bytes)
{
    return bitframe_map_add(map, kind, first_pa & UINT32_MAX, bytes);
}

static enum bitframe_status address_is_cut_to_44_bits(struct bitframe_map *map, enum bitframe_map_kind kind,
                                                      uint64_t first_pa, uint64_t bytes)
{
    return bitframe_map_add(map, kind, first_pa & ((UINT64_C(1) << 44) - 1), bytes);
}

static enum bitframe_status no_room_is_silent(struct bitframe_map *map, enum bitframe_map_kind kind,
                                              uint64_t first_pa, uint64_t bytes)
{
    enum bitframe_status status = bitframe_map_add(map, kind, first_pa, bytes);
    return status == BITFRAME_NO_ROOM ? BITFRAME_OK : status;
}

static enum bitframe_status no_room_leaves_it_complete(struct bitframe_map *map, enum bitframe_map_kind kind,
                                                       uint64_t first_pa, uint64_t bytes)
{
    enum bitframe_status status = bitframe_map_add(map, kind, first_pa, bytes);
    map->incomplete = 0;
    return status;
}

static enum bitframe_status wrapping_ram_is_believed(struct bitframe_map *map, enum bitframe_map_kind kind,
                                                     uint64_t first_pa, uint64_t bytes)
{
    if (kind == BITFRAME_MAP_RAM && passes_end(first_pa, bytes))
        bytes = UINT64_MAX - first_pa;
    return bitframe_map_add(map, kind, first_pa, bytes);
}

static enum bitframe_status wrapping_reservation_is_lost(struct bitframe_map *map,
                                                         enum bitframe_map_kind kind, uint64_t first_pa,
                                                         uint64_t bytes)
{
    return passes_end(first_pa, bytes) ? BITFRAME_INVALID : bitframe_map_add(map, kind, first_pa, bytes);
}

static enum bitframe_status range_up_to_2_64_is_lost(struct bitframe_map *map, enum bitframe_map_kind kind,
                                                     uint64_t first_pa, uint64_t bytes)
{
    return first_pa + bytes == 0 ? BITFRAME_OK : bitframe_map_add(map, kind, first_pa, bytes);
}

static enum bitframe_status last_byte_is_lost(struct bitframe_map *map, enum bitframe_map_kind kind,
                                              uint64_t first_pa, uint64_t bytes)
{
    return bitframe_map_add(map, kind, first_pa, bytes - (bytes > 1));
}

static enum bitframe_status touching_ranges_stay_apart(struct bitframe_map *map, enum bitframe_map_kind kind,
                                                       uint64_t first_pa, uint64_t bytes)
{
    enum bitframe_status status = bitframe_map_add(map, kind, first_pa, bytes);
    uint64_t used = all_ranges(map);
    struct bitframe_map_range *last = &map->ranges[used - 1];
    if (kind == BITFRAME_MAP_KINDS - 1 && status == BITFRAME_OK && used != 0 && used < map->capacity &&
        last->first_pa < first_pa && first_pa <= last->last_pa) {
        last[1] = (struct bitframe_map_range){first_pa, last->last_pa};
        last->last_pa = first_pa - 1;
        map->counts[kind]++;
    }
    return status;
}

#endif
