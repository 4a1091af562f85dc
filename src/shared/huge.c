/* SPDX-License-Identifier: MIT */
/* huge.c - 2 MiB at a time, of a pool that every CPU uses. */
#include "shared/huge.h"
#include "shared/claim.h"
#include "shared/index.h"
#include "shared/none.h"

#define HUGE_BITS UINT64_C(0xFF) /* one per word of a huge frame, in a word of the level above */

/** Allocate huge frame @p huge_frame, whose bit the caller has cleared, if all of it is free. */
static bool claim_huge(struct bitframe_shared *shared, struct slot *slot, uint64_t huge_frame)
{
    struct bitframe *pool = shared_pool(shared);
    uint64_t first = huge_frame * BITFRAME_HUGE_FRAMES;
    if (bitframe_claim_bits(shared, slot, first, first + BITFRAME_HUGE_FRAMES) != NO_BIT)
        return false;
    atomic_count_release(&slot->allocated, BITFRAME_HUGE_FRAMES);
    bitframe_group_emptied(pool, huge_frame / GROUP_HUGE, HUGE_BITS << huge_frame * HUGE_WORDS % WORD_BITS);
    /* Another CPU may have seen it whole before it was allocated, and set its bit since. */
    bitframe_huge_opened(pool, huge_frame);
    return true;
}

/** Allocate a huge frame that the index knows of. Its PA, or 0. */
static uint64_t alloc_by_index(struct bitframe_shared *shared, struct slot *slot)
{
    struct bitframe *pool = shared_pool(shared);
    uint64_t from = shared->policy == BITFRAME_LOCAL ? atomic_load_relaxed(&slot->huge_word) : 0;
    for (int i = 0; i < TRIES; i++) {
        uint64_t word = bitframe_shared_next_word(pool, &pool->huge, from);
        if (word == NO_BIT) {
            if (from == 0)
                return 0;
            from = 0;
            continue;
        }
        /* The call that clears the bit has the huge frame to itself, but for single frames. */
        uint64_t *huge = levels_at(pool, &pool->huge, 0) + word;
        uint64_t bits = atomic_load_relaxed(huge);
        uint64_t mask = bits & -bits;
        uint64_t before = mask != 0 ? atomic_clear_bits(huge, mask) : 0;
        if ((before & mask) == 0)
            continue;
        if (before == mask)
            bitframe_word_emptied(pool, &pool->huge, 0, word);
        uint64_t huge_frame = word * WORD_BITS + lowest_bit(mask);
        if (claim_huge(shared, slot, huge_frame)) {
            atomic_store_relaxed(&slot->huge_word, word);
            return pa_of_bit(shared, huge_frame * BITFRAME_HUGE_FRAMES);
        }
    }
    return 0;
}

enum bitframe_status bitframe_claim_huge(struct bitframe_shared *shared, struct slot *slot, uint64_t *pa)
{
    static const struct wanted any = {
        .frames = BITFRAME_HUGE_FRAMES,
        .align = BITFRAME_HUGE_FRAMES,
        .end = UINT64_MAX,
    };
    uint64_t huge_pa = alloc_by_index(shared, slot);
    if (huge_pa == 0)
        return bitframe_alloc_wanted(shared, slot, &any, pa);
    *pa = huge_pa;
    return BITFRAME_OK;
}

enum bitframe_status bitframe_give_huge(struct bitframe_shared *shared, struct slot *slot, uint64_t word)
{
    struct bitframe *pool = shared_pool(shared);
    uint64_t *words = leaf_at(shared, word);
    uint64_t freed = BITFRAME_HUGE_FRAMES;
    for (int i = 0; i < HUGE_WORDS; i++) {
        if (atomic_load_relaxed(words + i) != 0)
            return BITFRAME_DOUBLE_FREE;
    }
    for (int i = 0; i < HUGE_WORDS; i++) {
        uint64_t before = atomic_exchange(words + i, UINT64_MAX);
        if (before != 0)
            freed -= word_count(before); /* another CPU gave some back meanwhile */
    }
    bitframe_group_filled(pool, word / WORD_BITS, HUGE_BITS << word % WORD_BITS);
    bitframe_huge_may_be_whole(pool, word / HUGE_WORDS);
    atomic_count_release(&slot->freed, freed);
    return freed == BITFRAME_HUGE_FRAMES ? BITFRAME_OK : BITFRAME_DOUBLE_FREE;
}

uint64_t bitframe_shared_alloc_huge(struct bitframe_shared *shared, uint32_t cpu)
{
    uint64_t pa;
    return bitframe_claim_huge(shared, slot_of(shared, cpu), &pa) == BITFRAME_OK ? pa : 0;
}
