/* SPDX-License-Identifier: MIT */
/*
 * cursor.c - moving the cursor on, and what the index learns late
 *
 * The index of free huge frames changes only where a word becomes or stops being all ones. An allocation does
 * not even look: it allocates from the cursor's word, which is the first of its huge frame if the huge frame
 * is whole, and by the time that word is empty the cursor comes by here anyway. Until then the huge frame's
 * bit may stand though frames of the first word are gone. Whoever asks the index settles that first.
 *
 * Likewise a huge frame that is freed whole below all that is free is pending until someone asks. Only the
 * cursor meets it until then, and needs none of the bits that it lacks: a climb from it clears them once
 * more.
 */
#include "core/cursor.h"
#include "base/platform.h"
#include "core/huge_index.h"
#include "layout/window.h"

void bitframe_set_cursor(struct bitframe *pool, uint64_t word)
{
    uint64_t bit = word * WORD_BITS;
    const struct segment *segment = bitframe_segment_of_bit(pool, bit);
    pool->cursor_base_pa = (segment->first - segment->first_bit) << BITFRAME_FRAME_SHIFT;
    pool->cursor_first = segment->first_bit / WORD_BITS;
    pool->cursor_words = (segment->end - segment->first) / WORD_BITS;
    (void)step_cursor(pool, word);
}

/** Tie pending huge frame @p huge_frame, the cursor's, into the index, but not as a whole one. */
static inline void tie_opened_huge(struct bitframe *pool, uint64_t huge_frame)
{
    pool->pending = 0;
    levels_climb_filled(pool, pool->frames.level + 1, huge_frame / GROUP_HUGE);
    /* Other huge frames may have set their bits beside it, and seen no need to climb. */
    uint64_t *others = levels_at(pool, &pool->huge, 0) + huge_frame / WORD_BITS;
    *others &= ~bit_mask(huge_frame);
    if (*others != 0)
        levels_climb_filled(pool, pool->huge.level, huge_frame / WORD_BITS);
}

/** Tie pending huge frame @p huge_frame, the cursor's and whole, into the index. */
static inline void tie_whole_huge(struct bitframe *pool, uint64_t huge_frame)
{
    pool->pending = 0;
    levels_climb_filled(pool, pool->frames.level + 1, huge_frame / GROUP_HUGE);
    levels_climb_filled(pool, pool->huge.level, huge_frame / WORD_BITS);
    lower_huge_word(pool, huge_frame);
}

void bitframe_flush_pending(struct bitframe *pool)
{
    uint64_t word = cursor_word(pool);
    uint64_t huge_frame = word / HUGE_WORDS;
    if (word >= pool->frames.words)
        return;
    if (*pool_word(pool, pool->cursor) == UINT64_MAX) {
        if (pool->pending)
            tie_whole_huge(pool, huge_frame);
    } else if (pool->pending) {
        tie_opened_huge(pool, huge_frame);
    } else if (levels_test(pool, &pool->huge, huge_frame)) {
        levels_clear(pool, &pool->huge, huge_frame);
    }
}

/**
 * The first word of huge frame @p huge_frame is empty, the cursor at its second, and its bit still stands.
 * Returns @p pa, for a tail call.
 */
static __attribute__((noinline)) uint64_t huge_opened(struct bitframe *pool, uint64_t pa, uint64_t huge_frame)
{
    if (pool->pending)
        tie_opened_huge(pool, huge_frame);
    else
        levels_clear(pool, &pool->huge, huge_frame);
    return pa;
}

/** The next word is of another segment. Returns @p pa, for a tail call. */
static __attribute__((noinline)) uint64_t segment_emptied(struct bitframe *pool, uint64_t pa, uint64_t word)
{
    bitframe_set_cursor(pool, word);
    return pa;
}

/** There is no next word. Returns @p pa, for a tail call. */
static __attribute__((noinline)) uint64_t pool_emptied(struct bitframe *pool, uint64_t pa)
{
    BITFRAME_ASSERT(pool->free_frames == 0);
    park_cursor(pool);
    return pa;
}

uint64_t bitframe_cursor_emptied(struct bitframe *pool, uint64_t pa)
{
    const uint64_t *level = pool->frames.level;
    const uint64_t *any = level + 1;
    const uint64_t *parent;
    uint64_t emptied = cursor_word(pool);
    uint64_t word = emptied;
    uint64_t left;
    do {
        uint64_t mask = bit_mask(word);
        word /= WORD_BITS;
        parent = pool_word(pool, *++level);
        left = parent[word] & ~mask;
        pool_word(pool, *level)[word] = left;
    } while (left == 0);
    /* Or GCC keeps the number of the word below through the climb, to mask it: an instruction a level. */
    __asm__("" : "+r"(word));
    word = word * WORD_BITS + lowest_bit(left);

    if (level == any) {
        /* The next word is of the same group, so of the same segment. */
        pool->cursor += (word - emptied) * sizeof(uint64_t);
        pool->cursor_pa += (word - emptied) << (WORD_SHIFT + BITFRAME_FRAME_SHIFT);
        /* Is it the first word of a huge frame that is empty now? Its bit, if it still stands, is still to
         * do. */
        if (emptied % HUGE_WORDS == 0 && levels_test(pool, &pool->huge, emptied / HUGE_WORDS))
            return huge_opened(pool, pa, emptied / HUGE_WORDS);
        return pa;
    }
    if (parent == &pool->frames.stop)
        return pool_emptied(pool, pa);
    do {
        left = pool_word(pool, *--level)[word];
        word = word * WORD_BITS + lowest_bit(left);
    } while (level != any);
    return step_cursor(pool, word) ? pa : segment_emptied(pool, pa, word);
}

void bitframe_find_cursor(struct bitframe *pool)
{
    uint64_t bit = bitframe_levels_next(pool, &pool->frames, 0);
    if (bit == NO_BIT)
        forget_cursor(pool);
    else
        bitframe_set_cursor(pool, bit / WORD_BITS);
}

void bitframe_window_find(struct bitframe *pool)
{
    pool->window_frames = 0;
    pool->window_pa = 0;
    pool->zero_word = 0;
    if (pool->free_frames != 0)
        bitframe_window_move(pool,
                             frame_number(pool->cursor_pa) + lowest_bit(*pool_word(pool, pool->cursor)));
}
