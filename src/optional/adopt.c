/* SPDX-License-Identifier: MIT */
/*
 * adopt.c - a pool made again from its metadata
 *
 * Three things are trusted: the header and the tables, once their checksums and values are verified, and
 * those bits of the bitmap that stand for frames which may be free. Nothing else is read.
 */
#include <bitframe/adopt.h>

#include "base/kernels.h"
#include "core/rebuild.h"
#include "layout/header.h"
#include "layout/metadata.h"

/** Clear the bits of no frame of the pool, and the bits of reserved frames. Counts the reserved frames. */
static void clear_strays(struct bitframe *pool)
{
    uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    const struct span *reserved = pool_reserved(pool);
    struct span piece;
    uint64_t cleared = 0; /* bits below this are right */
    pool->reserved_frames = 0;
    for (uint64_t i = 0; i < pool->span_count; i++) {
        const struct span *span = pool_spans(pool) + i;
        uint64_t bit = pool_bit(pool, span->first);
        kernel_clear(bitmap, cleared, bit - cleared);
        cleared = bit + (span->end - span->first);
        for (uint64_t frame = span->first;
             bitframe_span_next(reserved, pool->reserved_count, &frame, span->end, &piece);) {
            kernel_clear(bitmap, bit + (piece.first - span->first), piece.end - piece.first);
            pool->reserved_frames += piece.end - piece.first;
        }
    }
    kernel_clear(bitmap, cleared, pool->frames.words * WORD_BITS - cleared);
}

enum bitframe_status bitframe_adopt(struct bitframe *pool, void *metadata, uint64_t metadata_bytes)
{
    if (!pool || !metadata || (uintptr_t)metadata % BITFRAME_METADATA_ALIGN != 0)
        return BITFRAME_INVALID;
    struct extent extent;
    uint64_t reserved_room;
    enum bitframe_status status = bitframe_header_read(metadata, metadata_bytes, &extent, &reserved_room);
    if (status != BITFRAME_OK)
        return status;
    bitframe_lay_out_extent(pool, &extent, reserved_room, metadata);
    clear_strays(pool);
    bitframe_rebuild(pool);
    return BITFRAME_OK;
}
