/* SPDX-License-Identifier: MIT */
/*
 * shake.h - the CPU, with something between any two of its atomic accesses
 *
 * To be included by the compiler's -include ahead of the CPU's sources. Races are lost in the few
 * nanoseconds between two accesses; shake() is called ahead of each and makes them as long as the test likes,
 * or makes another call there, as an interrupt would. It also hears of paths that no status tells.
 */
#ifndef BITFRAME_TESTS_SHAKE_H
#define BITFRAME_TESTS_SHAKE_H
#ifndef __ASSEMBLER__ /* kernels get it too */

#include "shared/slots.h"
#include "team.h"

/** Called ahead of every atomic access. */
void shake(void);

/** Called when a path has been taken. */
void shaken(enum shaken path);

static inline uint64_t shaken_clear_bits(uint64_t *word, uint64_t mask)
{
    shake();
    uint64_t before = atomic_clear_bits(word, mask);
    if ((before & mask) == 0)
        shaken(SHAKEN_LOST_BIT);
    return before;
}

static inline bool shaken_try_clear(uint64_t *word, uint64_t *value, uint64_t mask)
{
    shake();
    bool is_done = atomic_try_clear(word, value, mask);
    if (!is_done)
        shaken(SHAKEN_LOST_BIT);
    return is_done;
}

static inline void shaken_count_rollback(struct slot *slot, uint64_t frames)
{
    shake();
    shaken(SHAKEN_ROLLBACK);
    count_rollback(slot, frames);
}

#define atomic_load_word(word)            (shake(), (atomic_load_word)(word))
#define atomic_load_relaxed(word)         (shake(), (atomic_load_relaxed)(word))
#define atomic_store_relaxed(word, value) (shake(), (atomic_store_relaxed)(word, value))
#define atomic_clear_bits(word, mask)     shaken_clear_bits(word, mask)
#define atomic_try_clear(word, was, mask) shaken_try_clear(word, was, mask)
#define atomic_set_bits(word, mask)       (shake(), (atomic_set_bits)(word, mask))
#define atomic_store_release(word, value) (shake(), (atomic_store_release)(word, value))
#define atomic_exchange(word, value)      (shake(), (atomic_exchange)(word, value))
#define atomic_replace(word, was, value)  (shake(), (atomic_replace)(word, was, value))
#define atomic_count_release(word, by)    (shake(), (atomic_count_release)(word, by))
#define count_rollback                    shaken_count_rollback

#endif
#endif
