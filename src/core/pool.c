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
 * Of the bitmap, set the bits of @p run, and clear those from @p written up to it and behind it in its line.
 *
 * The line is cleared ahead, since the call that sets bits looks whether a line is whole. Returns the bit up
 * to which the bitmap is written: each word was written once or twice.
 */
static uint64_t write_free_run(struct bitframe *pool, uint64_t written, const struct span *run)
{
    uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    uint64_t bit = pool_bit(pool, run->first);
    uint64_t end = bit + (run->end - run->first);
    uint64_t line_end = (end + BITFRAME_LINE_FRAMES - 1) / BITFRAME_LINE_FRAMES * BITFRAME_LINE_FRAMES;
    if (written < bit)
        kernel_clear(bitmap, written, bit - written);
    uint64_t tail = end > written ? end : written;
    kernel_clear(bitmap, tail, line_end - tail);
    bitframe_set_frames(pool, bit, end);
    return line_end;
}

/** The bitmap is written up to bit @p written: clear the others, and do what is left to do. */
static void finish(struct bitframe *pool, uint64_t written)
{
    uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    kernel_clear(bitmap, written, pool->frames.words * WORD_BITS - written);
    bitframe_gap_find(pool);
    bitframe_header_write(pool);
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
    uint64_t written = 0;
    struct bitframe_map_run run;
    for (uint64_t frame = 0; bitframe_map_next(map, BITFRAME_MAP_VIEW_FREE, &frame, &run);) {
        struct span free_run = {.first = frame_number(run.first_pa)};
        free_run.end = free_run.first + run.frames;
        written = write_free_run(pool, written, &free_run);
    }
    finish(pool, written);
    return BITFRAME_OK;
}

/** Without a map, whose code a kernel that needs none would link. */
enum bitframe_status bitframe_init(struct bitframe *pool, uint64_t first_pa, uint64_t bytes, void *metadata,
                                   uint64_t metadata_bytes)
{
    uint64_t last_pa = first_pa + (bytes - 1);
    if (!pool || !metadata || (uintptr_t)metadata % BITFRAME_METADATA_ALIGN != 0 || bytes == 0 ||
        last_pa < first_pa)
        return BITFRAME_INVALID;
    struct span span = {.first = frame_number_up(first_pa)};
    span.end = frame_number(last_pa) + (last_pa % BITFRAME_FRAME_BYTES == BITFRAME_FRAME_BYTES - 1);
    if (span.first == 0)
        span.first = 1; /* frame 0 is never handed out */
    if (span.first >= span.end)
        return BITFRAME_INVALID;
    struct extent extent;
    struct segment segment = {0};
    bitframe_extent_begin(&extent);
    bitframe_extent_add(&extent, &segment, span.first, span.end);
    if (!bitframe_extent_is_possible(&extent))
        return BITFRAME_INVALID;
    if (metadata_bytes < bitframe_extent_bytes(&extent, BITFRAME_SPARE_RESERVED))
        return BITFRAME_NO_ROOM;
    bitframe_header_spoil(metadata);
    bitframe_lay_out_extent(pool, &extent, BITFRAME_SPARE_RESERVED, metadata);
    pool->reserved_frames = 0;
    pool->free_frames = 0;
    pool_spans(pool)->first = span.first;
    pool_spans(pool)->end = span.end;
    bitframe_extent_begin(&extent);
    bitframe_extent_add(&extent, pool_segments(pool), span.first, span.end);
    bitframe_index_clear(pool);
    finish(pool, write_free_run(pool, 0, &span));
    return BITFRAME_OK;
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
