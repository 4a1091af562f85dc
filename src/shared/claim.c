/* SPDX-License-Identifier: MIT */
/*
 * claim.c - bits of the bitmap that are allocated and freed many at a time
 *
 * A run is claimed word by word, ascending, each by a compare-and-swap from all free to allocated. If one
 * fails, what was claimed before it is freed: these are the words below, under the same masks, and no other
 * CPU can have changed them, for a frame's bit is set by its owner only. The rollback is a free like any
 * other, index and counts included, or an allocation beside it would answer "none" falsely.
 */
#include "shared/claim.h"
#include "shared/index.h"

uint64_t bitframe_give_to(struct bitframe_shared *shared, uint64_t word, uint64_t mask)
{
    uint64_t before = atomic_set_bits(leaf_at(shared, word), mask);
    word_given_to(shared_pool(shared), word, before, before | mask);
    return before;
}

/**
 * Free the part of [@p first, @p end) in words below @p stop, and the bits @p of_stop of that word.
 *
 * @param slot  Where it is counted as allocated and freed.
 */
static void roll_back(struct bitframe_shared *shared, struct slot *slot, uint64_t first, uint64_t end,
                      uint64_t stop, uint64_t of_stop)
{
    uint64_t frames = word_count(of_stop);
    if (of_stop != 0)
        (void)bitframe_give_to(shared, stop, of_stop);
    for (uint64_t word = first / WORD_BITS; word < stop; word++) {
        uint64_t mask = mask_within(word, first, end);
        (void)bitframe_give_to(shared, word, mask);
        frames += word_count(mask);
    }
    if (frames != 0)
        count_rollback(slot, frames);
}

/**
 * Allocate the bits @p mask of the word at @p leaf if all are set. If other bits of it change too often
 * meanwhile, take those that are set.
 *
 * @param got  Becomes what was allocated.
 *
 * @return  The bits of the mask that were found clear.
 */
static uint64_t claim_word(uint64_t *leaf, uint64_t mask, uint64_t *got)
{
    uint64_t before = atomic_load_relaxed(leaf);
    *got = 0;
    for (int i = 0; i < TRIES && (before & mask) == mask; i++) {
        if (atomic_replace(leaf, &before, before & ~mask)) {
            *got = mask;
            return 0;
        }
    }
    if ((before & mask) == mask) {
        before = atomic_clear_bits(leaf, mask);
        *got = before & mask;
    }
    return mask & ~before;
}

uint64_t bitframe_claim_bits(struct bitframe_shared *shared, struct slot *slot, uint64_t first, uint64_t end)
{
    for (uint64_t word = first / WORD_BITS; word <= (end - 1) / WORD_BITS; word++) {
        uint64_t got;
        uint64_t missing = claim_word(leaf_at(shared, word), mask_within(word, first, end), &got);
        if (missing != 0) {
            roll_back(shared, slot, first, end, word, got);
            return word * WORD_BITS + lowest_bit(missing);
        }
    }
    return NO_BIT;
}

uint64_t bitframe_claim_range(struct bitframe_shared *shared, struct slot *slot, uint64_t first, uint64_t end)
{
    struct bitframe *pool = shared_pool(shared);
    uint64_t missing = bitframe_claim_bits(shared, slot, first, end);
    if (missing != NO_BIT)
        return missing;
    atomic_count_release(&slot->allocated, end - first);
    uint64_t last = (end - 1) / WORD_BITS;
    for (uint64_t word = first / WORD_BITS; word <= last;) {
        uint64_t group = word / WORD_BITS;
        uint64_t emptied = 0;
        for (; word <= last && word / WORD_BITS == group; word++) {
            if (atomic_load_word(leaf_at(shared, word)) == 0)
                emptied |= bit_mask(word);
        }
        if (emptied != 0)
            bitframe_group_emptied(pool, group, emptied);
    }
    for (uint64_t huge_frame = first / BITFRAME_HUGE_FRAMES; huge_frame <= (end - 1) / BITFRAME_HUGE_FRAMES;
         huge_frame++)
        bitframe_huge_opened(pool, huge_frame);
    return NO_BIT;
}

uint64_t bitframe_set_range(struct bitframe_shared *shared, struct slot *slot, uint64_t first, uint64_t end)
{
    uint64_t freed = 0;
    for (uint64_t word = first / WORD_BITS; word <= (end - 1) / WORD_BITS; word++) {
        uint64_t mask = mask_within(word, first, end);
        freed += word_count(mask & ~bitframe_give_to(shared, word, mask));
    }
    atomic_count_release(&slot->freed, freed);
    return freed;
}
