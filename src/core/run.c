/* SPDX-License-Identifier: MIT */
/* run.c - taking and giving back many frames at a time. */
#include "geometry.h"
#include "index.h"
#include "kernels.h"
#include "search.h"

/** What is left of a request once it is in frame numbers. */
struct wanted {
    uint64_t frames;
    uint64_t align; /* frames */
    uint64_t first; /* lowest frame allowed */
    uint64_t end;   /* one past the highest */
    bool highest;
};

/**
 * Look for the run in one segment. A run of whole lines or blocks, aligned to them, is looked for in their
 * own bitmaps, where a bit stands for 512 or 262144 frames.
 *
 * @return  Its frame number, or NO_BIT.
 */
static uint64_t search_segment(const struct bitframe *pool, const struct segment *segment,
                               const struct wanted *wanted)
{
    uint64_t first = wanted->first > segment->first ? wanted->first : segment->first;
    uint64_t end = wanted->end < segment->end ? wanted->end : segment->end;
    if (first >= end || wanted->frames > end - first)
        return NO_BIT;

    const struct bitframe_levels *levels = &pool->frames;
    uint64_t unit = 1;
    uint64_t skew = segment->first - segment->first_bit;
    if ((wanted->frames | wanted->align) % BLOCK_FRAMES == 0) {
        levels = &pool->blocks;
        unit = BLOCK_FRAMES;
        skew = segment->first / BLOCK_FRAMES - segment->first_block;
    } else if ((wanted->frames | wanted->align) % BITFRAME_LINE_FRAMES == 0) {
        levels = &pool->lines;
        unit = BITFRAME_LINE_FRAMES;
        skew = segment->first / BITFRAME_LINE_FRAMES - segment->first_bit / BITFRAME_LINE_FRAMES;
    }
    struct search search = {
        .first = (first + unit - 1) / unit - skew,
        .end = end / unit - skew,
        .bits = wanted->frames / unit,
        .align = wanted->align / unit,
        .skew = skew,
    };
    if (search.first >= search.end)
        return NO_BIT;
    uint64_t bit = wanted->highest ? bitframe_search_down(pool, levels, &search)
                                   : bitframe_search_up(pool, levels, &search);
    return bit == NO_BIT ? NO_BIT : (bit + skew) * unit;
}

static uint64_t search_pool(const struct bitframe *pool, const struct wanted *wanted)
{
    uint64_t count = pool->segment_count;
    for (uint64_t i = 0; i < count; i++) {
        const struct segment *segment = pool_segments(pool) + (wanted->highest ? count - 1 - i : i);
        uint64_t frame = search_segment(pool, segment, wanted);
        if (frame != NO_BIT)
            return frame;
    }
    return NO_BIT;
}

static void zero_run(uint64_t frame, uint64_t frames)
{
    uint64_t start = (frame << BITFRAME_FRAME_SHIFT) + bitframe_machine.linear_map_base;
    kernel_zero_frames((void *)(uintptr_t)start, frames << BITFRAME_FRAME_SHIFT);
}

enum bitframe_status bitframe_take_run(struct bitframe *pool, const struct bitframe_request *request,
                                       uint64_t *pa)
{
    if (!pool || !request || !pa || request->frames == 0)
        return BITFRAME_INVALID;
    if ((request->align & (request->align - 1)) != 0 ||
        (request->flags & ~(uint32_t)(BITFRAME_HIGHEST | BITFRAME_ZEROED)) != 0)
        return BITFRAME_INVALID;
    struct wanted wanted = {
        .frames = request->frames,
        .align = frame_number(request->align),
        .first = frame_number_up(request->min_pa),
        .end = request->max_pa == 0 ? frame_number(UINT64_MAX) + 1 : frame_number(request->max_pa),
        .highest = (request->flags & BITFRAME_HIGHEST) != 0,
    };
    if (wanted.align == 0)
        wanted.align = 1;
    bitframe_settle(pool);
    uint64_t frame = search_pool(pool, &wanted);
    if (frame == NO_BIT)
        return BITFRAME_NONE;
    uint64_t bit = bit_of_frame(segment_of_frame(pool, frame), frame);
    bitframe_clear_frames(pool, bit, bit + wanted.frames);
    if (request->flags & BITFRAME_ZEROED)
        zero_run(frame, wanted.frames);
    *pa = frame << BITFRAME_FRAME_SHIFT;
    return BITFRAME_OK;
}

/** Are the frames the pool's, and none reserved? If so, @p bit becomes the bit of the first. */
static enum bitframe_status locate_run(const struct bitframe *pool, uint64_t pa, uint64_t frames,
                                       uint64_t *bit)
{
    uint64_t first = frame_number(pa);
    if (frames == 0)
        return BITFRAME_INVALID;
    uint64_t end = first + frames;
    if (end < first || bitframe_span_overlap(pool_spans(pool), pool->span_count, first, end) != frames)
        return BITFRAME_UNMANAGED;
    if (pa % BITFRAME_FRAME_BYTES != 0)
        return BITFRAME_MISALIGNED;
    if (bitframe_span_overlap(pool_reserved(pool), pool->reserved_count, first, end) != 0)
        return BITFRAME_RESERVED;
    *bit = bit_of_frame(segment_of_frame(pool, first), first);
    return BITFRAME_OK;
}

enum bitframe_status bitframe_claim(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    uint64_t bit;
    enum bitframe_status status = locate_run(pool, pa, frames, &bit);
    if (status != BITFRAME_OK)
        return status;
    if (bitframe_count_range(levels_at(pool, &pool->frames, 0), bit, bit + frames) != frames)
        return BITFRAME_IN_USE;
    bitframe_clear_frames(pool, bit, bit + frames);
    return BITFRAME_OK;
}

enum bitframe_status bitframe_free_run(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    uint64_t bit;
    enum bitframe_status status = locate_run(pool, pa, frames, &bit);
    if (status != BITFRAME_OK)
        return status;
    if (kernel_find(levels_at(pool, &pool->frames, 0), bit, bit + frames) != bit + frames)
        return BITFRAME_DOUBLE_FREE;
    bitframe_set_frames(pool, bit, bit + frames);
    return BITFRAME_OK;
}
