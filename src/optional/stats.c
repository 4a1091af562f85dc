/* SPDX-License-Identifier: MIT */
/* stats.c - statistics of a pool, computed from the bitmap. No other call keeps them up to date. */
#include <bitframe/stats.h>

#include "core/range.h"
#include "layout/bitmap.h"
#include "layout/offline_records.h"

enum { BLOCK_FRAMES = BITFRAME_HUGE_FRAMES * BITFRAME_GIGANTIC_HUGE_FRAMES };

/** Offline frames of [@p first, @p end). */
static uint64_t count_offline(const struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint64_t frames = 0;
    for (const struct bitframe_offline_range *record = bitframe_offline_overlapping(pool, first, end); record;
         record = offline_overlapping_next(pool, record, end)) {
        struct span part = offline_clip(record, first, end);
        struct span piece;
        for (uint64_t frame = part.first; bitframe_piece_next(pool, &frame, part.end, &piece);) {
            uint64_t bit = offline_bit(record, piece.first);
            uint64_t all = piece.end - piece.first;
            frames += all - bitframe_count_range(offline_words(pool, record), bit, bit + all);
        }
    }
    return frames;
}

enum bitframe_status bitframe_get_span(const struct bitframe *pool, uint64_t index,
                                       struct bitframe_span_stats *stats)
{
    if (!pool || !stats || index >= pool->span_count)
        return BITFRAME_INVALID;
    const struct span *span = pool_spans(pool) + index;
    *stats = (struct bitframe_span_stats){
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
 * Continue a run through the 64 frames from @p frame on, whose bits are @p word.
 *
 * @param run      The free run that ends right below @p frame; 0 frames if there is none. Becomes the free
 *                 run that ends with the 64 frames.
 * @param largest  The largest run so far; of equal ones the lowest.
 */
static void measure_word(struct run *run, struct run *largest, uint64_t frame, uint64_t word)
{
    for (uint64_t end = frame + WORD_BITS; frame < end;) {
        if ((word & 1) == 0) {
            /* Skip to the next free frame, or to the end of the word. */
            uint64_t allocated = word == 0 ? end - frame : lowest_bit(word);
            run->frames = 0;
            frame += allocated;
            word = word == 0 ? 0 : word >> allocated;
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

/** @p part of @p all, in thousandths. */
static uint32_t permille(uint64_t part, uint64_t all)
{
    return all == 0 ? 0 : (uint32_t)(part * 1000 / all);
}

void bitframe_get_fragmentation(const struct bitframe *pool, struct bitframe_free_layout *fragmentation)
{
    struct run largest = {0};
    uint64_t free_frames = 0;
    uint64_t free_huge_frames = 0;
    uint64_t free_gigantic_frames = 0;
    for (uint64_t i = 0; i < pool->segment_count; i++) {
        const struct segment *segment = pool_segments(pool) + i;
        const uint64_t *words =
            levels_at(pool, &pool->frames, 0) + bit_of_frame(segment, segment->first) / WORD_BITS;
        struct run run = {0};
        uint64_t huge_in_a_row = 0;
        for (uint64_t frame = segment->first; frame < segment->end; words += HUGE_WORDS) {
            uint64_t all = UINT64_MAX;
            for (int word = 0; word < HUGE_WORDS; word++, frame += WORD_BITS) {
                all &= words[word];
                free_frames += word_count(words[word]);
                measure_word(&run, &largest, frame, words[word]);
            }
            huge_in_a_row = all == UINT64_MAX ? huge_in_a_row + 1 : 0;
            free_huge_frames += all == UINT64_MAX;
            free_gigantic_frames +=
                frame % BLOCK_FRAMES == 0 && huge_in_a_row >= BITFRAME_GIGANTIC_HUGE_FRAMES;
        }
    }
    *fragmentation = (struct bitframe_free_layout){
        .free_huge_frames = free_huge_frames,
        .free_gigantic_frames = free_gigantic_frames,
        .largest_frames = largest.frames,
        .largest_pa = largest.first << BITFRAME_FRAME_SHIFT,
        .unusable_permille = permille(free_frames - free_huge_frames * BITFRAME_HUGE_FRAMES, free_frames),
        .scattered_permille = permille(free_frames - largest.frames, free_frames),
    };
}
