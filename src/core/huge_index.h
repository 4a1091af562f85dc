/* SPDX-License-Identifier: MIT */
/* huge_index.h - one huge frame: its words, and what the index says of it. */
#ifndef BITFRAME_CORE_HUGE_INDEX_H
#define BITFRAME_CORE_HUGE_INDEX_H

#include "core/cursor.h"

/** Are all frames of the huge frame at @p words free? */
static inline bool huge_is_whole(const uint64_t *words)
{
    return (words[0] & words[1] & words[2] & words[3] & words[4] & words[5] & words[6] & words[7]) ==
           UINT64_MAX;
}

/** Is no frame of the huge frame at @p words free? */
static inline bool huge_is_empty(const uint64_t *words)
{
    return (words[0] | words[1] | words[2] | words[3] | words[4] | words[5] | words[6] | words[7]) == 0;
}

/** A bit for each word of a huge frame. */
#define HUGE_USED UINT64_C(0xFF)

/** These bits of the huge frame whose first word is word @p word, in a word of the level above. */
static inline uint64_t huge_mask(uint64_t word)
{
    return HUGE_USED << word % WORD_BITS;
}

/** Huge frame @p huge_frame has become whole. */
static inline void lower_huge_word(struct bitframe *pool, uint64_t huge_frame)
{
    if (huge_frame / WORD_BITS < pool->huge_word)
        pool->huge_word = huge_frame / WORD_BITS;
}

/** All frames of huge frame @p huge_frame, which is not the cursor's, have become free. */
static inline void huge_completed(struct bitframe *pool, uint64_t huge_frame)
{
    levels_set(pool, pool->huge.level, huge_frame);
    lower_huge_word(pool, huge_frame);
}

/** Take next's huge frame, whose first word is word @p word, out of the levels above frames. Finds the new next. */
static inline void advance_next(struct bitframe *pool, uint64_t word)
{
    const uint64_t *level = pool->frames.level;
    uint64_t next =
        levels_clear_lowest(pool, level + 1, level + pool->frames.count, word / WORD_BITS, huge_mask(word));
    pool->next = next == NO_BIT ? next_none(pool) : huge_distance(pool, next);
}

#endif
