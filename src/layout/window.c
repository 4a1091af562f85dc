/* SPDX-License-Identifier: MIT */
/* window.c - the longest window around a frame, and a window without some frames. */
#include "layout/window.h"
#include "layout/offline_records.h"

void bitframe_window_move(struct bitframe *pool, uint64_t frame)
{
    const struct span *span =
        pool_spans(pool) + bitframe_span_above(pool_spans(pool), pool->span_count, frame);
    const struct span *reserved = pool_reserved(pool);
    uint64_t next = bitframe_span_above(reserved, pool->reserved_count, frame);
    uint64_t first = span->first;
    uint64_t end = span->end;
    if (next > 0 && reserved[next - 1].end > first)
        first = reserved[next - 1].end;
    if (next < pool->reserved_count && reserved[next].first < end)
        end = reserved[next].first;
    for (const struct bitframe_offline_range *record = offline_at(pool, pool->offline); record;
         record = offline_at(pool, record->next)) {
        if (record->first > frame) {
            if (record->first < end)
                end = record->first;
            break;
        }
        if (record->end > first)
            first = record->end;
    }
    const struct segment *segment = segment_of_frame(pool, frame);
    pool->window_pa = first << BITFRAME_FRAME_SHIFT;
    pool->window_frames = end - first;
    pool->zero_word = pool->frames.level[0] +
                      (segment->first_bit / WORD_BITS - segment->first / WORD_BITS) * sizeof(uint64_t);
}

void bitframe_window_cut(struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint64_t window_first = frame_number(pool->window_pa);
    uint64_t window_end = window_first + pool->window_frames;
    if (pool->window_frames == 0 || first >= window_end || end <= window_first)
        return;
    if (window_first < first) {
        pool->window_frames = first - window_first;
    } else if (end < window_end) {
        pool->window_pa = end << BITFRAME_FRAME_SHIFT;
        pool->window_frames = window_end - end;
    } else {
        pool->window_frames = 0;
    }
}
