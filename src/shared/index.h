/* SPDX-License-Identifier: MIT */
/*
 * index.h - the levels of a shared pool, kept nearly right by all CPUs
 *
 * The words of the bitmap decide: a frame is allocated by whoever clears its bit, and free once its bit is
 * set. All above is a hint that is kept nearly right by one rule, level by level. Who empties a word clears
 * its bit above, then looks at the word again and puts the bit back if a frame has returned; who fills an
 * empty word looks at its bit above and sets it if it is clear. Each writes its own word and then reads the
 * other's, so under sequential consistency one of the two sees the other, and no word with a free frame stays
 * without its bit. A bit over an empty word does no harm: the search that meets it clears it by the same
 * rule.
 *
 * For free huge frames the rule is the same with "all eight words are all ones" in place of "not 0".
 */
#ifndef BITFRAME_SHARED_INDEX_H
#define BITFRAME_SHARED_INDEX_H

#include "base/atomic.h"
#include "layout/tables.h"

/** Word @p word of level @p k was 0 and no longer is. */
void bitframe_word_filled(struct bitframe *pool, const struct bitframe_levels *levels, uint64_t k,
                          uint64_t word);

/** Word @p word of level @p k was seen to be 0. */
void bitframe_word_emptied(struct bitframe *pool, const struct bitframe_levels *levels, uint64_t k,
                           uint64_t word);

/** Of group @p group, the words with a bit in @p words were seen to be 0, all at about the same time. */
void bitframe_group_emptied(struct bitframe *pool, uint64_t group, uint64_t words);

/** Of group @p group, the words with a bit in @p words were 0 and no longer are. */
void bitframe_group_filled(struct bitframe *pool, uint64_t group, uint64_t words);

/**
 * Word @p word of level 0 was found without the index, which should know of it: set what bits are missing
 * above it. A call that stopped in bitframe_word_filled() leaves one, and then all that is freed below it
 * later is hidden.
 */
void bitframe_index_mend(struct bitframe *pool, const struct bitframe_levels *levels, uint64_t word);

/** Were all frames of huge frame @p huge_frame free, each when it was looked at? */
bool bitframe_huge_is_whole(const struct bitframe *pool, uint64_t huge_frame);

/** All of huge frame @p huge_frame may have become free. */
void bitframe_huge_may_be_whole(struct bitframe *pool, uint64_t huge_frame);

/** Frames of huge frame @p huge_frame, which may have been whole, were allocated; or it has a bit and should
 * not. */
void bitframe_huge_opened(struct bitframe *pool, uint64_t huge_frame);

/**
 * The number of the lowest word of level 0, not below @p from, that was not 0 a moment ago; NO_BIT if the
 * index knows of none. A bit over an empty word that is met on the way is cleared.
 */
uint64_t bitframe_shared_next_word(struct bitframe *pool, const struct bitframe_levels *levels,
                                   uint64_t from);

/** The same for groups: the lowest one, not below @p from, that has a word with a free frame. */
uint64_t bitframe_shared_next_group(struct bitframe *pool, uint64_t from);

/** Bits were cleared: word @p word was @p before and became @p after. */
static inline void word_allocated_from(struct bitframe *pool, uint64_t word, uint64_t before, uint64_t after)
{
    if (after == 0 && before != 0)
        bitframe_word_emptied(pool, &pool->frames, 0, word);
    if (before == UINT64_MAX && after != UINT64_MAX)
        bitframe_huge_opened(pool, word / HUGE_WORDS);
}

/** Bits were set: word @p word was @p before and became @p after. */
static inline void word_given_to(struct bitframe *pool, uint64_t word, uint64_t before, uint64_t after)
{
    if (before == 0 && after != 0)
        bitframe_word_filled(pool, &pool->frames, 0, word);
    if (after == UINT64_MAX && before != UINT64_MAX)
        bitframe_huge_may_be_whole(pool, word / HUGE_WORDS);
}

/** The huge frame bits of group @p group, one for each of its eight huge frames. */
static inline uint64_t group_huge(const struct bitframe *pool, uint64_t group)
{
    const uint64_t *huge = levels_at(pool, &pool->huge, 0) + group * GROUP_HUGE / WORD_BITS;
    return atomic_load_relaxed(huge) >> group * GROUP_HUGE % WORD_BITS & 0xFF;
}

#endif
