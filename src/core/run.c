/* SPDX-License-Identifier: MIT */
/* run.c - allocating and freeing many frames at a time. */
#include "base/kernels.h"
#include "core/cursor.h"
#include "core/owner.h"
#include "core/range.h"
#include "layout/bitmap.h"
#include "layout/bounded.h"
#include "layout/hooks.h"
#include "layout/locate.h"
#include "layout/offline_records.h"
#include "layout/search_pool.h"

/** Runs of free huge frames, aligned to them, are looked for in their own bitmap. */
static uint64_t unit_of(const struct wanted *wanted)
{
    uint64_t both = wanted->frames | wanted->align;
    return both % BITFRAME_HUGE_FRAMES == 0 ? BITFRAME_HUGE_FRAMES : 1;
}

/** Allocate what a search found for @p wanted, which is what @p request says: the run at frame @p frame, or
 * nothing if that is NO_BIT. */
static inline enum bitframe_status alloc_found(struct bitframe *pool, const struct bitframe_request *request,
                                               const struct wanted *wanted, uint64_t frame, uint64_t *pa)
{
    if (frame == NO_BIT)
        return BITFRAME_NONE;
    uint64_t bit = pool_bit(pool, frame);
    bitframe_clear_frames(pool, bit, bit + wanted->frames);
    *pa = frame << BITFRAME_FRAME_SHIFT;
    if (request->flags & BITFRAME_ZEROED)
        zero_run(*pa, wanted->frames);
    return BITFRAME_OK;
}

/** Answer a request that is not simple. */
static __attribute__((noinline)) enum bitframe_status
alloc_bounded_run(struct bitframe *pool, const struct bitframe_request *request, uint64_t *pa)
{
    struct wanted wanted;
    enum bitframe_status status = bitframe_read_bounded(request, RUN_FLAGS, &wanted);
    if (status != BITFRAME_OK)
        return status;
    check_owner(pool);
    bitframe_flush_cursor(pool);
    uint64_t frame = bitframe_search_bounded(pool, &wanted, unit_of(&wanted));
    return alloc_found(pool, request, &wanted, frame, pa);
}

enum bitframe_status bitframe_alloc_run(struct bitframe *pool, const struct bitframe_request *request,
                                        uint64_t *pa)
{
    struct wanted wanted;
    if (!pool || !request || !pa)
        return BITFRAME_INVALID;
    if (!is_simple(request, RUN_FLAGS))
        return alloc_bounded_run(pool, request, pa);
    read_simple(request, &wanted);
    check_owner(pool);
    bitframe_flush_cursor(pool);
    uint64_t frame = bitframe_search_pool(pool, &wanted, unit_of(&wanted));
    return alloc_found(pool, request, &wanted, frame, pa);
}

enum bitframe_status bitframe_alloc_at(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    check_owner(pool);
    uint64_t bit;
    enum bitframe_status status = bitframe_locate_run(pool, pa, frames, &bit);
    if (status != BITFRAME_OK)
        return status;
    if (bitframe_count_range(levels_at(pool, &pool->frames, 0), bit, bit + frames) != frames)
        return BITFRAME_IN_USE;
    bitframe_clear_frames(pool, bit, bit + frames);
    return BITFRAME_OK;
}

enum bitframe_status bitframe_free_run(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    check_owner(pool);
    uint64_t bit;
    enum bitframe_status status = bitframe_locate_run(pool, pa, frames, &bit);
    if (status != BITFRAME_OK)
        return status;
    if (kernel_find(levels_at(pool, &pool->frames, 0), bit, bit + frames) != bit + frames)
        return BITFRAME_DOUBLE_FREE;

    /* Frames in offline ranges go offline; the frames between become free. */
    uint64_t first = frame_number(pa);
    uint64_t end = first + frames;
    uint64_t bit_offset = bit - first;
    for (struct bitframe_offline_range *record = bitframe_offline_overlapping(pool, first, end); record;
         record = offline_overlapping_next(pool, record, end)) {
        struct span piece = offline_clip(record, first, end);
        if (first < piece.first)
            bitframe_set_frames(pool, first + bit_offset, piece.first + bit_offset);
        bitframe_offline_release(pool, record, piece.first, piece.end);
        first = piece.end;
    }
    if (first < end)
        bitframe_set_frames(pool, first + bit_offset, end + bit_offset);
    return BITFRAME_OK;
}
