/* SPDX-License-Identifier: MIT */
/* pool_mutants_tables_test.c - calls that change or make tables, broken: reserve, unreserve, init, adopt */
#include <bitframe/adopt.h>
#include <bitframe/bulk.h>

#include "core/range.h"
#include "layout/levels.h"
#include "layout/tables.h"
#include "pool_mutants.h"

static bool frame_is_free(const struct bitframe *pool, uint64_t frame)
{
    return frame_is_managed(pool, frame) &&
           levels_test(pool, &pool->frames, bit_of_frame(segment_of_frame(pool, frame), frame));
}

/* reserve and unreserve */

static enum bitframe_status reserve_is_rounded_inward(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    uint64_t cut = bytes < FRAME || pa + (bytes - 1) < pa ? 0 : (pa + bytes) % FRAME;
    return bitframe_reserve(pool, pa, bytes - cut);
}

static enum bitframe_status reserve_leaves_frames_free(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    bool was_free = frame_is_free(pool, frame_number(pa));
    enum bitframe_status status = bitframe_reserve(pool, pa, bytes);
    if (status == BITFRAME_OK && was_free && bytes != 0) {
        uint64_t bit = bit_of_frame(segment_of_frame(pool, frame_number(pa)), frame_number(pa));
        bitframe_set_frames(pool, bit, bit + 1);
    }
    return status;
}

static enum bitframe_status reserve_allocs_though_there_is_no_room(struct bitframe *pool, uint64_t pa,
                                                                   uint64_t bytes)
{
    enum bitframe_status status = bitframe_reserve(pool, pa, bytes);
    if (status == BITFRAME_NO_ROOM)
        (void)bitframe_alloc_range(pool, pa, pa + bytes);
    return status;
}

static enum bitframe_status reserve_has_room_for_one_less(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    pool->reserved_room--;
    enum bitframe_status status = bitframe_reserve(pool, pa, bytes);
    pool->reserved_room++;
    return status;
}

static enum bitframe_status reserve_ignores_allocated(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    enum bitframe_status status = bitframe_reserve(pool, pa, bytes);
    return status == BITFRAME_IN_USE ? BITFRAME_OK : status;
}

static enum bitframe_status reserve_counts_range_not_frames(struct bitframe *pool, uint64_t pa,
                                                            uint64_t bytes)
{
    uint64_t before = bitframe_get_reserved_frames(pool);
    enum bitframe_status status = bitframe_reserve(pool, pa, bytes);
    if (bitframe_get_reserved_frames(pool) != before && pa + bytes > pa)
        pool->reserved_frames = before + frame_number_up(pa + bytes) - frame_number(pa);
    return status;
}

static enum bitframe_status reserve_leaves_window(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    uint64_t window_frames = pool->window_frames, window_pa = pool->window_pa, zero_word = pool->zero_word;
    enum bitframe_status status = bitframe_reserve(pool, pa, bytes);
    pool->window_frames = window_frames;
    pool->window_pa = window_pa;
    pool->zero_word = zero_word;
    return status;
}

static enum bitframe_status unreserve_is_rounded_outward(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    uint64_t cut = pa % FRAME;
    return bitframe_unreserve(pool, pa - cut, bytes == 0 || bytes + cut < bytes ? bytes : bytes + cut);
}

static enum bitframe_status unreserve_skips_what_is_not_reserved(struct bitframe *pool, uint64_t pa,
                                                                 uint64_t bytes)
{
    enum bitframe_status status = bitframe_unreserve(pool, pa, bytes);
    for (uint64_t at = pa; status == BITFRAME_NOT_RESERVED && at - pa < bytes && at - pa < 64 * FRAME;
         at += FRAME)
        (void)bitframe_unreserve(pool, at, FRAME);
    return status;
}

static enum bitframe_status unreserve_leaves_frames_allocated(struct bitframe *pool, uint64_t pa,
                                                              uint64_t bytes)
{
    uint64_t before = bitframe_get_reserved_frames(pool);
    enum bitframe_status status = bitframe_unreserve(pool, pa, bytes);
    if (bitframe_get_reserved_frames(pool) != before)
        (void)bitframe_alloc_range(pool, frame_number_up(pa) * FRAME, pa + bytes);
    return status;
}

static enum bitframe_status unreserve_drops_upper_rest(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    uint64_t entries = pool->reserved_count;
    enum bitframe_status status = bitframe_unreserve(pool, pa, bytes);
    if (pool->reserved_count > entries)
        pool->reserved_count--;
    return status;
}

/* init */

static enum bitframe_status init_frees_last_reserved(struct bitframe *pool, const struct bitframe_map *map,
                                                     void *metadata, uint64_t bytes)
{
    enum bitframe_status status = bitframe_init_map(pool, map, metadata, bytes);
    if (status == BITFRAME_OK && pool->reserved_count != 0)
        (void)bitframe_unreserve(pool, (pool_reserved(pool)[pool->reserved_count - 1].end - 1) * FRAME,
                                 FRAME);
    return status;
}

static enum bitframe_status init_leaves_huge_unmarked(struct bitframe *pool, const struct bitframe_map *map,
                                                      void *metadata, uint64_t bytes)
{
    enum bitframe_status status = bitframe_init_map(pool, map, metadata, bytes);
    if (status == BITFRAME_OK && levels_test(pool, &pool->huge, 3))
        levels_clear(pool, pool->huge.level, 3);
    return status;
}

/* adopt */

static enum bitframe_status adopt_frees_what_was_allocated(struct bitframe *pool, void *metadata,
                                                           uint64_t bytes)
{
    enum bitframe_status status = bitframe_adopt(pool, metadata, bytes);
    if (status == BITFRAME_OK)
        (void)bitframe_free(pool, pool_spans(pool)[0].first * FRAME);
    return status;
}

static enum bitframe_status adopt_has_no_room_for_reservations(struct bitframe *pool, void *metadata,
                                                               uint64_t bytes)
{
    enum bitframe_status status = bitframe_adopt(pool, metadata, bytes);
    if (status == BITFRAME_OK)
        pool->reserved_room = pool->reserved_count;
    return status;
}

BROKEN(reserve, reserve_is_rounded_inward)
BROKEN(reserve, reserve_leaves_frames_free)
BROKEN(reserve, reserve_allocs_though_there_is_no_room)
BROKEN(reserve, reserve_has_room_for_one_less)
BROKEN(reserve, reserve_ignores_allocated)
BROKEN(reserve, reserve_counts_range_not_frames)
BROKEN(reserve, reserve_leaves_window)
BROKEN(unreserve, unreserve_is_rounded_outward)
BROKEN(unreserve, unreserve_skips_what_is_not_reserved)
BROKEN(unreserve, unreserve_leaves_frames_allocated)
BROKEN(unreserve, unreserve_drops_upper_rest)
BROKEN(init_map, init_frees_last_reserved)
BROKEN(init_map, init_leaves_huge_unmarked)
BROKEN(adopt, adopt_frees_what_was_allocated)
BROKEN(adopt, adopt_has_no_room_for_reservations)
