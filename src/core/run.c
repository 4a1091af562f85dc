/* SPDX-License-Identifier: MIT */
/* run.c - taking and giving back many frames at a time. */
#include "base/kernels.h"
#include "core/cursor.h"
#include "core/huge.h"
#include "core/huge_index.h"
#include "core/owner.h"
#include "core/range.h"
#include "layout/bitmap.h"
#include "layout/hooks.h"
#include "layout/locate.h"
#include "layout/offline_records.h"
#include "layout/search_pool.h"

/** Runs of whole lines, aligned to them, are looked for in their own bitmap. */
static uint64_t unit_of(const struct wanted *wanted)
{
    uint64_t both = wanted->frames | wanted->align;
    return both % BITFRAME_LINE_FRAMES == 0 ? BITFRAME_LINE_FRAMES : 1;
}

static __attribute__((noinline)) enum bitframe_status
take_any_run(struct bitframe *pool, const struct bitframe_request *request, uint64_t *pa)
{
    struct wanted wanted;
    if (!read_request(request, BITFRAME_HIGHEST | BITFRAME_ZEROED, &wanted))
        return BITFRAME_INVALID;
    check_owner(pool);
    bitframe_settle(pool);
    uint64_t frame = bitframe_search_pool(pool, &wanted, unit_of(&wanted));
    if (frame == NO_BIT)
        return BITFRAME_NONE;
    uint64_t bit = pool_bit(pool, frame);
    bitframe_clear_frames(pool, bit, bit + wanted.frames);
    *pa = frame << BITFRAME_FRAME_SHIFT;
    if (request->flags & BITFRAME_ZEROED)
        zero_run(*pa, wanted.frames);
    return BITFRAME_OK;
}

enum bitframe_status bitframe_take_run(struct bitframe *pool, const struct bitframe_request *request,
                                       uint64_t *pa)
{
    if (!pool || !request || !pa)
        return BITFRAME_INVALID;
    if (!is_plain_line(request))
        return take_any_run(pool, request, pa);
    check_owner(pool);
    return bitframe_take_line(pool, pa);
}

enum bitframe_status bitframe_claim(struct bitframe *pool, uint64_t pa, uint64_t frames)
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

static __attribute__((noinline)) enum bitframe_status free_any_run(struct bitframe *pool, uint64_t pa,
                                                                   uint64_t frames)
{
    check_owner(pool);
    uint64_t bit;
    enum bitframe_status status = bitframe_locate_run(pool, pa, frames, &bit);
    if (status != BITFRAME_OK)
        return status;
    if (kernel_find(levels_at(pool, &pool->frames, 0), bit, bit + frames) != bit + frames)
        return BITFRAME_DOUBLE_FREE;

    /* What of it is in offline ranges goes offline, what lies between becomes free. */
    uint64_t first = frame_number(pa);
    uint64_t end = first + frames;
    uint64_t skew = bit - first;
    for (struct bitframe_offline *record = bitframe_offline_meeting(pool, first, end); record;
         record = offline_meeting_next(pool, record, end)) {
        struct span piece = offline_clip(record, first, end);
        if (first < piece.first)
            bitframe_set_frames(pool, first + skew, piece.first + skew);
        bitframe_offline_leave(pool, record, piece.first, piece.end);
        first = piece.end;
    }
    if (first < end)
        bitframe_set_frames(pool, first + skew, end + skew);
    return BITFRAME_OK;
}

enum bitframe_status bitframe_free_run(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    if (frames == BITFRAME_LINE_FRAMES && pa % LINE_BYTES == 0 && pool->gap_frames >= frames &&
        frame_number(pa - pool->gap_pa) <= pool->gap_frames - frames)
        return debug_freed(pool, pa, frames, bitframe_free_line(pool, pa));
    return free_any_run(pool, pa, frames);
}
