/* SPDX-License-Identifier: MIT */
/*
 * huge.c - 2 MiB at a time
 *
 * What run.c does for any run, for the one that kernels ask for most: one huge frame, wherever it is. Its
 * words are one cache line of bitmap and one byte of the level above, its place is the lowest bit of the
 * index of whole huge frames, and so the number of steps depends on nothing but the number of levels.
 */
#include "core/frame.h"
#include "core/huge_index.h"
#include "core/owner.h"
#include "layout/hooks.h"
#include "layout/window.h"

static inline void huge_write(uint64_t *words, uint64_t value)
{
    words[0] = value;
    words[1] = value;
    words[2] = value;
    words[3] = value;
    words[4] = value;
    words[5] = value;
    words[6] = value;
    words[7] = value;
}

/** Group @p group has nothing free but one huge frame, which is not next's and leaves the index. */
static inline void clear_last(struct bitframe *pool, uint64_t group)
{
    levels_at(pool, &pool->frames, 1)[group] = 0;
    levels_climb_emptied(pool, pool->frames.level + 1, group);
}

/** Allocate huge frame @p huge_frame at @p pa, the lowest that is whole, from the index. */
static inline uint64_t alloc_this(struct bitframe *pool, uint64_t huge_frame, uint64_t pa)
{
    uint64_t word = huge_frame * HUGE_WORDS;
    uint64_t *huge = levels_at(pool, &pool->huge, 0) + huge_frame / WORD_BITS;
    uint64_t others = *huge & ~bit_mask(huge_frame);
    *huge = others;
    if (others == 0) {
        const uint64_t *level = pool->huge.level;
        uint64_t next = levels_clear_lowest(pool, level, level + pool->huge.count, huge_frame / WORD_BITS, 0);
        pool->huge_word = next == NO_BIT ? 0 : next / WORD_BITS;
    }
    (void)debug_allocated(pool, pa, BITFRAME_HUGE_FRAMES);
    huge_write(levels_at(pool, &pool->frames, 0) + word, 0);
    pool->free_frames -= BITFRAME_HUGE_FRAMES;
    uint64_t *any = levels_at(pool, &pool->frames, 1) + word / WORD_BITS;
    uint64_t left = *any & ~huge_mask(word);
    bool is_next = pool->next == word_distance(pool, word);
    if (left == 0) {
        if (is_next)
            advance_next(pool, word);
        else
            clear_last(pool, word / WORD_BITS);
        return pa;
    }
    *any = left;
    if (is_next)
        pool->next = huge_distance(pool, word / WORD_BITS * WORD_BITS + lowest_bit(left));
    return pa;
}

/** Allocate huge frame @p huge_frame of another segment than the cached one. */
static __attribute__((noinline)) uint64_t alloc_elsewhere(struct bitframe *pool, uint64_t huge_frame)
{
    uint64_t word = huge_frame * HUGE_WORDS;
    bitframe_cache_segment(pool, word);
    return alloc_this(pool, huge_frame, pa_in_segment(pool, word));
}

/** No huge frame is whole where the last one was: look for the lowest one from the top. */
static __attribute__((noinline)) uint64_t alloc_from_top(struct bitframe *pool)
{
    const uint64_t *level = pool->huge.level + pool->huge.count - 1;
    uint64_t top = *pool_word(pool, *level);
    if (top == 0)
        return 0;
    uint64_t huge_frame = levels_descend(pool, &pool->huge, level, 0, top);
    pool->huge_word = huge_frame / WORD_BITS;
    return bitframe_alloc_huge(pool);
}

uint64_t bitframe_alloc_huge(struct bitframe *pool)
{
    check_owner(pool);
    uint64_t *cursor = pool_word(pool, pool->cursor);
    if (pool->rest == (HUGE_USED & ~UINT64_C(1)) && huge_is_whole(cursor)) {
        /* It lies at the cursor: nothing below it is free, and the index does not know of it. */
        huge_write(cursor, 0);
        pool->free_frames -= BITFRAME_HUGE_FRAMES;
        pool->rest = 0;
        return debug_allocated(pool, pool->cursor_pa, BITFRAME_HUGE_FRAMES);
    }
    uint64_t bits = levels_at(pool, &pool->huge, 0)[pool->huge_word];
    if (bits == 0)
        return alloc_from_top(pool);
    uint64_t huge_frame = pool->huge_word * WORD_BITS + lowest_bit(bits);
    if (!in_segment(pool, huge_frame * HUGE_WORDS))
        return alloc_elsewhere(pool, huge_frame);
    return alloc_this(pool, huge_frame, pa_in_segment(pool, huge_frame * HUGE_WORDS));
}

/** The huge frame at @p distance, at @p pa, lies below the cursor's, which is not empty. */
static __attribute__((noinline)) enum bitframe_status free_below(struct bitframe *pool, uint64_t pa,
                                                                 uint64_t distance)
{
    bitframe_index_cursor(pool);
    place_cursor(pool, distance, pa, HUGE_USED & ~UINT64_C(1));
    return BITFRAME_OK;
}

/** The huge frame of word @p word, its first, was freed and goes into the index. */
static inline enum bitframe_status index_freed(struct bitframe *pool, uint64_t word)
{
    levels_at(pool, &pool->frames, 1)[word / WORD_BITS] |= huge_mask(word);
    levels_climb_filled(pool, pool->frames.level + 1, word / WORD_BITS);
    huge_completed(pool, word / HUGE_WORDS);
    return BITFRAME_OK;
}

/** The huge frame at @p pa lies in the window. */
static inline enum bitframe_status free_in_window(struct bitframe *pool, uint64_t pa)
{
    uint64_t distance = distance_of(pool, pa);
    uint64_t word = word_number(pool, distance);
    uint64_t *words = pool_word(pool, distance);
    if (!huge_is_empty(words))
        return BITFRAME_DOUBLE_FREE;
    bool is_empty = cursor_is_empty(pool);
    huge_write(words, UINT64_MAX);
    pool->free_frames += BITFRAME_HUGE_FRAMES;
    if (distance < pool->next) {
        if (is_empty) {
            place_cursor(pool, distance, pa, HUGE_USED & ~UINT64_C(1));
            return BITFRAME_OK;
        }
        if (distance < pool->cursor)
            return free_below(pool, pa, distance);
        pool->next = distance;
    }
    return index_freed(pool, word);
}

enum bitframe_status bitframe_free_huge(struct bitframe *pool, uint64_t pa)
{
    if (pa % HUGE_BYTES != 0)
        return BITFRAME_MISALIGNED;
    if (!window_covers(pool, frame_number(pa), frame_number(pa) + BITFRAME_HUGE_FRAMES))
        return bitframe_free_run(pool, pa, BITFRAME_HUGE_FRAMES);
    return debug_freed(pool, pa, BITFRAME_HUGE_FRAMES, free_in_window(pool, pa));
}
