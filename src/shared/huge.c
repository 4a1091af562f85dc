/* SPDX-License-Identifier: MIT */
/* huge.c - 2 MiB at a time, of a pool that every CPU uses. */
#include "shared/huge.h"
#include "shared/claim.h"
#include "shared/index.h"
#include "shared/none.h"

#define LINE_BITS UINT64_C(0xFF) /* one per word of a line, in a word of the level above */

/** Take line @p line, whose bit the caller has cleared, if all of it is free. */
static bool claim_line(struct bitframe_shared *shared, struct slot *slot, uint64_t line)
{
    struct bitframe *pool = shared_pool(shared);
    uint64_t first = line * BITFRAME_LINE_FRAMES;
    if (bitframe_claim_bits(shared, slot, first, first + BITFRAME_LINE_FRAMES) != NO_BIT)
        return false;
    atomic_count_release(&slot->taken, BITFRAME_LINE_FRAMES);
    bitframe_group_emptied(pool, line / GROUP_LINES, LINE_BITS << line * LINE_WORDS % WORD_BITS);
    /* Another CPU may have seen it whole before it was taken, and set its bit since. */
    bitframe_line_opened(pool, line);
    return true;
}

/** Take a line that the index knows of. Its PA, or 0. */
static uint64_t take_by_index(struct bitframe_shared *shared, struct slot *slot)
{
    struct bitframe *pool = shared_pool(shared);
    uint64_t from = shared->policy == BITFRAME_LOCAL ? atomic_peek(&slot->line_word) : 0;
    for (int i = 0; i < TRIES; i++) {
        uint64_t word = bitframe_shared_next_word(pool, &pool->lines, from);
        if (word == NO_BIT) {
            if (from == 0)
                return 0;
            from = 0;
            continue;
        }
        /* The call that clears the bit has the line to itself, but for single frames. */
        uint64_t *lines = levels_at(pool, &pool->lines, 0) + word;
        uint64_t bits = atomic_peek(lines);
        uint64_t mask = bits & -bits;
        uint64_t before = mask != 0 ? atomic_clear_bits(lines, mask) : 0;
        if ((before & mask) == 0)
            continue;
        if (before == mask)
            bitframe_word_emptied(pool, &pool->lines, 0, word);
        uint64_t line = word * WORD_BITS + lowest_bit(mask);
        if (claim_line(shared, slot, line)) {
            atomic_poke(&slot->line_word, word);
            return pa_of_bit(shared, line * BITFRAME_LINE_FRAMES);
        }
    }
    return 0;
}

enum bitframe_status bitframe_take_huge(struct bitframe_shared *shared, struct slot *slot, uint64_t *pa)
{
    static const struct wanted any = {
        .frames = BITFRAME_LINE_FRAMES,
        .align = BITFRAME_LINE_FRAMES,
        .end = UINT64_MAX / BITFRAME_FRAME_BYTES + 1,
    };
    uint64_t line_pa = take_by_index(shared, slot);
    if (line_pa == 0)
        return bitframe_take_wanted(shared, slot, &any, pa);
    *pa = line_pa;
    return BITFRAME_OK;
}

enum bitframe_status bitframe_give_line(struct bitframe_shared *shared, struct slot *slot, uint64_t word)
{
    struct bitframe *pool = shared_pool(shared);
    uint64_t *words = leaf_at(shared, word);
    uint64_t freed = BITFRAME_LINE_FRAMES;
    for (int i = 0; i < LINE_WORDS; i++) {
        if (atomic_peek(words + i) != 0)
            return BITFRAME_DOUBLE_FREE;
    }
    for (int i = 0; i < LINE_WORDS; i++) {
        uint64_t before = atomic_exchange(words + i, UINT64_MAX);
        if (before != 0)
            freed -= word_count(before); /* another CPU gave some back meanwhile */
    }
    bitframe_group_filled(pool, word / WORD_BITS, LINE_BITS << word % WORD_BITS);
    bitframe_line_may_be_whole(pool, word / LINE_WORDS);
    atomic_count_release(&slot->freed, freed);
    return freed == BITFRAME_LINE_FRAMES ? BITFRAME_OK : BITFRAME_DOUBLE_FREE;
}

uint64_t bitframe_shared_alloc_huge(struct bitframe_shared *shared, uint32_t cpu)
{
    uint64_t pa;
    return bitframe_take_huge(shared, slot_of(shared, cpu), &pa) == BITFRAME_OK ? pa : 0;
}
