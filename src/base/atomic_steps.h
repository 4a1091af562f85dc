/* SPDX-License-Identifier: MIT */
/* atomic_steps.h - what is not the same access on every machine, for atomic.h, which includes this. */
#ifndef BITFRAME_BASE_ATOMIC_STEPS_H
#define BITFRAME_BASE_ATOMIC_STEPS_H

/**
 * Clear the bits of @p mask, all of which are set in @p *value, what the word was a moment ago.
 *
 * @param value  Becomes what the word was.
 *
 * @return  Whether any of them were set by then. On x86-64 also false if another bit has changed, with
 * nothing done: what returns an old value is a loop around CMPXCHG there, so it might as well begin with the
 * value at hand.
 */
static inline bool atomic_try_clear(uint64_t *word, uint64_t *value, uint64_t mask)
{
#ifdef __x86_64__
    return __atomic_compare_exchange_n(word, value, *value & ~mask, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
#else
    *value = atomic_clear_bits(word, mask);
    return (*value & mask) != 0;
#endif
}

#endif
