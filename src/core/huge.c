/* SPDX-License-Identifier: MIT */
/*
 * huge.c - 2 MiB at a time
 *
 * What run.c does for any run, for the one that kernels ask for most: one huge frame, wherever it is. Its
 * words are one cache line of bitmap and one byte of the level above, its place is the lowest bit of the
 * index of whole huge frames, and so the number of steps depends on nothing but the number of levels.
 */
#include "core/cursor.h"
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

/** The bits that stand for the words of a huge frame that begins with word @p word, in a word of the level
 * above.
 */
static inline uint64_t huge_mask(uint64_t word)
{
    return UINT64_C(0xFF) << (word % WORD_BITS);
}

/**
 * Word @p word, of any segment, is the lowest with a free frame; or no frame is free.
 *
 * @return  @p result, untouched: the caller returns it by a tail call.
 */
static __attribute__((noinline)) uint64_t cursor_elsewhere(struct bitframe *pool, uint64_t word,
                                                           uint64_t result)
{
    if (pool->free_frames == 0)
        park_cursor(pool);
    else
        bitframe_set_cursor(pool, word);
    return result;
}

/** Word @p word of huge frames, below which there is none but 0, has become 0: clear its bits above, and set
 * huge_word. */
static inline void last_of_huge_allocated(struct bitframe *pool, uint64_t word)
{
    const uint64_t *level = pool->huge.level;
    const uint64_t *top = level + pool->huge.count;
    uint64_t left;
    do {
        uint64_t *parent = pool_word(pool, *++level) + word / WORD_BITS;
        left = *parent & ~bit_mask(word);
        *parent = left;
        word /= WORD_BITS;
    } while (left == 0);
    if (level == top)
        return; /* none is left, and any word will do */
    word = word * WORD_BITS + lowest_bit(left);
    while (--level != pool->huge.level)
        word = word * WORD_BITS + lowest_bit(pool_word(pool, *level)[word]);
    pool->huge_word = word;
}

/**
 * Allocate huge frame @p huge_frame, the lowest that is whole, at @p pa.
 *
 * @param at_cursor  Whether the cursor is at its first word, or else at a lower one.
 */
static inline __attribute__((always_inline)) uint64_t alloc_this(struct bitframe *pool, uint64_t huge_frame,
                                                                 uint64_t pa, bool at_cursor)
{
    uint64_t word = huge_frame * HUGE_WORDS;
    uint64_t *words = at_cursor ? pool_word(pool, pool->cursor) : levels_at(pool, &pool->frames, 0) + word;
    uint64_t *huge = levels_at(pool, &pool->huge, 0) + huge_frame / WORD_BITS;
    uint64_t other_huge = *huge & ~bit_mask(huge_frame);
    *huge = other_huge;
    (void)debug_allocated(pool, pa, BITFRAME_HUGE_FRAMES);
    uint64_t free_frames = pool->free_frames - BITFRAME_HUGE_FRAMES;
    pool->free_frames = free_frames;
    huge_write(words, 0);
    if (other_huge == 0) {
        /* At the cursor the next free huge frame is found without huge_word, or in its own time. */
        if (at_cursor)
            levels_climb_emptied(pool, pool->huge.level, huge_frame / WORD_BITS);
        else
            last_of_huge_allocated(pool, huge_frame / WORD_BITS);
    }

    const uint64_t *any = pool->frames.level + 1;
    const uint64_t *level = any;
    uint64_t *parent = levels_at(pool, &pool->frames, 1) + word / WORD_BITS;
    uint64_t left = *parent & ~huge_mask(word);
    *parent = left;
    word /= WORD_BITS;
    while (left == 0) {
        uint64_t mask = bit_mask(word);
        word /= WORD_BITS;
        parent = pool_word(pool, *++level) + word;
        left = *parent & ~mask;
        *parent = left;
    }
    if (!at_cursor)
        return pa;
    /* All below is empty: the lowest bit of what is left leads to the next free frame. */
    if (free_frames == 0)
        return cursor_elsewhere(pool, word, pa);
    /* Or GCC keeps the number of the word below through the climb, to mask it: an instruction a level. */
    __asm__("" : "+r"(word));
    word = word * WORD_BITS + lowest_bit(left);
    while (level != any) {
        left = pool_word(pool, *--level)[word];
        word = word * WORD_BITS + lowest_bit(left);
    }
    return step_cursor(pool, word) ? pa : cursor_elsewhere(pool, word, pa);
}

/** Allocate huge frame @p huge_frame, the lowest that is whole and not at the cursor, of another segment than
 * the cursor. */
static __attribute__((noinline)) uint64_t alloc_elsewhere(struct bitframe *pool, uint64_t huge_frame)
{
    uint64_t bit = huge_frame * BITFRAME_HUGE_FRAMES;
    const struct segment *segment = bitframe_segment_of_bit(pool, bit);
    return alloc_this(pool, huge_frame, frame_of_bit(segment, bit) << BITFRAME_FRAME_SHIFT, false);
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

static __attribute__((noinline)) uint64_t flush_and_alloc(struct bitframe *pool)
{
    bitframe_flush_pending(pool);
    return bitframe_alloc_huge(pool);
}

/** Allocate the cursor's huge frame, which is pending: the levels above need not be told, for they do not
 * know of it. */
static __attribute__((noinline)) uint64_t alloc_pending(struct bitframe *pool)
{
    uint64_t *words = pool_word(pool, pool->cursor);
    if (words[0] != UINT64_MAX)
        return flush_and_alloc(pool);
    uint64_t pa = debug_allocated(pool, pool->cursor_pa, BITFRAME_HUGE_FRAMES);
    uint64_t word = cursor_word(pool);
    uint64_t huge_frame = word / HUGE_WORDS;
    uint64_t *huge = levels_at(pool, &pool->huge, 0) + huge_frame / WORD_BITS;
    uint64_t *any = levels_at(pool, &pool->frames, 1) + word / WORD_BITS;
    uint64_t other_huge = *huge & ~bit_mask(huge_frame);
    uint64_t other_words = *any & ~huge_mask(word);
    uint64_t free_frames = pool->free_frames - BITFRAME_HUGE_FRAMES;
    pool->pending = 0;
    huge_write(words, 0);
    *huge = other_huge;
    *any = other_words;
    pool->free_frames = free_frames;
    if (free_frames == 0)
        return cursor_elsewhere(pool, word, pa);

    /* Others that came beside it saw no need to climb. */
    if (other_huge != 0)
        levels_climb_filled(pool, pool->huge.level, huge_frame / WORD_BITS);
    if (other_words != 0) {
        word /= WORD_BITS;
        levels_climb_filled(pool, pool->frames.level + 1, word);
        word = word * WORD_BITS + lowest_bit(other_words);
    } else {
        const uint64_t *level = pool->frames.level + pool->frames.count;
        word = 0;
        do
            word = word * WORD_BITS + lowest_bit(pool_word(pool, *--level)[word]);
        while (level != pool->frames.level + 1);
    }
    return step_cursor(pool, word) ? pa : cursor_elsewhere(pool, word, pa);
}

static inline uint64_t alloc_lowest(struct bitframe *pool)
{
    if (pool->pending)
        return alloc_pending(pool);
    const uint64_t *huge = levels_at(pool, &pool->huge, 0);
    if (*pool_word(pool, pool->cursor) == UINT64_MAX) {
        /* Nothing below is free, so if the cursor's huge frame is whole, it is the lowest; and the cursor is
         * at its first word. */
        uint64_t huge_frame = cursor_word(pool) / HUGE_WORDS;
        if ((huge[huge_frame / WORD_BITS] & bit_mask(huge_frame)) != 0)
            return alloc_this(pool, huge_frame, pool->cursor_pa, true);
    }
    uint64_t bits = huge[pool->huge_word];
    if (bits == 0)
        return alloc_from_top(pool);
    uint64_t huge_frame = pool->huge_word * WORD_BITS + lowest_bit(bits);
    /* Only of the cursor's huge frame may the bit stand wrongly, and then its first word says so. */
    if (levels_at(pool, &pool->frames, 0)[huge_frame * HUGE_WORDS] != UINT64_MAX)
        return flush_and_alloc(pool);
    if (huge_frame * HUGE_WORDS - pool->cursor_first >= pool->cursor_words)
        return alloc_elsewhere(pool, huge_frame);
    return alloc_this(pool, huge_frame, pool->cursor_base_pa + huge_frame * HUGE_BYTES, false);
}

uint64_t bitframe_alloc_huge(struct bitframe *pool)
{
    check_owner(pool);
    return alloc_lowest(pool);
}

/**
 * Make a huge frame, all allocated, free.
 *
 * @param word       Its first word, by number.
 * @param is_lowest  Whether it lies below all that is free.
 */
static inline __attribute__((always_inline)) enum bitframe_status free_this(struct bitframe *pool,
                                                                            uint64_t word, bool is_lowest)
{
    uint64_t huge_frame = word / HUGE_WORDS;
    huge_write(levels_at(pool, &pool->frames, 0) + word, UINT64_MAX);
    pool->free_frames += BITFRAME_HUGE_FRAMES;
    uint64_t *huge = levels_at(pool, &pool->huge, 0) + huge_frame / WORD_BITS;
    uint64_t *any = levels_at(pool, &pool->frames, 1) + word / WORD_BITS;
    uint64_t other_huge = *huge;
    uint64_t other_words = *any;
    *huge = other_huge | bit_mask(huge_frame);
    *any = other_words | huge_mask(word);
    if (is_lowest && other_huge == 0) {
        /* Climbing would be for nothing if it is allocated next. */
        pool->pending = 1;
        return step_cursor(pool, word) ? BITFRAME_OK
                                       : (enum bitframe_status)cursor_elsewhere(pool, word, BITFRAME_OK);
    }
    if (other_huge == 0)
        levels_climb_filled(pool, pool->huge.level, huge_frame / WORD_BITS);
    lower_huge_word(pool, huge_frame);
    if (other_words == 0)
        levels_climb_filled(pool, pool->frames.level + 1, word / WORD_BITS);
    if (is_lowest && !step_cursor(pool, word))
        return (enum bitframe_status)cursor_elsewhere(pool, word, BITFRAME_OK);
    return BITFRAME_OK;
}

/** The huge frame lies below the cursor, which leaves a huge frame behind that is not as the index says. */
static __attribute__((noinline)) enum bitframe_status flush_and_free(struct bitframe *pool, uint64_t word)
{
    bitframe_flush_pending(pool);
    return free_this(pool, word, true);
}

/** The huge frame at @p pa lies in the window. */
static inline enum bitframe_status free_in_window(struct bitframe *pool, uint64_t pa)
{
    uint64_t word = (distance_of(pool, pa) - pool->frames.level[0]) / sizeof(uint64_t);
    if ((levels_at(pool, &pool->frames, 1)[word / WORD_BITS] & huge_mask(word)) != 0)
        return BITFRAME_DOUBLE_FREE; /* a word of it is not empty */
    bool is_lowest = word < cursor_word(pool);
    if (is_lowest && has_pending(pool))
        return flush_and_free(pool, word);
    return free_this(pool, word, is_lowest);
}

enum bitframe_status bitframe_free_huge(struct bitframe *pool, uint64_t pa)
{
    if (pa % HUGE_BYTES != 0)
        return BITFRAME_MISALIGNED;
    if (!window_covers(pool, frame_number(pa), frame_number(pa) + BITFRAME_HUGE_FRAMES))
        return bitframe_free_run(pool, pa, BITFRAME_HUGE_FRAMES);
    return debug_freed(pool, pa, BITFRAME_HUGE_FRAMES, free_in_window(pool, pa));
}
