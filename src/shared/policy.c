/* SPDX-License-Identifier: MIT */
/*
 * policy.c - which word a CPU takes from, and so how much it meets others
 *
 * Under the policy `local` it is one of the CPU's group, which is marked as its own so that others look
 * elsewhere first: a group near its last one, with plenty of words that have free frames, not the lowest.
 * Within a group the words of partly used huge frames come first, so that free huge frames stay for requests
 * of 2 MiB.
 */
#include "shared/policy.h"

enum {
    PLENTY = 16,      /* words of a group with free frames that make it worth moving to */
    NEAR_GROUPS = 64, /* how far a CPU looks for such a group, and how many of other CPUs it passes */
    FAIR_GROUPS = 5   /* how many groups with fewer words it passes for one with plenty */
};

/** The words of group @p group that have free frames, those of partly used huge frames only if there are any.
 */
static uint64_t usable_words(const struct bitframe *pool, uint64_t group)
{
    uint64_t words = atomic_load_relaxed(levels_at(pool, &pool->frames, 1) + group);
    uint64_t huge = group_huge(pool, group);
    if (huge == 0)
        return words;
    /* Bit i of eight to byte i: a copy of all eight in each byte, of which one is kept; then the whole byte.
     */
    uint64_t whole = huge * UINT64_C(0x0101010101010101) & UINT64_C(0x8040201008040201);
    whole = ((whole + UINT64_C(0x7F7F7F7F7F7F7F7F)) >> 7 & UINT64_C(0x0101010101010101)) * 0xFF;
    return (words & ~whole) != 0 ? words & ~whole : words;
}

static bool is_claimed(const struct bitframe_shared *shared, uint64_t group)
{
    return (atomic_load_relaxed(claims_of(shared, group)) & bit_mask(group)) != 0;
}

/** Make @p group the CPU's. The exchange says which one was: of two that move at once each clears another.
 */
static void move_to(struct bitframe_shared *shared, struct slot *slot, uint64_t group)
{
    (void)atomic_set_bits(claims_of(shared, group), bit_mask(group));
    uint64_t old = atomic_exchange(&slot->group, group);
    if (old != group)
        (void)atomic_clear_bits(claims_of(shared, old), bit_mask(old));
}

/** The groups from @p group on, to the end of its word of level 2, that the index says have free frames. */
static uint64_t nonempty_groups(const struct bitframe *pool, uint64_t group)
{
    return atomic_load_relaxed(levels_at(pool, &pool->frames, 2) + group / WORD_BITS) >> group % WORD_BITS;
}

static inline uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/** The first of @p near groups behind @p own that no CPU has and that has PLENTY of words. If FAIR_GROUPS have
 * fewer, or no group has PLENTY: the first that no CPU has and that has any. NO_BIT if there is none. */
static uint64_t near_group(struct bitframe_shared *shared, uint64_t own, uint64_t near)
{
    const struct bitframe *pool = shared_pool(shared);
    uint64_t groups = pool->frames.words / WORD_BITS;
    uint64_t fair = NO_BIT;
    unsigned fair_groups = 0;
    for (uint64_t group = own + 1, part; near != 0; near -= part, group += part) {
        if (group == groups)
            group = 0;
        part = least(near, least(groups - group, WORD_BITS - group % WORD_BITS));
        uint64_t ahead = nonempty_groups(pool, group);
        for (; ahead != 0 && lowest_bit(ahead) < part; ahead &= ahead - 1) {
            uint64_t candidate = group + lowest_bit(ahead);
            if (is_claimed(shared, candidate))
                continue;
            uint64_t words = usable_words(pool, candidate);
            if (words == 0)
                continue;
            if (word_count(words) >= PLENTY)
                return candidate;
            if (fair == NO_BIT)
                fair = candidate;
            if (++fair_groups == FAIR_GROUPS)
                return fair;
        }
    }
    return fair;
}

/** A group for a CPU whose own, @p own, is used up; NO_BIT if the index knows of no free frame. */
static uint64_t next_group(struct bitframe_shared *shared, uint64_t own)
{
    struct bitframe *pool = shared_pool(shared);
    uint64_t near = least(pool->frames.words / WORD_BITS - 1, NEAR_GROUPS);
    uint64_t group = near_group(shared, own, near);
    if (group != NO_BIT)
        return group;
    /* Any that no CPU has, from the lowest on. Other CPUs may have as many groups as there are CPUs, so
     * after some of them the next one will do. */
    do {
        group = bitframe_shared_next_group(pool, group + 1);
    } while (group != NO_BIT && is_claimed(shared, group) && near-- != 0);
    return group != NO_BIT ? group : bitframe_shared_next_group(pool, 0);
}

/** A word of group @p group that is not 0, of partly used huge frames first; NO_BIT if it was seen to have
 * none. */
static uint64_t word_of_group(struct bitframe *pool, uint64_t group)
{
    const uint64_t *leaves = levels_at(pool, &pool->frames, 0) + group * WORD_BITS;
    for (int i = 0; i < 2; i++) { /* if only partly used huge frames were looked at, the others are left */
        uint64_t empty = 0;
        for (uint64_t words = usable_words(pool, group); words != 0; words &= words - 1) {
            uint64_t word = lowest_bit(words);
            if (atomic_load_relaxed(leaves + word) != 0) {
                if (empty != 0)
                    bitframe_group_emptied(pool, group, empty);
                return group * WORD_BITS + word;
            }
            empty |= bit_mask(word);
        }
        if (empty == 0)
            break;
        bitframe_group_emptied(pool, group, empty);
    }
    return NO_BIT;
}

uint64_t bitframe_word_near(struct bitframe_shared *shared, struct slot *slot)
{
    struct bitframe *pool = shared_pool(shared);
    uint64_t group = atomic_load_relaxed(&slot->group);
    for (int i = 0; i < TRIES; i++) {
        uint64_t word = word_of_group(pool, group);
        if (word != NO_BIT)
            return word;
        group = next_group(shared, group);
        if (group == NO_BIT)
            return NO_BIT;
        move_to(shared, slot, group);
    }
    return bitframe_shared_next_word(pool, &pool->frames, 0);
}
