/* SPDX-License-Identifier: MIT */
/*
 * atomic.h - words that several cores change
 *
 * The order is in the name; without one it is sequentially consistent: the protocols of shared pools are of
 * the kind "write mine, then read yours", which nothing weaker orders. On AArch64 these are LDAR, and
 * LDSETAL, LDCLRAL, CASAL, SWPAL or an LDAXR/STLXR loop, as the option `atomics` says; out-of-huge frame
 * helpers are off by -mno-outline-atomics. docs/concurrency.md says what pairs with what.
 */
#ifndef BITFRAME_BASE_ATOMIC_H
#define BITFRAME_BASE_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t atomic_load_word(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

/** Not torn, and no more than that: a hint, or what an atomic access will decide. */
static inline uint64_t atomic_load_relaxed(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline void atomic_store_relaxed(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

/** A core that sees the new value sees all that came before it in this core's program order. */
static inline void atomic_store_release(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/** Clear the bits of @p mask. Returns what the word was. */
static inline uint64_t atomic_clear_bits(uint64_t *word, uint64_t mask)
{
    return __atomic_fetch_and(word, ~mask, __ATOMIC_SEQ_CST);
}

/** Set the bits of @p mask. Returns what the word was. */
static inline uint64_t atomic_set_bits(uint64_t *word, uint64_t mask)
{
    return __atomic_fetch_or(word, mask, __ATOMIC_SEQ_CST);
}

static inline uint64_t atomic_exchange(uint64_t *word, uint64_t value)
{
    return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
}

/** Replace @p *expected by @p value if the word is that. Else *expected becomes what it is. */
static inline bool atomic_replace(uint64_t *word, uint64_t *expected, uint64_t value)
{
    return __atomic_compare_exchange_n(word, expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

/** Count up. Who sees the new count sees all that came before it in this core's program order. */
static inline void atomic_count_release(uint64_t *word, uint64_t by)
{
    (void)__atomic_fetch_add(word, by, __ATOMIC_RELEASE);
}

static inline void atomic_fence(void)
{
#ifdef __SANITIZE_THREAD__
    /* It does not know fences. What they order here is atomic on both sides, so it has nothing to report. */
    __asm__ volatile("" ::: "memory");
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

#include "base/atomic_steps.h"

#endif
