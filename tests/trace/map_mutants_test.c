/* SPDX-License-Identifier: MIT */
/*
 * map_mutants_test.c - the map traces must see what they are there to see
 *
 * Maps that are broken on purpose, one way each, most of them as maps elsewhere have been, and each must be
 * caught.
 */
#include "map_add_mutants.h"
#include "map_trace.h"
#include "mutants.h"
#include "units.h"

/* next */

static bool frame_0_is_given(const struct bitframe_map *map, enum bitframe_map_view view, uint64_t *frame,
                             struct bitframe_map_run *run)
{
    bool asked = *frame == 0;
    bool found = bitframe_map_next(map, view, frame, run);
    if (found && asked && run->first_pa == FRAME && map->ranges[0].first_pa == 0) {
        run->first_pa = 0;
        run->frames++;
    }
    return found;
}

static bool nothing_above_4_gib(const struct bitframe_map *map, enum bitframe_map_view view, uint64_t *frame,
                                struct bitframe_map_run *run)
{
    bool found = bitframe_map_next(map, view, frame, run);
    return found && run->first_pa <= UINT32_MAX;
}

static bool only_first_span(const struct bitframe_map *map, enum bitframe_map_view view, uint64_t *frame,
                            struct bitframe_map_run *run)
{
    bool found = bitframe_map_next(map, view, frame, run);
    *frame = UINT64_C(1) << (64 - BITFRAME_FRAME_SHIFT);
    return found;
}

static bool frames_looked_from_are_skipped(const struct bitframe_map *map, enum bitframe_map_view view,
                                           uint64_t *frame, struct bitframe_map_run *run)
{
    *frame += *frame != 0;
    return bitframe_map_next(map, view, frame, run);
}

static bool free_means_managed(const struct bitframe_map *map, enum bitframe_map_view view, uint64_t *frame,
                               struct bitframe_map_run *run)
{
    return bitframe_map_next(map, view == BITFRAME_MAP_VIEW_FREE ? BITFRAME_MAP_VIEW_SPANS : view, frame,
                             run);
}

static bool reclaimable_outweighs_reserved(const struct bitframe_map *map, enum bitframe_map_view view,
                                           uint64_t *frame, struct bitframe_map_run *run)
{
    struct bitframe_map without = *map;
    struct bitframe_map_range ranges[64];
    uint64_t used = all_ranges(map);
    if (view != BITFRAME_MAP_VIEW_RECLAIMABLE)
        return bitframe_map_next(map, view, frame, run);
    uint64_t kept = 0;
    for (uint64_t i = 0; i < used; i++)
        if (i < map->counts[0] || i >= map->counts[0] + map->counts[1])
            ranges[kept++] = map->ranges[i];
    without.ranges = ranges;
    without.counts[1] = 0;
    return bitframe_map_next(&without, view, frame, run);
}

static bool fixed_means_free(const struct bitframe_map *map, enum bitframe_map_view view, uint64_t *frame,
                             struct bitframe_map_run *run)
{
    return bitframe_map_next(map, view == BITFRAME_MAP_VIEW_FIXED ? BITFRAME_MAP_VIEW_FREE : view, frame,
                             run);
}

static bool end_is_of_frames(const struct bitframe_map *map, enum bitframe_map_view view, uint64_t *frame,
                             struct bitframe_map_run *run)
{
    struct bitframe_map rounded = *map;
    rounded.last_pa |= FRAME - 1;
    return bitframe_map_next(&rounded, view, frame, run);
}

/* set_end */

static void end_counts_once(struct bitframe_map *map, uint64_t end_pa)
{
    if (map->last_pa == UINT64_MAX)
        bitframe_map_set_end(map, end_pa);
}

static void end_is_one_too_far(struct bitframe_map *map, uint64_t end_pa)
{
    bitframe_map_set_end(map, end_pa + (end_pa != 0));
}

/* count */

static void beyond_is_a_hole(const struct bitframe_map *map, struct bitframe_map_stats *stats)
{
    bitframe_map_get_stats(map, stats);
    stats->hole_bytes += stats->beyond_bytes;
}

static void rounding_is_not_counted(const struct bitframe_map *map, struct bitframe_map_stats *stats)
{
    bitframe_map_get_stats(map, stats);
    stats->rounding_bytes = 0;
}

static void frame_0_is_rounding(const struct bitframe_map *map, struct bitframe_map_stats *stats)
{
    bitframe_map_get_stats(map, stats);
    stats->rounding_bytes += stats->frame_0_bytes;
}

static void reservations_are_counted_twice(const struct bitframe_map *map, struct bitframe_map_stats *stats)
{
    bitframe_map_get_stats(map, stats);
    stats->reserved_frames += stats->reclaimable_frames;
}

static void no_room_is_not_counted(const struct bitframe_map *map, struct bitframe_map_stats *stats)
{
    bitframe_map_get_stats(map, stats);
    stats->no_room_bytes = 0;
}

static void wrapping_is_not_counted(const struct bitframe_map *map, struct bitframe_map_stats *stats)
{
    bitframe_map_get_stats(map, stats);
    stats->wrapped_bytes = 0;
}

/* init */

static enum bitframe_status losses_are_carried_over(struct bitframe_map *map,
                                                    struct bitframe_map_range *storage, uint64_t ranges)
{
    uint64_t no_room_bytes = map->no_room_bytes;
    enum bitframe_status status = bitframe_map_init(map, storage, ranges);
    map->no_room_bytes = no_room_bytes;
    return status;
}

static enum bitframe_status one_range_too_many(struct bitframe_map *map, struct bitframe_map_range *storage,
                                               uint64_t ranges)
{
    static struct bitframe_map_range longer[256];
    (void)storage;
    return bitframe_map_init(map, longer, ranges + 1);
}

#define BROKEN(call, broken) MUTANT(struct map_calls, map_calls_core, 100000, call, broken)

SHRINKS(struct map_calls, map_calls_core, 100000, add, hole_is_only_reserved)
BROKEN(add, ram_is_rounded_when_added)
BROKEN(add, reservation_is_rounded_inward)
BROKEN(add, hole_is_only_reserved)
BROKEN(add, only_first_ram_counts)
BROKEN(add, reservation_before_ram_is_lost)
BROKEN(add, address_is_cut_to_32_bits)
BROKEN(add, address_is_cut_to_44_bits)
BROKEN(add, no_room_is_silent)
BROKEN(add, no_room_leaves_it_complete)
BROKEN(add, wrapping_ram_is_believed)
BROKEN(add, wrapping_reservation_is_lost)
BROKEN(add, range_up_to_2_64_is_lost)
BROKEN(add, last_byte_is_lost)
BROKEN(add, touching_ranges_stay_apart)
BROKEN(add, unaccepted_is_ram)
BROKEN(add, wrapping_unaccepted_is_believed)
BROKEN(next, fixed_means_free)
BROKEN(next, end_is_of_frames)
BROKEN(set_end, end_counts_once)
BROKEN(set_end, end_is_one_too_far)
BROKEN(count, beyond_is_a_hole)
BROKEN(next, frame_0_is_given)
BROKEN(next, nothing_above_4_gib)
BROKEN(next, only_first_span)
BROKEN(next, frames_looked_from_are_skipped)
BROKEN(next, free_means_managed)
BROKEN(next, reclaimable_outweighs_reserved)
BROKEN(count, rounding_is_not_counted)
BROKEN(count, frame_0_is_rounding)
BROKEN(count, reservations_are_counted_twice)
BROKEN(count, no_room_is_not_counted)
BROKEN(count, wrapping_is_not_counted)
BROKEN(init, losses_are_carried_over)
BROKEN(init, one_range_too_many)
