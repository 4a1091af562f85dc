/* SPDX-License-Identifier: MIT */
/*
 * core.c - core caches: words of a shared pool in the hands of one core
 *
 * A word is swapped for 0, and what it was becomes the mask of a way. To everybody else its frames look
 * taken; that they are free is for the counts and for the free of a frame that is free already, which the bit
 * of the word in held leads to the masks. A way keeps its word when its mask is empty: the frames taken from
 * it come back there.
 *
 * A word is in one cache at most, that of the core whose access set its bit in held: so what the owner knows
 * and what the bitmap says is all there is to know of it. What others give back of it meanwhile is in the
 * bitmap; they take from there one by one.
 */
#include "shared_index.h"
#include "slot.h"

#define NO_WORD UINT64_MAX

static inline struct slot *slot_at(const struct bitframe *pool, const struct bitframe_core *cache)
{
    return (struct slot *)(void *)pool_word(pool, cache->slot);
}

/**
 * Has @p cache, that of @p slot, free frames @p mask of word @p word?
 *
 * Word and mask are two, and the owner may change them in between: then the mask was another word's. It
 * counts between one mask and the next word, so if the count stood still they were of the same time.
 */
static bool way_has(const struct slot *slot, const struct bitframe_core *cache, uint64_t word, uint64_t mask)
{
    uint64_t way = word % BITFRAME_CORE_WAYS;
    for (;;) {
        uint64_t taken = atomic_load_acquire(&slot->taken);
        if (atomic_load_acquire(&cache->word[way]) != word ||
            (atomic_load_acquire(&cache->mask[way]) & mask) == 0)
            return false;
        if (atomic_load_acquire(&cache->word[way]) == word && atomic_load_acquire(&slot->taken) == taken)
            return true;
    }
}

bool bitframe_frames_are_held(const struct bitframe *pool, uint64_t word, uint64_t mask)
{
    for (uint32_t core = 0; core < pool->sharing.cores; core++) {
        const struct slot *slot = pool_slots(pool) + core;
        const struct bitframe_core *cache = cache_of(pool, slot);
        if (cache && way_has(slot, cache, word, mask))
            return true;
    }
    return false;
}

/** Is the cache one of the pool's? Asked off the fast paths only: a cache that is not has nothing to give. */
static bool has_joined(const struct bitframe *pool, const struct bitframe_core *cache)
{
    uint64_t offset = cache->slot - pool->sharing.slots;
    return pool_is_shared(pool) && offset % sizeof(struct slot) == 0 &&
           offset / sizeof(struct slot) < pool->sharing.cores &&
           cache_of(pool, slot_at(pool, cache)) == cache;
}

enum bitframe_status bitframe_core_join(struct bitframe *pool, struct bitframe_core *cache, uint32_t core)
{
    if (!pool || !cache || (uintptr_t)cache % _Alignof(struct bitframe_core) != 0 || !pool_is_shared(pool) ||
        core >= pool->sharing.cores)
        return BITFRAME_INVALID;
    struct slot *slot = slot_of(pool, core);
    if (atomic_peek(&slot->cache) != 0)
        return BITFRAME_INVALID;
    for (uint32_t i = 0; i < pool->sharing.cores; i++) {
        if (cache_of(pool, pool_slots(pool) + i) == cache)
            return BITFRAME_INVALID;
    }
    cache->slot = pool_distance(pool, slot);
    cache->ready = 0;
    cache->moving = 0;
    for (int way = 0; way < BITFRAME_CORE_WAYS; way++) {
        cache->mask[way] = 0;
        cache->word[way] = NO_WORD;
        cache->pa[way] = 0;
    }
    uint64_t none = 0;
    if (!atomic_replace(&slot->cache, &none, pool_distance(pool, cache)))
        return BITFRAME_INVALID;
    atomic_count_release(&pool->sharing.caches, 1);
    return BITFRAME_OK;
}

/** Way @p way is to hold no word any more. Its mask is empty. */
static void forget(struct bitframe *pool, struct bitframe_core *cache, uint64_t way)
{
    uint64_t word = cache->word[way];
    if (word == NO_WORD)
        return;
    atomic_poke(&cache->word[way], NO_WORD);
    (void)atomic_clear_bits(held_of(pool, word / WORD_BITS), bit_mask(word));
}

/** Make word @p word its way's, whose mask is empty. Returns whether it is, and no other cache's. */
static bool hold(struct bitframe *pool, struct bitframe_core *cache, uint64_t word)
{
    uint64_t way = word % BITFRAME_CORE_WAYS;
    if (cache->word[way] == word)
        return true;
    if ((atomic_set_bits(held_of(pool, word / WORD_BITS), bit_mask(word)) & bit_mask(word)) != 0)
        return false;
    forget(pool, cache, way);
    atomic_poke(&cache->pa[way], pa_of_bit(pool, word * WORD_BITS));
    atomic_store_release(&cache->word[way], word);
    return true;
}

/** All that is free of word @p word, its way's, becomes the cache's. Returns whether there was any. */
static bool get_word(struct bitframe *pool, struct bitframe_core *cache, uint64_t word)
{
    uint64_t way = word % BITFRAME_CORE_WAYS;
    /* Until the word is in its way its frames are nowhere: who looks for the last free frame sees this. */
    atomic_poke(&cache->moving, 1);
    uint64_t bits = atomic_exchange(levels_at(pool, &pool->frames, 0) + word, 0);
    atomic_store_release(&cache->mask[way], bits);
    count_up(pool, &slot_at(pool, cache)->taken, word_count(bits));
    atomic_store_release(&cache->moving, 0);
    word_taken_from(pool, word, bits, 0);
    if (bits != 0)
        cache->ready |= bit_mask(way);
    return bits != 0;
}

/** Take from the lowest way that has a free frame. */
static inline uint64_t take_from_way(struct bitframe_core *cache)
{
    unsigned way = lowest_bit(cache->ready);
    uint64_t mask = cache->mask[way];
    uint64_t pa = cache->pa[way] + ((uint64_t)lowest_bit(mask) << BITFRAME_FRAME_SHIFT);
    mask &= mask - 1;
    /* Not before what this core gave back earlier is seen: it may be all that is free. */
    atomic_store_release(&cache->mask[way], mask);
    if (mask == 0)
        cache->ready &= ~bit_mask(way);
    return pa;
}

static __attribute__((noinline)) enum bitframe_status
take_after_all(struct bitframe *pool, struct bitframe_core *cache, uint64_t *pa)
{
    struct slot *slot = slot_at(pool, cache);
    if (!has_joined(pool, cache)) { /* or not any more: frames come from the pool */
        *pa = bitframe_take(pool);
        if (*pa != 0)
            return BITFRAME_OK;
        return pool_is_shared(pool) ? bitframe_none_or_held(pool) : BITFRAME_NONE;
    }
    for (;;) {
        uint64_t word = bitframe_word_to_use(pool, slot);
        if (word == NO_BIT)
            return bitframe_take_hidden(pool, slot, pa);
        if (!hold(pool, cache, word))
            *pa = bitframe_take_from_word(pool, slot, word);
        else
            *pa = get_word(pool, cache, word) ? take_from_way(cache) : 0;
        if (*pa != 0)
            return BITFRAME_OK;
    }
}

enum bitframe_status bitframe_core_take(struct bitframe *pool, struct bitframe_core *cache, uint64_t *pa)
{
    if (cache->ready == 0)
        return take_after_all(pool, cache, pa);
    *pa = take_from_way(cache);
    return BITFRAME_OK;
}

/** Way @p way, which is empty, is getting frames back. */
static __attribute__((noinline)) void way_refilled(struct bitframe *pool, struct bitframe_core *cache,
                                                   uint64_t way)
{
    /* Who is about to find that nothing is free anywhere may have passed this way when it was empty, and
       comes by another one when that is: this tells. A way that is never empty it sees. */
    struct slot *slot = slot_at(pool, cache);
    atomic_store_release(&slot->fills, atomic_peek(&slot->fills) + 1);
    cache->ready |= bit_mask(way);
}

enum bitframe_status bitframe_core_free(struct bitframe *pool, struct bitframe_core *cache, uint64_t pa)
{
    uint64_t bit = gap_bit(pool, pa);
    uint64_t word = bit / WORD_BITS;
    uint64_t way = word % BITFRAME_CORE_WAYS;
    if (!is_in_gap(pool, pa) || cache->word[way] != word || cache->slot == 0)
        return has_joined(pool, cache)
                   ? bitframe_shared_free(pool, pa, (uint32_t)(slot_at(pool, cache) - pool_slots(pool)))
                   : bitframe_free(pool, pa);
    /* What others have given back of this word is in the bitmap. */
    uint64_t mask = cache->mask[way];
    if (((mask | atomic_peek(levels_at(pool, &pool->frames, 0) + word)) & bit_mask(bit)) != 0)
        return BITFRAME_DOUBLE_FREE;
    atomic_store_release(&cache->mask[way], mask | bit_mask(bit));
    if (mask == 0)
        way_refilled(pool, cache, way);
    return BITFRAME_OK;
}

uint64_t bitframe_core_drain(struct bitframe *pool, struct bitframe_core *cache)
{
    uint64_t drained = 0;
    if (!has_joined(pool, cache))
        return 0;
    atomic_poke(&cache->moving, 1);
    for (unsigned way = 0; way < BITFRAME_CORE_WAYS; way++) {
        uint64_t word = cache->word[way];
        uint64_t mask = cache->mask[way];
        if (mask != 0) {
            atomic_store_release(&cache->mask[way], 0);
            uint64_t before = atomic_set_bits(levels_at(pool, &pool->frames, 0) + word, mask);
            word_given_to(pool, word, before, before | mask);
            drained += word_count(mask);
        }
        forget(pool, cache, way);
    }
    cache->ready = 0;
    if (drained != 0)
        count_up(pool, &slot_at(pool, cache)->freed, drained);
    atomic_store_release(&cache->moving, 0);
    return drained;
}

void bitframe_core_leave(struct bitframe *pool, struct bitframe_core *cache)
{
    if (!has_joined(pool, cache))
        return;
    (void)bitframe_core_drain(pool, cache);
    atomic_store_release(&slot_at(pool, cache)->cache, 0);
    cache->slot = 0;
}
