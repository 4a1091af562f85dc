/* SPDX-License-Identifier: MIT */
/* pool.c - the calls of <bitframe/bitframe.h> that change a pool. */
#include "pool.h"
#include "index.h"
#include "kernels.h"

/** Number of the frame that contains @p pa. */
static inline uint64_t frame_number(uint64_t pa)
{
    return pa >> BITFRAME_FRAME_SHIFT;
}

/** Number of the first frame that begins at or above @p pa. */
static inline uint64_t frame_number_up(uint64_t pa)
{
    return frame_number(pa) + (pa % BITFRAME_FRAME_BYTES != 0);
}

enum bitframe_status bitframe_init(struct bitframe *pool, uint64_t first_pa, uint64_t bytes, void *metadata,
                                   uint64_t metadata_bytes)
{
    uint64_t last_pa = first_pa + (bytes - 1);
    if (!pool || !metadata || (uintptr_t)metadata % BITFRAME_METADATA_ALIGN != 0)
        return BITFRAME_INVALID;
    if (bytes == 0 || last_pa < first_pa)
        return BITFRAME_INVALID;

    uint64_t first = frame_number_up(first_pa);
    uint64_t end = frame_number(last_pa) + (last_pa % BITFRAME_FRAME_BYTES == BITFRAME_FRAME_BYTES - 1);
    if (first == 0)
        first = 1;
    if (first >= end || end - first > BITFRAME_FRAMES_MAX)
        return BITFRAME_INVALID;
    if (metadata_bytes < BITFRAME_METADATA_BYTES(first_pa, bytes))
        return BITFRAME_NO_ROOM;

    bitframe_lay_out(pool, first, end, metadata);
    pool->free_frames = pool->frames;
    bitframe_index_build(pool, first - frame_number(pool->origin_pa), end - frame_number(pool->origin_pa));
    return BITFRAME_OK;
}

uint64_t bitframe_take(struct bitframe *pool)
{
    return pool_take(pool);
}

/**
 * Why a free was refused, of an address @p offset bytes into a pool of @p frames frames. It takes what the
 * fast path has worked out already: given the pool and the address, GCC would keep copies of both on that
 * path.
 */
__attribute__((noinline)) static enum bitframe_status refusal(uint64_t offset, uint64_t frames)
{
    if (frame_number(offset) >= frames)
        return BITFRAME_UNMANAGED;
    if (offset % BITFRAME_FRAME_BYTES != 0)
        return BITFRAME_MISALIGNED;
    return BITFRAME_DOUBLE_FREE;
}

enum bitframe_status bitframe_free(struct bitframe *pool, uint64_t pa)
{
    /* Rotated right, a misaligned offset is a number beyond any pool: one comparison refuses both. */
    uint64_t frames = pool->frames;
    uint64_t offset = pa - pool->first_pa;
    uint64_t frame = offset >> BITFRAME_FRAME_SHIFT | offset << (64 - BITFRAME_FRAME_SHIFT);
    if (frame >= frames || !pool_is_taken(pool, pa))
        return refusal(offset, frames);
    return pool_free_taken(pool, pa);
}

/** Set bits among [@p first, @p end) of the bitmap @p words, at least one bit. */
static uint64_t count_range(const uint64_t *words, uint64_t first, uint64_t end)
{
    uint64_t word = first / WORD_BITS;
    uint64_t last = (end - 1) / WORD_BITS;
    if (word == last)
        return word_count(words[word] & mask_from(first) & mask_to(end - 1));
    return word_count(words[word] & mask_from(first)) + kernel_count(words + word + 1, last - word - 1) +
           word_count(words[last] & mask_to(end - 1));
}

uint64_t bitframe_take_range(struct bitframe *pool, uint64_t first_pa, uint64_t end_pa)
{
    uint64_t pool_first = frame_number(pool->first_pa);
    uint64_t pool_end = pool_first + pool->frames;
    uint64_t first = frame_number(first_pa);
    uint64_t end = frame_number_up(end_pa);
    if (first < pool_first)
        first = pool_first;
    if (end > pool_end)
        end = pool_end;
    if (first_pa >= end_pa || first >= end)
        return 0;

    uint64_t origin = frame_number(pool->origin_pa);
    uint64_t taken = count_range(pool_level(pool, 0), first - origin, end - origin);
    if (taken == 0)
        return 0;
    kernel_clear(pool_level(pool, 0), first - origin, end - first);
    pool->free_frames -= taken;
    bitframe_range_emptied(pool, first - origin, end - origin);
    return taken;
}
