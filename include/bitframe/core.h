/* SPDX-License-Identifier: MIT */
/*
 * bitframe/core.h - a core's own cache of frames of a shared pool
 *
 * For who wants the last nanosecond, and gives back soon what he takes. A core cache holds words of the
 * bitmap, 64 frames each, that it has swapped out of the pool by one atomic access each; frames of these
 * words are taken from and given back to it by plain loads and stores. What it holds counts as free, exactly;
 * other cores cannot have it until the owner drains it. A request that finds nothing else and answers by a
 * status says BITFRAME_HELD, never a plain "none"; one that answers by a PA gives 0, and
 * bitframe_held_frames() says the rest.
 *
 * Safety: the calls on one cache must not overlap: the owner is not preempted between the begin and the end
 * of a call, and interrupt handlers on the same core use the pool's own calls (or the owner masks
 * interrupts). The pool may be in use meanwhile by anybody in any way. A cache that has not joined, or has
 * left, or whose pool was unshared, holds nothing: takes and frees go to the pool itself, until it joins
 * again. One that has never joined is all zero.
 */
#ifndef BITFRAME_CORE_H
#define BITFRAME_CORE_H

#include <bitframe/shared.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Words that a core cache holds at most. A word is held in way (its number) % BITFRAME_CORE_WAYS. */
#define BITFRAME_CORE_WAYS 8

/**
 * A core cache. The caller owns the storage and keeps it, at the same distance from the pool, until
 * bitframe_unshare(); or until bitframe_core_leave(), and all calls of other cores that began before that
 * have ended: they may be looking into it. The members are bitframe's own.
 */
struct bitframe_core {
    uint64_t slot;   /* distance of what belongs to the core */
    uint64_t ready;  /* bit i: way i has a free frame */
    uint64_t moving; /* not 0 while a word is on its way from the pool to a way */
    uint64_t unused[5];
    uint64_t mask[BITFRAME_CORE_WAYS]; /* its free frames */
    uint64_t word[BITFRAME_CORE_WAYS]; /* the number of the word, or UINT64_MAX */
    uint64_t pa[BITFRAME_CORE_WAYS];   /* the PA of its first frame */
} __attribute__((aligned(128)));

/**
 * Make a core cache, empty, and make it known to the pool.
 *
 * @param core  The number of the core that owns it.
 *
 * @retval BITFRAME_OK       It can be used.
 * @retval BITFRAME_INVALID  A null pointer, a misaligned cache, a pool that is not shared (or a library
 * without shared pools), a number that is none of its cores' or has a cache already, or a cache that is
 * another core's; nothing changed.
 *
 * @par Safety  Any context.
 */
enum bitframe_status bitframe_core_join(struct bitframe *pool, struct bitframe_core *cache, uint32_t core);

/**
 * Take a frame: of what the cache holds, or of a word that it gets for this. A word is in one cache at most;
 * of one that another holds, what was given back to the pool is taken one by one.
 *
 * @param pa  Becomes the frame's PA.
 *
 * @retval BITFRAME_OK    The frame is the caller's.
 * @retval BITFRAME_NONE  At some instant of the call no frame was free.
 * @retval BITFRAME_HELD  None but in other core caches: bitframe_held_frames() says how many in which. Have
 *                        them drained, and ask again.
 *
 * @par Cost  Plain instructions; one atomic swap for every 64 frames, as a rule.
 */
enum bitframe_status bitframe_core_take(struct bitframe *pool, struct bitframe_core *cache, uint64_t *pa);

/**
 * Give back a frame, whoever took it: to the cache if it holds the frame's word and that lies in the longest
 * stretch of the pool between reservations, else to the pool. Statuses are those of bitframe_free(). A second
 * free of a frame, a mistake, that comes while its word is on the way between pool and cache may pass as
 * right.
 *
 * @par Cost  Plain instructions, or those of bitframe_free_on().
 */
enum bitframe_status bitframe_core_free(struct bitframe *pool, struct bitframe_core *cache, uint64_t pa);

/**
 * Give back to the pool all that the cache holds. It stays usable, and empty until the next take.
 *
 * @return  How many frames it held.
 *
 * @par Cost  Two atomic accesses for each word.
 */
uint64_t bitframe_core_drain(struct bitframe *pool, struct bitframe_core *cache);

/** Drain the cache, and end it: the pool forgets it, and the core may join again. */
void bitframe_core_leave(struct bitframe *pool, struct bitframe_core *cache);

#ifdef __cplusplus
}
#endif

#endif
