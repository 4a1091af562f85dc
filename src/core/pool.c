/* SPDX-License-Identifier: MIT */
/* pool.c - making a pool, and taking and giving back its frames one by one. */
#include "pool.h"
#include "header.h"
#include "hooks.h"
#include "index.h"
#include "kernels.h"
#include "owner.h"

enum { PLACE_SLACK = sizeof(struct span) }; /* what the reservation of the place itself may need */

/**
 * Write the bitmap: what the map has free, and zeros between, each word once or twice at most.
 *
 * The line that a run ends in is cleared ahead of it, since whether it is whole is looked at.
 */
static void free_what_is_free(struct bitframe *pool, const struct bitframe_map *map)
{
    uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    uint64_t written = 0; /* bits below this are as they should be */
    struct bitframe_map_run run;
    for (uint64_t frame = 0; bitframe_map_next(map, BITFRAME_MAP_VIEW_FREE, &frame, &run);) {
        uint64_t first = frame_number(run.first_pa);
        uint64_t bit = pool_bit(pool, first);
        uint64_t end = bit + run.frames;
        uint64_t line_end = (end + BITFRAME_LINE_FRAMES - 1) / BITFRAME_LINE_FRAMES * BITFRAME_LINE_FRAMES;
        if (written < bit)
            kernel_clear(bitmap, written, bit - written);
        uint64_t tail = end > written ? end : written;
        kernel_clear(bitmap, tail, line_end - tail);
        bitframe_set_frames(pool, bit, end);
        written = line_end;
    }
    kernel_clear(bitmap, written, pool->frames.words * WORD_BITS - written);
}

enum bitframe_status bitframe_init_map(struct bitframe *pool, const struct bitframe_map *map, void *metadata,
                                       uint64_t metadata_bytes)
{
    if (!pool || !map || !metadata || (uintptr_t)metadata % BITFRAME_METADATA_ALIGN != 0)
        return BITFRAME_INVALID;
    uint64_t needed;
    enum bitframe_status status = bitframe_map_metadata_bytes(map, &needed);
    if (status != BITFRAME_OK)
        return status;
    if (metadata_bytes < needed)
        return BITFRAME_NO_ROOM;
    bitframe_header_spoil(metadata);
    bitframe_lay_out(pool, map, metadata);
    bitframe_index_clear(pool);
    free_what_is_free(pool, map);
    bitframe_gap_find(pool);
    bitframe_header_write(pool);
    return BITFRAME_OK;
}

enum bitframe_status bitframe_init(struct bitframe *pool, uint64_t first_pa, uint64_t bytes, void *metadata,
                                   uint64_t metadata_bytes)
{
    struct bitframe_map_range range;
    struct bitframe_map map;
    enum bitframe_status status = bitframe_map_init(&map, &range, 1);
    if (status == BITFRAME_OK)
        status = bitframe_map_add(&map, BITFRAME_MAP_RAM, first_pa, bytes);
    if (status != BITFRAME_OK)
        return status;
    return bitframe_init_map(pool, &map, metadata, metadata_bytes);
}

enum bitframe_status bitframe_place(struct bitframe_map *map, uint64_t *pa, uint64_t *bytes)
{
    uint64_t needed;
    if (!map || !pa || !bytes)
        return BITFRAME_INVALID;
    enum bitframe_status status = bitframe_map_metadata_bytes(map, &needed);
    if (status != BITFRAME_OK)
        return status;
    uint64_t frames = frame_number_up(needed + PLACE_SLACK);
    struct bitframe_map_run run;
    for (uint64_t frame = 0; bitframe_map_next(map, BITFRAME_MAP_VIEW_FREE, &frame, &run);) {
        if (run.frames < frames)
            continue;
        status = bitframe_map_add(map, BITFRAME_MAP_RESERVED, run.first_pa, frames << BITFRAME_FRAME_SHIFT);
        if (status != BITFRAME_OK)
            return status;
        *pa = run.first_pa;
        *bytes = frames << BITFRAME_FRAME_SHIFT;
        return BITFRAME_OK;
    }
    return BITFRAME_NONE;
}

uint64_t bitframe_take(struct bitframe *pool)
{
    return debug_taken(pool, pool_take(pool), 1);
}

enum bitframe_status bitframe_free(struct bitframe *pool, uint64_t pa)
{
    /* Rotated right, a misaligned offset is a number beyond any pool: one comparison refuses both. */
    uint64_t offset = pa - pool->gap_pa;
    uint64_t frame = offset >> BITFRAME_FRAME_SHIFT | offset << (64 - BITFRAME_FRAME_SHIFT);
    return debug_freed(pool, pa, 1, pool_free(pool, pa, frame < pool->gap_frames));
}

uint64_t bitframe_take_range(struct bitframe *pool, uint64_t first_pa, uint64_t end_pa)
{
    if (first_pa >= end_pa)
        return 0;
    check_owner(pool);
    uint64_t first = frame_number(first_pa);
    uint64_t end = frame_number_up(end_pa);
    uint64_t taken = 0;
    for (uint64_t i = bitframe_segment_above(pool, first); i < pool->segment_count; i++) {
        const struct segment *segment = pool_segments(pool) + i;
        uint64_t from = first > segment->first ? first : segment->first;
        uint64_t to = end < segment->end ? end : segment->end;
        if (from >= to)
            break;
        uint64_t bit = bit_of_frame(segment, from);
        taken += bitframe_clear_frames(pool, bit, bit + (to - from));
    }
    return taken;
}
