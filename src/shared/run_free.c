/* SPDX-License-Identifier: MIT */
/* run_free.c - freeing many frames at a time, of a pool that every CPU uses. */
#include "layout/locate.h"
#include "shared/claim.h"
#include "shared/huge.h"
#include "shared/offline.h"

enum bitframe_status bitframe_shared_free_run(struct bitframe_shared *shared, uint32_t cpu, uint64_t pa,
                                              uint64_t frames)
{
    struct bitframe *pool = shared_pool(shared);
    struct slot *slot = slot_of(shared, cpu);
    uint64_t bit;
    enum bitframe_status status = bitframe_locate_run(pool, pa, frames, &bit);
    if (status != BITFRAME_OK)
        return status;
    for (uint64_t word = bit / WORD_BITS; word <= (bit + frames - 1) / WORD_BITS; word++) {
        if ((atomic_load_relaxed(leaf_at(shared, word)) & mask_within(word, bit, bit + frames)) != 0)
            return BITFRAME_DOUBLE_FREE;
    }

    /* The part of it that is in offline ranges goes offline, the rest becomes free. */
    uint64_t first = frame_number(pa);
    uint64_t end = first + frames;
    uint64_t bit_offset = bit - first;
    uint64_t missed = 0; /* not 0 if another CPU gave some back meanwhile */
    for (struct bitframe_offline_range *record = bitframe_offline_overlapping(pool, first, end); record;
         record = offline_overlapping_next(pool, record, end)) {
        struct span piece = offline_clip(record, first, end);
        if (first < piece.first)
            missed += piece.first - first -
                      bitframe_set_range(shared, slot, first + bit_offset, piece.first + bit_offset);
        missed += !bitframe_shared_release(pool, record, piece.first, piece.end);
        first = piece.end;
    }
    if (first < end)
        missed += end - first - bitframe_set_range(shared, slot, first + bit_offset, end + bit_offset);
    return missed == 0 ? BITFRAME_OK : BITFRAME_DOUBLE_FREE;
}

enum bitframe_status bitframe_shared_free_huge(struct bitframe_shared *shared, uint32_t cpu, uint64_t pa)
{
    if (pa % HUGE_BYTES != 0)
        return BITFRAME_MISALIGNED;
    if (!window_has_run(shared, pa, BITFRAME_HUGE_FRAMES))
        return bitframe_shared_free_run(shared, cpu, pa, BITFRAME_HUGE_FRAMES);
    return bitframe_give_huge(shared, slot_of(shared, cpu), window_bit(shared, pa) / WORD_BITS);
}
