/* SPDX-License-Identifier: MIT */
/*
 * frame.c - single frames of a pool that every CPU uses
 *
 * No call waits. A CPU that stops between any two steps leaves at worst a bit missing above a word, which the
 * scan that precedes every "none" makes up for. docs/concurrency.md has the argument, models/ the models.
 */
#include "layout/locate.h"
#include "shared/none.h"
#include "shared/offline.h"
#include "shared/policy.h"

/* Taking one. */

/** Slow path: update the index for the word at @p distance, which was @p before, and return the PA of the
 * frame of @p mask, which was allocated from it. */
static __attribute__((noinline)) uint64_t word_changed(struct bitframe_shared *shared, uint64_t distance,
                                                       uint64_t before, uint64_t mask)
{
    word_allocated_from(shared_pool(shared), leaf_number(shared, distance), before, before & ~mask);
    return leaf_pa(shared, distance) + ((uint64_t)lowest_bit(mask) << BITFRAME_FRAME_SHIFT);
}

/** The frame of @p mask, of the word at @p distance that was @p before, was allocated: count it. Its PA. */
static inline uint64_t allocated(struct bitframe_shared *shared, struct slot *slot, uint64_t distance,
                                 uint64_t before, uint64_t mask)
{
    atomic_count_release(&slot->allocated, 1);
    if (before == mask || before == UINT64_MAX || !leaf_is_near(shared, distance))
        return word_changed(shared, distance, before, mask);
    return near_leaf_pa(shared, distance) + ((uint64_t)lowest_bit(mask) << BITFRAME_FRAME_SHIFT);
}

/** Allocate the lowest frame of the word at @p distance and count it. Its PA, or 0 if other CPUs were
 * quicker. */
static inline uint64_t alloc_from(struct bitframe_shared *shared, struct slot *slot, uint64_t distance)
{
    uint64_t *leaf = shared_word(shared, distance);
    uint64_t bits = atomic_load_relaxed(leaf);
    for (int i = 0; i < TRIES && bits != 0; i++) {
        uint64_t mask = bits & -bits;
        if (atomic_try_clear(leaf, &bits, mask))
            return allocated(shared, slot, distance, bits, mask);
    }
    return 0;
}

static __attribute__((noinline)) uint64_t alloc_anywhere(struct bitframe_shared *shared, struct slot *slot)
{
    static const struct wanted any = {.frames = 1, .align = 1, .end = UINT64_MAX};
    uint64_t pa;
    for (int i = 0; i < TRIES; i++) {
        uint64_t word = word_to_use(shared, slot);
        if (word == NO_BIT)
            break;
        uint64_t distance = leaf_distance(shared, word);
        pa = alloc_from(shared, slot, distance);
        if (pa != 0) {
            if (shared->policy == BITFRAME_LOCAL)
                atomic_store_relaxed(&slot->leaf, distance);
            return pa;
        }
    }
    return bitframe_alloc_by_scan(shared, slot, &any, &pa) == BITFRAME_OK ? pa : 0;
}

/* One try at the word of the last time, and no stack: what else there is to do is a tail call. */
uint64_t bitframe_shared_alloc(struct bitframe_shared *shared, uint32_t cpu)
{
    struct slot *slot = slot_of(shared, cpu);
    uint64_t distance = atomic_load_relaxed(&slot->leaf);
    uint64_t *leaf = shared_word(shared, distance);
    uint64_t bits = atomic_load_relaxed(leaf);
    uint64_t mask = bits & -bits;
    if (bits == 0 || !atomic_try_clear(leaf, &bits, mask))
        return alloc_anywhere(shared, slot);
    return allocated(shared, slot, distance, bits, mask);
}

/* Giving one back. */

/** A frame was freed: word @p word was @p before and became @p after. Returns BITFRAME_OK. */
static __attribute__((noinline)) enum bitframe_status word_refilled(struct bitframe_shared *shared,
                                                                    uint64_t word, uint64_t before,
                                                                    uint64_t after, struct slot *slot)
{
    word_given_to(shared_pool(shared), word, before, after);
    atomic_count_release(&slot->freed, 1);
    return BITFRAME_OK;
}

static inline enum bitframe_status free_bit(struct bitframe_shared *shared, uint64_t bit, struct slot *slot)
{
    uint64_t word = bit / WORD_BITS;
    uint64_t mask = bit_mask(bit);
    uint64_t before = atomic_set_bits(leaf_at(shared, word), mask);
    uint64_t after = before | mask;
    if (before == 0 || before == after || after == UINT64_MAX)
        return before == after ? BITFRAME_DOUBLE_FREE : word_refilled(shared, word, before, after, slot);
    atomic_count_release(&slot->freed, 1);
    return BITFRAME_OK;
}

/** A free off the straight path: of what is not the start of a frame of the window. */
static __attribute__((noinline)) enum bitframe_status free_elsewhere(struct bitframe_shared *shared,
                                                                     struct slot *slot, uint64_t pa)
{
    struct bitframe *pool = shared_pool(shared);
    uint64_t frame = frame_number(pa);
    enum bitframe_status status = locate_frame(pool, pa);
    if (status != BITFRAME_OK)
        return status;
    struct bitframe_offline_range *record = bitframe_offline_overlapping(pool, frame, frame + 1);
    if (record)
        return bitframe_shared_release(pool, record, frame, frame + 1) ? BITFRAME_OK : BITFRAME_OFFLINE;
    return free_bit(shared, pool_bit(pool, frame), slot);
}

enum bitframe_status bitframe_shared_free(struct bitframe_shared *shared, uint32_t cpu, uint64_t pa)
{
    struct slot *slot = slot_of(shared, cpu);
    if (!window_has(shared, pa))
        return free_elsewhere(shared, slot, pa);
    return free_bit(shared, window_bit(shared, pa), slot);
}
