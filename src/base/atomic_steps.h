/* SPDX-License-Identifier: MIT */
/* atomic_steps.h - an access that differs by machine. atomic.h includes this file. */
#ifndef BITFRAME_BASE_ATOMIC_STEPS_H
#define BITFRAME_BASE_ATOMIC_STEPS_H

/**
 * Clear the bits of @p mask. All of them are set in @p *value, the word as the caller loaded it a moment ago.
 *
 * @param value  Becomes the word as it was before this access.
 *
 * @return  Whether any of the bits were still set. On x86-64 also false, with nothing done, if another bit
 *          has changed: an access that returns the old value is a loop around CMPXCHG there, so this one
 *          begins with the value at hand and leaves the loop to the caller.
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
