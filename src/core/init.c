/* SPDX-License-Identifier: MIT */
/* init.c - making a pool of a map or of one range. */
#include "base/kernels.h"
#include "core/cursor.h"
#include "core/range.h"
#include "layout/header.h"
#include "layout/metadata.h"

/**
 * Of the bitmap, set the bits of @p run, and clear those from @p written up to it and behind it in its huge
 * frame.
 *
 * The huge frame is cleared ahead, since the call that sets bits looks whether a huge frame is whole. Returns
 * the bit up to which the bitmap is written: each word was written once or twice.
 */
static uint64_t write_free_run(struct bitframe *pool, uint64_t written, const struct span *run)
{
    uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    uint64_t bit = pool_bit(pool, run->first);
    uint64_t end = bit + (run->end - run->first);
    uint64_t huge_end = (end + BITFRAME_HUGE_FRAMES - 1) / BITFRAME_HUGE_FRAMES * BITFRAME_HUGE_FRAMES;
    if (written < bit)
        kernel_clear(bitmap, written, bit - written);
    uint64_t tail = end > written ? end : written;
    kernel_clear(bitmap, tail, huge_end - tail);
    bitframe_set_frames(pool, bit, end);
    return huge_end;
}

/** The bitmap is written up to bit @p written: clear the others, and do what is left to do. */
static void finish(struct bitframe *pool, uint64_t written)
{
    uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    kernel_clear(bitmap, written, pool->frames.words * WORD_BITS - written);
    bitframe_window_find(pool);
    bitframe_header_write(pool);
}

enum bitframe_status bitframe_init_map(struct bitframe *pool, const struct bitframe_map *map, void *metadata,
                                       uint64_t metadata_bytes)
{
    if (!pool || !map || !metadata || (uintptr_t)metadata % BITFRAME_METADATA_ALIGN != 0)
        return BITFRAME_INVALID;
    uint64_t needed;
    enum bitframe_status status = bitframe_map_get_metadata_bytes(map, &needed);
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
