/* SPDX-License-Identifier: MIT */
/*
 * bulk.c - many single frames in one call
 *
 * A word is read and written once for all frames that it gives or gets, and so are its index bits. What is
 * left per frame is its address.
 */
#include "core/bulk.h"

#include <bitframe/bulk.h>

#include "base/kernels.h"
#include "core/cursor.h"
#include "core/frame.h"
#include "core/huge_index.h"
#include "core/owner.h"
#include "core/range.h"
#include "layout/bitmap.h"
#include "layout/hooks.h"
#include "layout/offline_records.h"

/** Allocate what is wanted of word @p word, of the frames that @p mask allows. */
static void alloc_from_word(struct bitframe *pool, const struct segment *segment, uint64_t word,
                            uint64_t mask, struct output *output)
{
    uint64_t *frames = levels_at(pool, &pool->frames, 0) + word;
    uint64_t bits = *frames & mask;
    uint64_t count = word_count(bits);
    if (count > output->left) {
        count = output->left;
        bits = keep_some(bits, count, output->highest);
    }
    uint64_t huge_frame = word / HUGE_WORDS;
    uint64_t frame = frame_of_bit(segment, word * WORD_BITS);
    if (levels_test(pool, &pool->huge, huge_frame))
        levels_clear(pool, pool->huge.level, huge_frame);
    *frames ^= bits;
    if (*frames == 0)
        levels_climb_emptied(pool, pool->frames.level, word);
    pool->free_frames -= count;
    output->left -= count;
    write_addresses(output, bits, frame << BITFRAME_FRAME_SHIFT);
}

/** Allocate what is wanted of bits [@p first, @p end), in one segment, word by word. */
static void alloc_from_range(struct bitframe *pool, const struct segment *segment, uint64_t first,
                             uint64_t end, struct output *output)
{
    while (output->left != 0 && first < end) {
        uint64_t bit = output->highest ? bitframe_levels_previous(pool, &pool->frames, end - 1)
                                       : bitframe_levels_next(pool, &pool->frames, first);
        if (bit == NO_BIT || bit < first || bit >= end)
            return;
        uint64_t word = bit / WORD_BITS;
        alloc_from_word(pool, segment, word, mask_within(word, first, end), output);
        if (output->highest)
            end = word * WORD_BITS;
        else
            first = (word + 1) * WORD_BITS;
    }
}

/** Are there as many free frames as are wanted, where they are wanted? */
static bool are_enough(const struct bitframe *pool, const struct wanted *wanted)
{
    if (wanted->frames > pool->free_frames)
        return false;
    uint64_t found = 0;
    for (uint64_t i = 0; i < pool->segment_count && found < wanted->frames; i++) {
        const struct segment *segment = wanted_segment(pool, wanted, i);
        struct span allowed = wanted_frames(segment, wanted);
        if (allowed.first < allowed.end)
            found +=
                bitframe_count_range(levels_at(pool, &pool->frames, 0), bit_of_frame(segment, allowed.first),
                                     bit_of_frame(segment, allowed.end));
    }
    return found >= wanted->frames;
}

enum bitframe_status bitframe_alloc_bulk(struct bitframe *pool, const struct bitframe_request *request,
                                         uint64_t *pas, uint64_t *allocated)
{
    struct wanted wanted;
    if (!pool || !request || !pas || !allocated || !read_bulk_request(request, &wanted))
        return BITFRAME_INVALID;
    *allocated = 0;
    check_owner(pool);
    bool has_limits = (request->min_pa | request->max_pa) != 0;
    bool is_partial = (request->flags & BITFRAME_PARTIAL) != 0;
    if (!is_partial && (has_limits ? !are_enough(pool, &wanted) : wanted.frames > pool->free_frames))
        return BITFRAME_NONE;

    bitframe_flush_cursor(pool);
    struct output output = {.pas = pas, .left = wanted.frames, .highest = wanted.highest};
    for (uint64_t i = 0; i < pool->segment_count && output.left != 0; i++) {
        const struct segment *segment = wanted_segment(pool, &wanted, i);
        struct span allowed = wanted_frames(segment, &wanted);
        if (allowed.first < allowed.end)
            alloc_from_range(pool, segment, bit_of_frame(segment, allowed.first),
                             bit_of_frame(segment, allowed.end), &output);
    }
    bitframe_mend_next(pool);
    *allocated = wanted.frames - output.left;
    debug_allocated_each(pool, pas, *allocated);
    if (request->flags & BITFRAME_ZEROED)
        zero_each(pas, *allocated);
    return *allocated != 0 ? BITFRAME_OK : BITFRAME_NONE;
}

/** Free frames from the front of @p pas: a run within a word if it can be had at once, or just the first. */
static enum bitframe_status free_some(struct bitframe *pool, const uint64_t *pas, uint64_t count,
                                      uint64_t *run)
{
    uint64_t pa = pas[0];
    *run = run_in_word(pas, count);
    uint64_t frame = frame_number(pa - pool->window_pa);
    if (*run > 1 && pa % BITFRAME_FRAME_BYTES == 0 && *run <= pool->window_frames &&
        frame <= pool->window_frames - *run && free_in_word(pool, pa, *run))
        return debug_freed(pool, pa, *run, BITFRAME_OK);
    *run = 1;
    return bitframe_free(pool, pa);
}

/** Undo the free of a frame: it is allocated again, and in use where its range is offline. */
static void alloc_back(struct bitframe *pool, uint64_t pa)
{
    uint64_t frame = frame_number(pa);
    struct bitframe_offline_range *record = bitframe_offline_overlapping(pool, frame, frame + 1);
    if (record)
        bitframe_offline_keep(pool, record, frame);
    else
        (void)bitframe_alloc_at(pool, pa, 1);
}

enum bitframe_status bitframe_free_bulk(struct bitframe *pool, const uint64_t *pas, uint64_t frames,
                                        uint32_t flags, uint64_t *freed)
{
    enum bitframe_status first_refusal = BITFRAME_OK;
    if (!pool || !pas || !freed || (flags & ~(uint32_t)BITFRAME_PARTIAL) != 0)
        return BITFRAME_INVALID;
    *freed = 0;
    check_owner(pool);
    /* What may be undone must not have been filled with anything. */
    uint64_t debug = debug_pause(pool, (flags & BITFRAME_PARTIAL) == 0);
    for (uint64_t i = 0; i < frames;) {
        uint64_t run;
        enum bitframe_status status = free_some(pool, pas + i, frames - i, &run);
        if (status == BITFRAME_OK) {
            *freed += run;
        } else if ((flags & BITFRAME_PARTIAL) == 0) {
            *freed = 0;
            while (i != 0)
                alloc_back(pool, pas[--i]);
            debug_resume(pool, debug);
            return status;
        } else if (first_refusal == BITFRAME_OK) {
            first_refusal = status;
        }
        i += run;
    }
    debug_resume_freed(pool, debug, pas, frames);
    return first_refusal;
}
