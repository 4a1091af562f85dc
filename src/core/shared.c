/* SPDX-License-Identifier: MIT */
/*
 * shared.c - single frames of a pool that every core uses, its counts, and when it has none
 *
 * Nobody waits. A core that stops between any two steps leaves at worst a bit missing above a word, which the
 * scan that precedes every "none" makes up for. docs/concurrency.md has the argument, models/ the models.
 *
 * Which word a core takes from decides how much it meets others. Under the policy `local` it is one of the
 * core's group, which is marked as its own so that others look elsewhere first: a group near its last one,
 * with plenty of words that have free frames, not the lowest. Within a group the words of partly used lines
 * come first, so that whole lines stay for who needs 2 MiB.
 */
#include "offline.h"
#include "shared_index.h"
#include "slot.h"

enum {
    PLENTY = 16,     /* words of a group with free frames that make it worth moving to */
    NEAR_GROUPS = 64 /* how far a core looks for such a group */
};

/* Counts. */

uint64_t bitframe_sum_of_frees(const struct bitframe *pool)
{
    uint64_t sum = 0;
    for (uint32_t core = 0; core < pool->sharing.cores; core++)
        sum += atomic_load_word(&pool_slots(pool)[core].freed);
    return sum;
}

uint64_t bitframe_net_taken(const struct bitframe *pool)
{
    uint64_t freed = bitframe_sum_of_frees(pool);
    uint64_t taken = 0;
    for (uint32_t core = 0; core < pool->sharing.cores; core++)
        taken += atomic_load_word(&pool_slots(pool)[core].taken);
    return taken - freed;
}

uint64_t bitframe_shared_free_frames(const struct bitframe *pool)
{
    /* While calls are in flight the parts are of different moments, and the sum may be a little too large or
     * small. */
    uint64_t frames = pool->sharing.base_frames - bitframe_net_taken(pool);
    if (frames >> 63 != 0)
        return 0;
    return frames < pool->total_frames ? frames : pool->total_frames;
}

/* Where to take from. */

/** The words of group @p group that have free frames, those of partly used lines only if there are any. */
static uint64_t usable_words(const struct bitframe *pool, uint64_t group)
{
    uint64_t words = atomic_peek(levels_at(pool, &pool->frames, 1) + group);
    uint64_t lines = group_lines(pool, group);
    if (lines == 0)
        return words;
    /* Bit i of eight to byte i: a copy of all eight in each byte, of which one is kept; then the whole byte.
     */
    uint64_t whole = lines * UINT64_C(0x0101010101010101) & UINT64_C(0x8040201008040201);
    whole = ((whole + UINT64_C(0x7F7F7F7F7F7F7F7F)) >> 7 & UINT64_C(0x0101010101010101)) * 0xFF;
    return (words & ~whole) != 0 ? words & ~whole : words;
}

static bool is_claimed(const struct bitframe *pool, uint64_t group)
{
    return (atomic_peek(claims_of(pool, group)) & bit_mask(group)) != 0;
}

/** Make @p group the core's. The exchange says which one was: of two that move at once each clears another.
 */
static void move_to(struct bitframe *pool, struct slot *slot, uint64_t group)
{
    (void)atomic_set_bits(claims_of(pool, group), bit_mask(group));
    uint64_t old = atomic_exchange(&slot->group, group);
    if (old != group)
        (void)atomic_clear_bits(claims_of(pool, old), bit_mask(old));
}

/** A group for a core whose own, @p own, is used up; NO_BIT if the index knows of no free frame. */
static uint64_t next_group(struct bitframe *pool, uint64_t own)
{
    uint64_t groups = pool->frames.words / WORD_BITS;
    uint64_t near = groups - 1 < NEAR_GROUPS ? groups - 1 : NEAR_GROUPS;
    uint64_t fair = NO_BIT;
    uint64_t group = own;
    for (uint64_t i = 0; i < near; i++) {
        if (++group == groups)
            group = 0;
        uint64_t words = usable_words(pool, group);
        if (words == 0 || is_claimed(pool, group))
            continue;
        if (word_count(words) >= PLENTY)
            return group;
        if (fair == NO_BIT)
            fair = group;
    }
    if (fair != NO_BIT)
        return fair;
    /* Any that is nobody's; there are as many others as cores at most. */
    for (group = bitframe_shared_next_group(pool, 0); group != NO_BIT && is_claimed(pool, group);)
        group = bitframe_shared_next_group(pool, group + 1);
    return group != NO_BIT ? group : bitframe_shared_next_group(pool, 0);
}

/** A word of group @p group that is not 0, of partly used lines first; NO_BIT if it was seen to have none. */
static uint64_t word_of_group(struct bitframe *pool, uint64_t group)
{
    const uint64_t *leaves = levels_at(pool, &pool->frames, 0) + group * WORD_BITS;
    for (int i = 0; i < 2; i++) { /* if only partly used lines were looked at, the others are left */
        uint64_t empty = 0;
        for (uint64_t words = usable_words(pool, group); words != 0; words &= words - 1) {
            uint64_t word = lowest_bit(words);
            if (atomic_peek(leaves + word) != 0) {
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

uint64_t bitframe_word_to_use(struct bitframe *pool, struct slot *slot)
{
    if (pool->sharing.policy == BITFRAME_LOCAL) {
        uint64_t group = atomic_peek(&slot->group);
        for (int i = 0; i < TRIES; i++) {
            uint64_t word = word_of_group(pool, group);
            if (word != NO_BIT)
                return word;
            group = next_group(pool, group);
            if (group == NO_BIT)
                return NO_BIT;
            move_to(pool, slot, group);
        }
    }
    return bitframe_shared_next_word(pool, &pool->frames, 0);
}

/* Taking one. */

/** The PA of the frame of @p mask, of the word at @p distance that was @p before, after what its being taken
 * entails. */
static __attribute__((noinline)) uint64_t word_changed(struct bitframe *pool, uint64_t distance,
                                                       uint64_t before, uint64_t mask)
{
    word_taken_from(pool, (distance - pool->frames.level[0]) / sizeof(uint64_t), before, before & ~mask);
    return leaf_pa(pool, distance) + ((uint64_t)lowest_bit(mask) << BITFRAME_FRAME_SHIFT);
}

/** The frame of @p mask, of the word at @p distance that was @p before, was taken: count it. Its PA. */
static inline uint64_t taken(struct bitframe *pool, struct slot *slot, uint64_t distance, uint64_t before,
                             uint64_t mask)
{
    atomic_count_release(&slot->taken, 1);
    if (before == mask || before == UINT64_MAX || !leaf_is_near(pool, distance))
        return word_changed(pool, distance, before, mask);
    return near_leaf_pa(pool, distance) + ((uint64_t)lowest_bit(mask) << BITFRAME_FRAME_SHIFT);
}

/** Take the lowest frame of the word at @p distance and count it. Its PA, or 0 if
 * other CPUs were quicker. */
static inline uint64_t take_from(struct bitframe *pool, struct slot *slot, uint64_t distance)
{
    uint64_t *leaf = pool_word(pool, distance);
    uint64_t bits = atomic_peek(leaf);
    for (int i = 0; i < TRIES && bits != 0; i++) {
        uint64_t mask = bits & -bits;
        if (atomic_try_clear(leaf, &bits, mask))
            return taken(pool, slot, distance, bits, mask);
    }
    return 0;
}

static __attribute__((noinline)) uint64_t take_anywhere(struct bitframe *pool, struct slot *slot)
{
    static const struct wanted any = {.frames = 1, .align = 1, .end = UINT64_MAX / BITFRAME_FRAME_BYTES + 1};
    uint64_t pa;
    for (int i = 0; i < TRIES; i++) {
        uint64_t word = bitframe_word_to_use(pool, slot);
        if (word == NO_BIT)
            break;
        uint64_t distance = leaf_distance(pool, word);
        pa = take_from(pool, slot, distance);
        if (pa != 0) {
            if (pool->sharing.policy == BITFRAME_LOCAL)
                atomic_poke(&slot->leaf, distance);
            return pa;
        }
    }
    return bitframe_take_hidden(pool, slot, &any, &pa) == BITFRAME_OK ? pa : 0;
}

/* One try at the word of the last time, and no stack: what else there is to do is a tail call. */
uint64_t bitframe_shared_take(struct bitframe *pool, uint32_t core)
{
    struct slot *slot = slot_of(pool, core);
    uint64_t distance = atomic_peek(&slot->leaf);
    uint64_t *leaf = pool_word(pool, distance);
    uint64_t bits = atomic_peek(leaf);
    uint64_t mask = bits & -bits;
    if (bits == 0 || !atomic_try_clear(leaf, &bits, mask))
        return take_anywhere(pool, slot);
    return taken(pool, slot, distance, bits, mask);
}

/* Giving one back. */

/** A frame was given back: word @p word was @p before and became @p after. Returns BITFRAME_OK. */
static __attribute__((noinline)) enum bitframe_status
word_refilled(struct bitframe *pool, uint64_t word, uint64_t before, uint64_t after, struct slot *slot)
{
    word_given_to(pool, word, before, after);
    atomic_count_release(&slot->freed, 1);
    return BITFRAME_OK;
}

static inline enum bitframe_status free_bit(struct bitframe *pool, uint64_t bit, struct slot *slot)
{
    uint64_t word = bit / WORD_BITS;
    uint64_t mask = bit_mask(bit);
    uint64_t before = atomic_set_bits(levels_at(pool, &pool->frames, 0) + word, mask);
    uint64_t after = before | mask;
    if (before == 0 || before == after || after == UINT64_MAX)
        return before == after ? BITFRAME_DOUBLE_FREE : word_refilled(pool, word, before, after, slot);
    atomic_count_release(&slot->freed, 1);
    return BITFRAME_OK;
}

/** A free off the straight path: of what is not the start of a frame of the gap. */
static __attribute__((noinline)) enum bitframe_status free_elsewhere(struct bitframe *pool, uint64_t pa,
                                                                     struct slot *slot)
{
    uint64_t frame = frame_number(pa);
    if (!frame_is_managed(pool, frame))
        return BITFRAME_UNMANAGED;
    if (pa % BITFRAME_FRAME_BYTES != 0)
        return BITFRAME_MISALIGNED;
    if (frame_is_reserved(pool, frame))
        return BITFRAME_RESERVED;
    struct bitframe_offline *record = bitframe_offline_meeting(pool, frame, frame + 1);
    if (record)
        return bitframe_shared_leave(pool, record, frame, frame + 1) ? BITFRAME_OK : BITFRAME_OFFLINE;
    return free_bit(pool, pool_bit(pool, frame), slot);
}

enum bitframe_status bitframe_shared_free(struct bitframe *pool, uint64_t pa, uint32_t core)
{
    struct slot *slot = slot_of(pool, core);
    if (!is_in_gap(pool, pa))
        return free_elsewhere(pool, pa, slot);
    return free_bit(pool, gap_bit(pool, pa), slot);
}

uint64_t bitframe_leaf_pa(const struct bitframe *pool, uint64_t distance)
{
    uint64_t bit = (distance - pool->frames.level[0]) / sizeof(uint64_t) * WORD_BITS;
    return frame_of_bit(bitframe_segment_of_bit(pool, bit), bit) << BITFRAME_FRAME_SHIFT;
}

/* The calls that name the core. */

uint64_t bitframe_take_on(struct bitframe *pool, uint32_t core)
{
    return pool_is_shared(pool) ? bitframe_shared_take(pool, core) : bitframe_take(pool);
}

enum bitframe_status bitframe_free_on(struct bitframe *pool, uint64_t pa, uint32_t core)
{
    return pool_is_shared(pool) ? bitframe_shared_free(pool, pa, core) : bitframe_free(pool, pa);
}
