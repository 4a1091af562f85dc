/* SPDX-License-Identifier: MIT */
/* huge_index.h - which huge frames are whole, one huge frame at a time. */
#ifndef BITFRAME_CORE_HUGE_INDEX_H
#define BITFRAME_CORE_HUGE_INDEX_H

#include "layout/tables.h"

/** Are all frames of huge frame @p huge_frame free? */
static inline bool huge_is_whole(const struct bitframe *pool, uint64_t huge_frame)
{
    const uint64_t *words = levels_at(pool, &pool->frames, 0) + huge_frame * HUGE_WORDS;
    return (words[0] & words[1] & words[2] & words[3] & words[4] & words[5] & words[6] & words[7]) ==
           UINT64_MAX;
}

/** Huge frame @p huge_frame has become whole. */
static inline void lower_huge_word(struct bitframe *pool, uint64_t huge_frame)
{
    if (huge_frame / WORD_BITS < pool->huge_word)
        pool->huge_word = huge_frame / WORD_BITS;
}

/** All frames of huge frame @p huge_frame have become free. */
static inline void huge_completed(struct bitframe *pool, uint64_t huge_frame)
{
    levels_set(pool, &pool->huge, huge_frame);
    lower_huge_word(pool, huge_frame);
}

#endif
