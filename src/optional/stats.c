/* SPDX-License-Identifier: MIT */
/* figures.c - what a pool looks like, counted from the bitmap: nothing here is kept up to date by any call.
 */
#include <bitframe/figures.h>

#include "core/range.h"
#include "layout/bitmap.h"
#include "layout/offline_records.h"

enum { BLOCK_FRAMES = BITFRAME_LINE_FRAMES * BITFRAME_BLOCK_LINES };

/** Offline frames of [@p first, @p end). */
static uint64_t count_offline(const struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint64_t frames = 0;
    for (const struct bitframe_offline *record = bitframe_offline_meeting(pool, first, end); record;
         record = offline_meeting_next(pool, record, end)) {
        struct span piece = offline_clip(record, first, end);
        struct span stretch;
        for (uint64_t frame = piece.first; bitframe_stretch_next(pool, &frame, piece.end, &stretch);) {
            uint64_t bit = offline_bit(record, stretch.first);
            uint64_t all = stretch.end - stretch.first;
            frames += all - bitframe_count_range(offline_words(pool, record), bit, bit + all);
        }
    }
    return frames;
}

enum bitframe_status bitframe_span(const struct bitframe *pool, uint64_t index,
                                   struct bitframe_span_figures *figures)
{
    if (!pool || !figures || index >= pool->span_count)
        return BITFRAME_INVALID;
    const struct span *span = pool_spans(pool) + index;
    *figures = (struct bitframe_span_figures){
        .first_pa = span->first << BITFRAME_FRAME_SHIFT,
        .frames = span->end - span->first,
        .free_frames = count_free(pool, span->first, span->end),
        .reserved_frames =
            bitframe_span_overlap(pool_reserved(pool), pool->reserved_count, span->first, span->end),
        .offline_frames = count_offline(pool, span->first, span->end),
    };
    return BITFRAME_OK;
}

/** Frames by number. */
struct run {
    uint64_t first;
    uint64_t frames;
};

/**
 * Go on with a run through the 64 frames from @p frame on, whose bits are @p word.
 *
 * @param run      The free run that ends right below @p frame; becomes the one that ends with the 64. A run
 * of no frames is none.
 * @param largest  The largest so far, of equals the lowest; kept so.
 */
static void measure_word(struct run *run, struct run *largest, uint64_t frame, uint64_t word)
{
    for (uint64_t end = frame + WORD_BITS; frame < end;) {
        if ((word & 1) == 0) {
            /* On to the next free frame, or out of the word. */
            uint64_t taken = word == 0 ? end - frame : lowest_bit(word);
            run->frames = 0;
            frame += taken;
            word = word == 0 ? 0 : word >> taken;
            continue;
        }
        uint64_t free_frames = word == UINT64_MAX ? WORD_BITS : lowest_bit(~word);
        if (run->frames == 0)
            run->first = frame;
        run->frames += free_frames;
        if (run->frames > largest->frames)
            *largest = *run;
        frame += free_frames;
        word = word == UINT64_MAX ? 0 : word >> free_frames;
    }
}

/** @p part of @p all, of 1000. */
static uint32_t permille(uint64_t part, uint64_t all)
{
    return all == 0 ? 0 : (uint32_t)(part * 1000 / all);
}

void bitframe_fragmentation(const struct bitframe *pool, struct bitframe_fragmentation *fragmentation)
{
    struct run largest = {0};
    uint64_t free_frames = 0;
    uint64_t free_lines = 0;
    uint64_t free_blocks = 0;
    for (uint64_t i = 0; i < pool->segment_count; i++) {
        const struct segment *segment = pool_segments(pool) + i;
        const uint64_t *words =
            levels_at(pool, &pool->frames, 0) + bit_of_frame(segment, segment->first) / WORD_BITS;
        struct run run = {0};
        uint64_t lines_in_a_row = 0;
        for (uint64_t frame = segment->first; frame < segment->end; words += LINE_WORDS) {
            uint64_t all = UINT64_MAX;
            for (int word = 0; word < LINE_WORDS; word++, frame += WORD_BITS) {
                all &= words[word];
                free_frames += word_count(words[word]);
                measure_word(&run, &largest, frame, words[word]);
            }
            lines_in_a_row = all == UINT64_MAX ? lines_in_a_row + 1 : 0;
            free_lines += all == UINT64_MAX;
            free_blocks += frame % BLOCK_FRAMES == 0 && lines_in_a_row >= BITFRAME_BLOCK_LINES;
        }
    }
    *fragmentation = (struct bitframe_fragmentation){
        .free_lines = free_lines,
        .free_blocks = free_blocks,
        .largest_frames = largest.frames,
        .largest_pa = largest.first << BITFRAME_FRAME_SHIFT,
        .unusable_permille = permille(free_frames - free_lines * BITFRAME_LINE_FRAMES, free_frames),
        .scattered_permille = permille(free_frames - largest.frames, free_frames),
    };
}
