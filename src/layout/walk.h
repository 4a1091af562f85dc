/* SPDX-License-Identifier: MIT */
/*
 * walk.h - runs of free and of allocated frames, for one owner and for all CPUs
 *
 * The two differ in how a word of the bitmap is read: a reader says how. Each function here becomes part of
 * its caller, with the reader's instruction in its place. A function reads each word once and keeps it while
 * it needs it. So each frame is reported as its word had it at one moment of the call.
 */
#ifndef BITFRAME_LAYOUT_WALK_H
#define BITFRAME_LAYOUT_WALK_H

#include <bitframe/walk.h>

#include "base/atomic.h"
#include "layout/offline_records.h"

#define WALK static inline __attribute__((always_inline))

/** Reads word @p word of a bitmap. */
typedef uint64_t word_reader(const void *bitmap, uint64_t word);

/** Reads a word of a record of an offline range. */
static inline uint64_t read_record(const void *words, uint64_t word)
{
    return atomic_load_relaxed((const uint64_t *)words + word);
}

/**
 * Find the next run of set bits in [@p *bit, @p end), or of clear ones if @p flip is UINT64_MAX instead of 0.
 *
 * @param bit    Becomes the first of the run; @p end if there is none.
 *
 * @return  The bit behind the run.
 */
WALK uint64_t walk_bits(const void *bitmap, word_reader *read, uint64_t flip, uint64_t *bit, uint64_t end)
{
    uint64_t first = *bit;
    *bit = end;
    if (first >= end)
        return end;
    uint64_t i = first / WORD_BITS;
    uint64_t last = (end - 1) / WORD_BITS;
    uint64_t word = (read(bitmap, i) ^ flip) & mask_from(first);
    while (word == 0 && i != last)
        word = read(bitmap, ++i) ^ flip;
    if (word == 0 || i * WORD_BITS + lowest_bit(word) >= end)
        return end;
    first = i * WORD_BITS + lowest_bit(word);
    *bit = first;
    word = ~word & mask_from(first);
    while (word == 0 && i != last)
        word = ~(read(bitmap, ++i) ^ flip);
    if (word == 0)
        return end;
    first = i * WORD_BITS + lowest_bit(word);
    return first < end ? first : end;
}

/** Store a run of frames [@p first, @p end). */
static inline void write_run(struct bitframe_map_run *run, uint64_t first, uint64_t end)
{
    run->first_pa = first << BITFRAME_FRAME_SHIFT;
    run->frames = end - first;
}

/** bitframe_next_free(). */
WALK bool walk_free(const struct bitframe *pool, const void *bitmap, word_reader *read, uint64_t *frame,
                    uint64_t end, struct bitframe_map_run *run)
{
    for (uint64_t i = bitframe_segment_above(pool, *frame); i < pool->segment_count; i++) {
        const struct segment *segment = pool_segments(pool) + i;
        uint64_t first = *frame > segment->first ? *frame : segment->first;
        uint64_t stop = end < segment->end ? end : segment->end;
        if (first >= stop)
            break;
        uint64_t bit = bit_of_frame(segment, first);
        uint64_t stop_bit = bit_of_frame(segment, stop);
        uint64_t end_bit = walk_bits(bitmap, read, 0, &bit, stop_bit);
        if (bit == stop_bit)
            continue;
        *frame = frame_of_bit(segment, end_bit);
        write_run(run, frame_of_bit(segment, bit), *frame);
        return true;
    }
    *frame = end > *frame ? end : *frame;
    return false;
}

/** The part of the pool's frames [@p *frame, @p end) that is not reserved, and in one record or in none. */
WALK bool walk_part(const struct bitframe *pool, uint64_t frame, uint64_t end, struct span *part,
                    const struct bitframe_offline_range **record)
{
    if (!bitframe_piece_next(pool, &frame, end, part))
        return false;
    *record = bitframe_offline_overlapping(pool, part->first, part->end);
    if (*record && (*record)->first > part->first) {
        part->end = (*record)->first;
        *record = 0;
    } else if (*record && (*record)->end < part->end) {
        part->end = (*record)->end;
    }
    return true;
}

/** Cut @p part to its first run of allocated frames; to none, at its end, if it has none. */
WALK void walk_allocated_part(const struct bitframe *pool, const void *bitmap, word_reader *read,
                              const struct bitframe_offline_range *record, struct span *part)
{
    uint64_t first = record ? offline_bit(record, part->first) : pool_bit(pool, part->first);
    uint64_t offset = first - part->first;
    uint64_t bit = first;
    uint64_t end = part->end + offset;
    if (record)
        end = walk_bits(offline_words(pool, record), read_record, 0, &bit, end);
    else
        end = walk_bits(bitmap, read, UINT64_MAX, &bit, end);
    part->first = bit - offset;
    part->end = end - offset;
}

/** bitframe_next_allocated(). */
WALK bool walk_allocated(const struct bitframe *pool, const void *bitmap, word_reader *read, uint64_t *frame,
                         uint64_t end, struct bitframe_map_run *run)
{
    struct span found = {0, 0};
    struct span part;
    const struct bitframe_offline_range *record;
    for (uint64_t at = *frame; walk_part(pool, at, end, &part, &record);) {
        at = part.end;
        if (found.end != 0 && part.first != found.end)
            break;
        walk_allocated_part(pool, bitmap, read, record, &part);
        if (part.first == at && found.end == 0)
            continue;
        if (found.end != 0 && part.first != found.end)
            break;
        if (found.end == 0)
            found.first = part.first;
        found.end = part.end;
        if (part.end != at)
            break;
    }
    if (found.end == 0) {
        *frame = end > *frame ? end : *frame;
        return false;
    }
    *frame = found.end;
    write_run(run, found.first, found.end);
    return true;
}

/** bitframe_is_range_free(). */
WALK bool walk_is_free(const struct bitframe *pool, const void *bitmap, word_reader *read, uint64_t first_pa,
                       uint64_t end_pa)
{
    uint64_t first = frame_number(first_pa);
    uint64_t end = frame_number_up(end_pa);
    const struct segment *segment = segment_of_frame(pool, first);
    if (first_pa >= end_pa || segment == pool_segments(pool) + pool->segment_count ||
        first < segment->first || end > segment->end)
        return false;
    uint64_t bit = bit_of_frame(segment, first);
    uint64_t end_bit = bit_of_frame(segment, end);
    (void)walk_bits(bitmap, read, UINT64_MAX, &bit, end_bit);
    return bit == end_bit;
}

/** bitframe_count_free_range(). */
WALK uint64_t walk_count(const struct bitframe *pool, const void *bitmap, word_reader *read,
                         uint64_t first_pa, uint64_t end_pa)
{
    uint64_t frames = 0;
    uint64_t first = frame_number(first_pa);
    uint64_t end = first_pa < end_pa ? frame_number_up(end_pa) : first;
    for (uint64_t i = bitframe_segment_above(pool, first); i < pool->segment_count && first < end; i++) {
        const struct segment *segment = pool_segments(pool) + i;
        first = first > segment->first ? first : segment->first;
        uint64_t stop = end < segment->end ? end : segment->end;
        if (first >= stop)
            break;
        uint64_t bit = bit_of_frame(segment, first);
        uint64_t end_bit = bit_of_frame(segment, stop);
        for (uint64_t word = bit / WORD_BITS; word <= (end_bit - 1) / WORD_BITS; word++)
            frames += word_count(read(bitmap, word) & mask_within(word, bit, end_bit));
    }
    return frames;
}

#endif
