/* SPDX-License-Identifier: MIT */
/*
 * offline.c - frames that are freed while their range is offline
 *
 * Concurrent calls treat an offline record as one more bitmap: a free clears the frame's bit with an atomic
 * access, whose old value says whether it was in use.
 */
#include "shared/offline.h"

#include "base/atomic.h"
#include "base/kernels.h"

bool bitframe_shared_release(struct bitframe *pool, struct bitframe_offline_range *record, uint64_t first,
                             uint64_t end)
{
    uint64_t from = offline_bit(record, first);
    uint64_t to = offline_bit(record, end);
    uint64_t left = 0;
    for (uint64_t word = from / WORD_BITS; word <= (to - 1) / WORD_BITS; word++) {
        uint64_t mask = mask_within(word, from, to);
        left += word_count(atomic_clear_bits(offline_words(pool, record) + word, mask) & mask);
    }
    atomic_count_release(&record->in_use, 0 - left);
    atomic_count_release(&pool->offline_frames, left);
    return left == end - first;
}

void bitframe_recount_offline(struct bitframe *pool)
{
    pool->offline_frames = 0;
    for (struct bitframe_offline_range *record = offline_at(pool, pool->offline); record;
         record = offline_at(pool, record->next)) {
        struct span piece;
        for (uint64_t frame = record->first; bitframe_piece_next(pool, &frame, record->end, &piece);)
            pool->offline_frames += piece.end - piece.first;
        record->in_use =
            kernel_count(offline_words(pool, record), offline_word_count(record->first, record->end));
        pool->offline_frames -= record->in_use;
    }
}
