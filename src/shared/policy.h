/* SPDX-License-Identifier: MIT */
/* policy.h - which word a CPU takes single frames from. */
#ifndef BITFRAME_SHARED_POLICY_H
#define BITFRAME_SHARED_POLICY_H

#include "shared/index.h"
#include "shared/slots.h"

/** A word near those that the CPU of @p slot took from; NO_BIT if the index knows of none. */
uint64_t bitframe_word_near(struct bitframe_shared *shared, struct slot *slot);

/** A word that the CPU of @p slot should take from, as the policy says; NO_BIT if the index knows of none. */
static inline uint64_t word_to_use(struct bitframe_shared *shared, struct slot *slot)
{
    if (shared->policy == BITFRAME_LOCAL)
        return bitframe_word_near(shared, slot);
    struct bitframe *pool = shared_pool(shared);
    return bitframe_shared_next_word(pool, &pool->frames, 0);
}

#endif
