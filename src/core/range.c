/* SPDX-License-Identifier: MIT */
/* range.c - ranges of frames: the bitmap, and all of the index above it. */
#include "core/range.h"

#include <bitframe/bulk.h>

#include "base/kernels.h"
#include "core/cursor.h"
#include "core/huge_index.h"
#include "core/owner.h"
#include "layout/bitmap.h"
#include "layout/hooks.h"

enum { KNOWN_FRAMES = BITFRAME_HUGE_FRAMES * WORD_BITS }; /* what one word of huge frames tells of */

void bitframe_index_clear(struct bitframe *pool)
{
    uint64_t frame_words = pool->frames.words;
    kernel_clear(levels_at(pool, &pool->frames, 1), 0, (levels_words(frame_words) - frame_words) * WORD_BITS);
    kernel_clear(levels_at(pool, &pool->huge, 0), 0, levels_words(pool->huge.words) * WORD_BITS);
    pool->huge_word = 0;
    pool->next = next_none(pool);
    pool->segment_words = 0;
    park_cursor(pool);
}

/** Where the frames of the huge frames that share a word of huge frames with that of frame @p first end, or
 * @p end. */
static inline uint64_t end_of_known(uint64_t first, uint64_t end)
{
    uint64_t stop = (first / KNOWN_FRAMES + 1) * KNOWN_FRAMES;
    return stop < end ? stop : end;
}

/** Are bits [@p first, @p end), whose huge frames share a word of huge frames, all set because all these huge
 * frames are whole?
 */
static inline bool are_known_set(const uint64_t *huge, uint64_t first, uint64_t end)
{
    uint64_t huge_frame = first / BITFRAME_HUGE_FRAMES;
    uint64_t wanted = mask_from(huge_frame) & mask_to((end - 1) / BITFRAME_HUGE_FRAMES);
    return (~huge[huge_frame / WORD_BITS] & wanted) == 0;
}

uint64_t bitframe_count_free(const struct bitframe *pool, uint64_t bit, uint64_t end)
{
    const uint64_t *huge = levels_at(pool, &pool->huge, 0);
    const uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    uint64_t frames = 0;
    for (uint64_t stop; bit < end; bit = stop) {
        stop = end_of_known(bit, end);
        frames += are_known_set(huge, bit, stop) ? stop - bit : bitframe_count_range(bitmap, bit, stop);
    }
    return frames;
}

/** Clear bits [@p first, @p end) of the bitmap alone. Returns how many were set. */
static uint64_t alloc_bits(const struct bitframe *pool, uint64_t first, uint64_t end)
{
    const uint64_t *huge = levels_at(pool, &pool->huge, 0);
    uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    uint64_t allocated = 0;
    for (uint64_t stop; first < end; first = stop) {
        stop = end_of_known(first, end);
        if (are_known_set(huge, first, stop)) {
            kernel_clear(bitmap, first, stop - first);
            allocated += stop - first;
        } else {
            allocated += kernel_clear_count(bitmap, first, stop - first);
        }
    }
    return allocated;
}

uint64_t bitframe_clear_frames(struct bitframe *pool, uint64_t first, uint64_t end)
{
    debug_clear(pool, first, end);
    bitframe_flush_cursor(pool);
    uint64_t allocated = alloc_bits(pool, first, end);
    if (allocated == 0)
        return 0;

    uint64_t first_huge = first / BITFRAME_HUGE_FRAMES;
    uint64_t end_huge = (end - 1) / BITFRAME_HUGE_FRAMES + 1;
    uint64_t *huge = levels_at(pool, &pool->huge, 0);
    if (kernel_find(huge, first_huge, end_huge) != end_huge) {
        kernel_clear(huge, first_huge, end_huge - first_huge);
        bitframe_levels_range_cleared(pool, &pool->huge, first_huge, end_huge);
    }

    bitframe_levels_range_cleared(pool, &pool->frames, first, end);
    pool->free_frames -= allocated;
    if (word_number(pool, pool->next) <= (end - 1) / WORD_BITS)
        bitframe_mend_next(pool);
    return allocated;
}

void bitframe_set_frames(struct bitframe *pool, uint64_t first, uint64_t end)
{
    debug_set(pool, first, end);
    bitframe_flush_cursor(pool);
    kernel_fill(levels_at(pool, &pool->frames, 0), first, end - first);
    bitframe_levels_range_set(pool, &pool->frames, first, end);
    pool->free_frames += end - first;
    lower_next(pool, first / WORD_BITS);

    /* Huge frames inside the range are whole; those at its two ends may be. */
    uint64_t first_huge = first / BITFRAME_HUGE_FRAMES;
    uint64_t end_huge = (end - 1) / BITFRAME_HUGE_FRAMES + 1;
    const uint64_t *words = levels_at(pool, &pool->frames, 0);
    if (!huge_is_whole(words + first_huge * HUGE_WORDS))
        first_huge++;
    if (end_huge > first_huge && !huge_is_whole(words + (end_huge - 1) * HUGE_WORDS))
        end_huge--;
    if (first_huge >= end_huge)
        return;
    kernel_fill(levels_at(pool, &pool->huge, 0), first_huge, end_huge - first_huge);
    bitframe_levels_range_set(pool, &pool->huge, first_huge, end_huge);
    lower_huge_word(pool, first_huge);
}

uint64_t bitframe_alloc_range(struct bitframe *pool, uint64_t first_pa, uint64_t end_pa)
{
    if (first_pa >= end_pa)
        return 0;
    check_owner(pool);
    uint64_t first = frame_number(first_pa);
    uint64_t end = frame_number_up(end_pa);
    uint64_t allocated = 0;
    for (uint64_t i = bitframe_segment_above(pool, first); i < pool->segment_count; i++) {
        const struct segment *segment = pool_segments(pool) + i;
        uint64_t from = first > segment->first ? first : segment->first;
        uint64_t to = end < segment->end ? end : segment->end;
        if (from >= to)
            break;
        uint64_t bit = bit_of_frame(segment, from);
        allocated += bitframe_clear_frames(pool, bit, bit + (to - from));
    }
    return allocated;
}
