/* SPDX-License-Identifier: MIT */
/*
 * atomic.h - words that several CPUs change
 *
 * The memory order is in the name. A name without an order is sequentially consistent: in the protocols of
 * shared pools a CPU writes its own word and then reads another's, and no weaker order keeps the two in
 * sequence. On AArch64 these functions are LDAR, and LDSETAL, LDCLRAL, CASAL, SWPAL or an LDAXR/STLXR loop,
 * as the option `atomics` says. -mno-outline-atomics keeps out helper functions. docs/concurrency.md says
 * which access pairs with which.
 */
#ifndef BITFRAME_BASE_ATOMIC_H
#define BITFRAME_BASE_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t atomic_load_word(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

/** Not torn, and nothing more: a hint, or a value that an atomic access will check. */
static inline uint64_t atomic_load_relaxed(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline void atomic_store_relaxed(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

/** A CPU that sees the new value sees all that this CPU did before, in program order. */
static inline void atomic_store_release(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/** Clear the bits of @p mask. Returns the word as it was before. */
static inline uint64_t atomic_clear_bits(uint64_t *word, uint64_t mask)
{
    return __atomic_fetch_and(word, ~mask, __ATOMIC_SEQ_CST);
}

/** Set the bits of @p mask. Returns the word as it was before. */
static inline uint64_t atomic_set_bits(uint64_t *word, uint64_t mask)
{
    return __atomic_fetch_or(word, mask, __ATOMIC_SEQ_CST);
}

static inline uint64_t atomic_exchange(uint64_t *word, uint64_t value)
{
    return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
}

/** If the word is @p *expected, replace it by @p value. If not, *expected becomes the word. */
static inline bool atomic_replace(uint64_t *word, uint64_t *expected, uint64_t value)
{
    return __atomic_compare_exchange_n(word, expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

/** Count up. A CPU that sees the new count sees all that this CPU did before, in program order. */
static inline void atomic_count_release(uint64_t *word, uint64_t by)
{
    (void)__atomic_fetch_add(word, by, __ATOMIC_RELEASE);
}

/** Count up by one. Returns what the word was. */
static inline uint64_t atomic_count_next(uint64_t *word)
{
    return __atomic_fetch_add(word, 1, __ATOMIC_SEQ_CST);
}

static inline void atomic_fence(void)
{
#ifdef __SANITIZE_THREAD__
    /* ThreadSanitizer knows no fences. This one orders only atomic accesses, so it has nothing to report. */
    __asm__ volatile("" ::: "memory");
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

#include "base/atomic_steps.h"

#endif
