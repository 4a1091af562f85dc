/* SPDX-License-Identifier: MIT */
/* run.c - taking and giving back many frames at a time. */
#include "run.h"
#include "atomic.h"
#include "cursor.h"
#include "hooks.h"
#include "index.h"
#include "kernels.h"
#include "line.h"
#include "offline.h"
#include "search.h"
#include "sharing.h"

/** Are the words from @p word to @p last all ones, of the first the bits @p head, of the last @p tail? */
static inline bool are_set(const uint64_t *word, const uint64_t *last, uint64_t head, uint64_t tail)
{
    if ((~atomic_peek(word) & head) != 0 || (~atomic_peek(last) & tail) != 0)
        return false;
    while (++word < last) {
        if (atomic_peek(word) != UINT64_MAX)
            return false;
    }
    return true;
}

/**
 * Look for a run of whole lines step by step. A step is the largest power of two that divides the run's
 * length and its alignment, 64 lines or more. So a run is made of whole steps, and a step with a line that is
 * not free is of no use, often after the first of its words.
 *
 * @return  Its bit in lines, or NO_BIT.
 */
static uint64_t search_steps(const struct bitframe *pool, const struct search *search, bool highest)
{
    uint64_t step = (search->bits | search->align) & -(search->bits | search->align);
    uint64_t bit = ((search->first + search->skew + step - 1) & -step) - search->skew;
    uint64_t end = ((search->end + search->skew) & -step) - search->skew;
    if (bit >= end)
        return NO_BIT;
    uint64_t steps = (end - bit) / step;
    uint64_t stride = step;
    if (highest) {
        bit = end - step;
        stride = -step;
    }
    /* A step is a multiple of a word: each begins at the same bit of one. */
    const uint64_t *lines = levels_at(pool, &pool->lines, 0);
    uint64_t words = (bit % WORD_BITS + step - 1) / WORD_BITS;
    uint64_t head = mask_from(bit);
    uint64_t tail = mask_to(bit - 1);
    uint64_t found = 0;
    for (; steps-- != 0; bit += stride) {
        const uint64_t *word = lines + bit / WORD_BITS;
        if (!are_set(word, word + words, head, tail)) {
            found = 0;
            continue;
        }
        found += step;
        uint64_t start = highest ? bit : bit + step - search->bits;
        if (found >= search->bits && ((start + search->skew) & (search->align - 1)) == 0)
            return start;
    }
    return NO_BIT;
}

/** @param frames  The levels of frames, or the bitmap alone. */
static inline uint64_t search_segment(const struct bitframe *pool, const struct segment *segment,
                                      const struct wanted *wanted, uint64_t unit,
                                      const struct bitframe_levels *frames)
{
    struct span allowed = wanted_frames(segment, wanted);
    if (allowed.first >= allowed.end || wanted->frames > allowed.end - allowed.first)
        return NO_BIT;

    const struct bitframe_levels *levels = frames;
    uint64_t skew = segment->first - segment->first_bit;
    if (unit == BITFRAME_LINE_FRAMES) {
        levels = &pool->lines;
        skew = segment->first / BITFRAME_LINE_FRAMES - segment->first_bit / BITFRAME_LINE_FRAMES;
    }
    struct search search = {
        .first = (allowed.first + unit - 1) / unit - skew,
        .end = allowed.end / unit - skew,
        .bits = wanted->frames / unit,
        .align = wanted->align / unit,
        .skew = skew,
    };
    if (search.first >= search.end)
        return NO_BIT;
    uint64_t bit;
    if (unit != 1 && (search.bits | search.align) % WORD_BITS == 0)
        bit = search_steps(pool, &search, wanted->highest);
    else if (wanted->highest)
        bit = bitframe_search_down(pool, levels, &search);
    else
        bit = bitframe_search_up(pool, levels, &search);
    return bit == NO_BIT ? NO_BIT : (bit + skew) * unit;
}

uint64_t bitframe_search_pool(const struct bitframe *pool, const struct wanted *wanted, uint64_t unit)
{
    for (uint64_t i = 0; i < pool->segment_count; i++) {
        uint64_t frame = search_segment(pool, wanted_segment(pool, wanted, i), wanted, unit, &pool->frames);
        if (frame != NO_BIT)
            return frame;
    }
    return NO_BIT;
}

#if BITFRAME_SHARED
uint64_t bitframe_search_bitmap(const struct bitframe *pool, const struct wanted *wanted)
{
    /* An initializer would clear the other levels, which no search looks at, by a call to memset(). */
    struct bitframe_levels bitmap;
    bitmap.level[0] = pool->frames.level[0];
    bitmap.count = 1;
    for (uint64_t i = 0; i < pool->segment_count; i++) {
        const struct segment *segment = wanted_segment(pool, wanted, i);
        struct span allowed = wanted_frames(segment, wanted);
        if (allowed.first >= allowed.end)
            continue;
        /* No word outside the limits is looked at: searches pass empty words up to the ends of their bitmap.
         */
        bitmap.stop = bit_of_frame(segment, allowed.first) / WORD_BITS;
        bitmap.words = (bit_of_frame(segment, allowed.end) + WORD_BITS - 1) / WORD_BITS;
        uint64_t frame = search_segment(pool, segment, wanted, 1, &bitmap);
        if (frame != NO_BIT)
            return frame;
    }
    return NO_BIT;
}
#endif

/** Runs of whole lines, aligned to them, are looked for in their own bitmap. */
static uint64_t unit_of(const struct wanted *wanted)
{
    uint64_t both = wanted->frames | wanted->align;
    return both % BITFRAME_LINE_FRAMES == 0 ? BITFRAME_LINE_FRAMES : 1;
}

/** Any line and no more said of it: the lowest bit of the index is the answer. */
static inline bool is_plain_line(const struct bitframe_request *request)
{
    return request->frames == BITFRAME_LINE_FRAMES && request->align == LINE_BYTES &&
           (request->min_pa | request->max_pa | request->flags) == 0;
}

static __attribute__((noinline)) enum bitframe_status
take_any_run(struct bitframe *pool, const struct bitframe_request *request, uint64_t *pa)
{
    struct wanted wanted;
    if (!read_request(request, BITFRAME_HIGHEST | BITFRAME_ZEROED, &wanted))
        return BITFRAME_INVALID;
    if (pool_is_shared(pool)) {
        enum bitframe_status status = bitframe_shared_take_run(pool, &wanted, pa);
        if (status != BITFRAME_OK)
            return status;
    } else {
        bitframe_settle(pool);
        uint64_t frame = bitframe_search_pool(pool, &wanted, unit_of(&wanted));
        if (frame == NO_BIT)
            return BITFRAME_NONE;
        uint64_t bit = pool_bit(pool, frame);
        bitframe_clear_frames(pool, bit, bit + wanted.frames);
        *pa = frame << BITFRAME_FRAME_SHIFT;
    }
    if (request->flags & BITFRAME_ZEROED)
        zero_run(*pa, wanted.frames);
    return BITFRAME_OK;
}

#if BITFRAME_SHARED
/** By the index of whole lines if it knows of one, or else as any run. */
static __attribute__((noinline)) enum bitframe_status
take_shared_line(struct bitframe *pool, const struct bitframe_request *request, uint64_t *pa)
{
    uint64_t line_pa = bitframe_shared_take_line(pool);
    if (line_pa == 0)
        return take_any_run(pool, request, pa);
    *pa = line_pa;
    return BITFRAME_OK;
}
#else
#define take_shared_line(pool, request, pa) BITFRAME_NONE
#endif

enum bitframe_status bitframe_take_run(struct bitframe *pool, const struct bitframe_request *request,
                                       uint64_t *pa)
{
    if (!pool || !request || !pa)
        return BITFRAME_INVALID;
    if (!is_plain_line(request))
        return take_any_run(pool, request, pa);
    if (pool_is_shared(pool))
        return take_shared_line(pool, request, pa);
    return bitframe_take_line(pool, pa);
}

enum bitframe_status bitframe_claim(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    if (pool_is_shared(pool))
        return bitframe_shared_claim(pool, pa, frames);
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
    if (pool_is_shared(pool))
        return bitframe_shared_free_run(pool, pa, frames);
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
