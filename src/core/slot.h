/* SPDX-License-Identifier: MIT */
/* slot.h - what belongs to a core of a shared pool, and the counts that it keeps. */
#ifndef BITFRAME_CORE_SLOT_H
#define BITFRAME_CORE_SLOT_H

#include "atomic.h"
#include "sharing.h"

/** What belongs to one core, on cache lines of its own. Others only read it, but for a wrong core number. */
struct slot {
    uint64_t taken; /* frames, ever */
    uint64_t freed; /* frames, ever */
    uint64_t leaf;  /* distance of the word where the last frame came from, a hint; of one that is always 0 if
                       the policy has no use for it */
    uint64_t group; /* that the core takes from: a hint */
    uint64_t line_word; /* of lines, where the last whole line came from: a hint */
    uint64_t unused[11];
};

_Static_assert(sizeof(struct slot) == 128, "BITFRAME_SHARE_BYTES() says so");

static inline struct slot *pool_slots(const struct bitframe *pool)
{
    return (struct slot *)(void *)pool_word(pool, pool->sharing.slots);
}

/** The slot of @p core. A number that is out of range is as wrong as any other. */
static inline struct slot *slot_of(const struct bitframe *pool, uint32_t core)
{
    if (core >= pool->sharing.cores)
        core %= pool->sharing.cores;
    return pool_slots(pool) + core;
}

/** @p frames frames were taken and given back, by a call that failed. */
static inline void count_rollback(struct slot *slot, uint64_t frames)
{
    atomic_count_release(&slot->taken, frames);
    atomic_count_release(&slot->freed, frames);
}

/** The word with the bit that says that group @p group is some core's: 64 groups to a cache line. */
static inline uint64_t *claims_of(const struct bitframe *pool, uint64_t group)
{
    return pool_word(pool, pool->sharing.claims) + group / WORD_BITS * 8;
}

/** Frames that were ever taken less those that were ever given back, modulo 2^64. */
uint64_t bitframe_net_taken(const struct bitframe *pool);

/*
 * How long a request goes on while other CPUs change what it looks at. Each of its loops ends by one of
 * these, or goes over the pool once and never turns back.
 */
enum {
    TRIES = 16, /* by the index, at what another CPU takes first */
    LOOKS = 2   /* at the whole bitmap, while other CPUs give frames back */
};

/** Frames ever given back: it grows before any call that gives some back returns. */
uint64_t bitframe_sum_of_frees(const struct bitframe *pool);

/**
 * The index knows of no run that @p wanted allows. Take one after all, or find that there is none.
 *
 * @param pa  Becomes the PA of the run.
 *
 * @retval BITFRAME_OK    It was taken and counted.
 * @retval BITFRAME_NONE  At some instant of the call there was none.
 * @retval BITFRAME_BUSY  During each of LOOKS looks frames were given back: by another CPU, or by this call,
 * which had claimed a part of a run that another CPU had the rest of.
 */
enum bitframe_status bitframe_take_hidden(struct bitframe *pool, struct slot *slot,
                                          const struct wanted *wanted, uint64_t *pa);

/** The index did not know of the frames at @p pa: set what bits are missing above others like them. */
void bitframe_mend(struct bitframe *pool, uint64_t pa, uint64_t frames);

/**
 * Take bits [@p first, @p end), at least one, if all are set. Index and count are the caller's.
 *
 * @return  NO_BIT if they were taken, or else one that was clear.
 */
uint64_t bitframe_claim_bits(struct bitframe *pool, struct slot *slot, uint64_t first, uint64_t end);

/** Give back the line that begins with word @p word: all of its bits are frames, and the caller's. */
enum bitframe_status bitframe_shared_free_line(struct bitframe *pool, uint64_t word);

/** A run of whole lines, whatever the index says: a pass over the bitmap. Its frame number, or NO_BIT. */
uint64_t bitframe_search_lines(const struct bitframe *pool, const struct wanted *wanted);

/** Set the bits @p mask of word @p word, and repair the index. Returns what the word was. The count is the
 * caller's. */
uint64_t bitframe_give_to(struct bitframe *pool, uint64_t word, uint64_t mask);

/** Set bits [@p first, @p end), at least one, and count. Returns how many were clear: fewer if another CPU
 * set any. */
uint64_t bitframe_set_range(struct bitframe *pool, uint64_t first, uint64_t end);

/** A word that the core of @p slot should take from, as the policy says; NO_BIT if the index knows of none.
 */
uint64_t bitframe_word_to_use(struct bitframe *pool, struct slot *slot);

/** Is the word at @p distance from the pool one of the largest segment? */
static inline bool leaf_is_near(const struct bitframe *pool, uint64_t distance)
{
    return distance - pool->sharing.first_leaf < pool->sharing.leaf_bytes;
}

/** Then this is the PA of its first frame. */
static inline uint64_t near_leaf_pa(const struct bitframe *pool, uint64_t distance)
{
    return pool->sharing.zero_leaf_pa + (distance << (BITFRAME_FRAME_SHIFT + WORD_SHIFT - 3));
}

/** The PA of the first frame of the word at @p distance. */
uint64_t bitframe_leaf_pa(const struct bitframe *pool, uint64_t distance);

static inline uint64_t leaf_pa(const struct bitframe *pool, uint64_t distance)
{
    return leaf_is_near(pool, distance) ? near_leaf_pa(pool, distance) : bitframe_leaf_pa(pool, distance);
}

/** The distance of word @p word of the bitmap. */
static inline uint64_t leaf_distance(const struct bitframe *pool, uint64_t word)
{
    return pool->frames.level[0] + word * sizeof(uint64_t);
}

/** The PA of the frame of @p bit. */
static inline uint64_t pa_of_bit(const struct bitframe *pool, uint64_t bit)
{
    return leaf_pa(pool, leaf_distance(pool, bit / WORD_BITS)) + (bit % WORD_BITS << BITFRAME_FRAME_SHIFT);
}

/** Is @p pa the start of a frame of the gap? Then the bit of its frame is gap_bit(). */
static inline bool is_in_gap(const struct bitframe *pool, uint64_t pa)
{
    /* Rotated right, a misaligned offset is a number beyond any pool: one comparison refuses both. */
    uint64_t offset = pa - pool->sharing.gap_pa;
    return (offset >> BITFRAME_FRAME_SHIFT | offset << (64 - BITFRAME_FRAME_SHIFT)) <
           pool->sharing.gap_frames;
}

static inline uint64_t gap_bit(const struct bitframe *pool, uint64_t pa)
{
    return pool->sharing.gap_zero_bit + frame_number(pa);
}

#endif
