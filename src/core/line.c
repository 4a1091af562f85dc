/* SPDX-License-Identifier: MIT */
/*
 * line.c - 2 MiB at a time
 *
 * What run.c does for any run, for the one that kernels ask for most: one line, wherever it is. Its words are
 * one cache line of bitmap and one byte of the level above, its place is the lowest bit of the index of whole
 * lines, and so the number of steps depends on nothing but the number of levels.
 */
#include "line.h"
#include "cursor.h"
#include "pool.h"

static inline void line_write(uint64_t *words, uint64_t value)
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

static inline bool line_is_empty(const uint64_t *words)
{
    return (words[0] | words[1] | words[2] | words[3] | words[4] | words[5] | words[6] | words[7]) == 0;
}

/** The bits that stand for the words of a line that begins with word @p word, in a word of the level above.
 */
static inline uint64_t line_mask(uint64_t word)
{
    return UINT64_C(0xFF) << (word % WORD_BITS);
}

/** A step that is rare. Returns @p pa, for a tail call. */
static __attribute__((noinline)) uint64_t cursor_elsewhere(struct bitframe *pool, uint64_t word, uint64_t pa)
{
    if (pool->free_frames == 0)
        park_cursor(pool);
    else
        bitframe_set_cursor(pool, word);
    return pa;
}

/** Take line @p line, all free and at @p pa, of a segment whose zero_block_of() is @p zero_block. */
static inline __attribute__((always_inline)) uint64_t take_this(struct bitframe *pool, uint64_t line,
                                                                uint64_t pa, uint64_t zero_block)
{
    uint64_t word = line * LINE_WORDS;
    uint64_t distance = pool->frames.level[0] + word * sizeof(uint64_t);
    bool at_cursor = distance == pool->cursor;
    line_broken(pool, line, zero_block + pa / BLOCK_BYTES);
    line_write(pool_word(pool, distance), 0);
    uint64_t free_frames = pool->free_frames - BITFRAME_LINE_FRAMES;
    pool->free_frames = free_frames;

    uint64_t emptied = line_mask(word);
    uint64_t left;
    const uint64_t *level = pool->frames.level;
    do {
        word /= WORD_BITS;
        uint64_t *parent = pool_word(pool, *++level) + word;
        left = *parent & ~emptied;
        *parent = left;
        emptied = bit_mask(word);
    } while (left == 0);
    if (!at_cursor)
        return pa;
    /* All below is empty: the lowest bit of what is left leads to the next free frame. */
    const uint64_t *any = pool->frames.level + 1;
    word = word * WORD_BITS + lowest_bit(left);
    if (free_frames == 0)
        return cursor_elsewhere(pool, word, pa);
    while (level != any) {
        left = pool_word(pool, *--level)[word];
        word = word * WORD_BITS + lowest_bit(left);
    }
    return step_cursor(pool, word) ? pa : cursor_elsewhere(pool, word, pa);
}

/** Take line @p line, which is of another segment than the cursor or has a bit that should not stand. */
static __attribute__((noinline)) uint64_t take_elsewhere(struct bitframe *pool, uint64_t line)
{
    uint64_t bit = line * BITFRAME_LINE_FRAMES;
    if (levels_at(pool, &pool->frames, 0)[bit / WORD_BITS] != UINT64_MAX) {
        bitframe_settle(pool);
        return bitframe_take_line(pool);
    }
    const struct segment *segment = bitframe_segment_of_bit(pool, bit);
    return take_this(pool, line, frame_of_bit(segment, bit) << BITFRAME_FRAME_SHIFT, zero_block_of(segment));
}

/** No line is whole where the last one was: look for the lowest one from the top. */
static __attribute__((noinline)) uint64_t take_from_top(struct bitframe *pool)
{
    const uint64_t *level = pool->lines.level + pool->lines.count - 1;
    uint64_t top = *pool_word(pool, *level);
    if (top == 0)
        return 0;
    uint64_t line = levels_descend(pool, &pool->lines, level, 0, top);
    pool->line_word = line / WORD_BITS;
    return bitframe_take_line(pool);
}

static __attribute__((noinline)) uint64_t settle_and_take(struct bitframe *pool)
{
    bitframe_settle(pool);
    return bitframe_take_line(pool);
}

/** Take the cursor's line, which is loose: the levels above need not be told, for they do not know of it. */
static __attribute__((noinline)) uint64_t take_loose(struct bitframe *pool)
{
    uint64_t *words = pool_word(pool, pool->cursor);
    if (words[0] != UINT64_MAX)
        return settle_and_take(pool);
    uint64_t pa = pool->cursor_pa;
    uint64_t word = cursor_word(pool);
    uint64_t line = word / LINE_WORDS;
    uint64_t *lines = levels_at(pool, &pool->lines, 0) + line / WORD_BITS;
    uint64_t *any = levels_at(pool, &pool->frames, 1) + word / WORD_BITS;
    uint64_t other_lines = *lines & ~bit_mask(line);
    uint64_t other_words = *any & ~line_mask(word);
    uint64_t free_frames = pool->free_frames - BITFRAME_LINE_FRAMES;
    pool->loose = 0;
    line_write(words, 0);
    *lines = other_lines;
    *any = other_words;
    pool->free_frames = free_frames;
    if (free_frames == 0)
        return cursor_elsewhere(pool, word, pa);

    /* Others that came beside it saw no need to climb. */
    if (other_lines != 0)
        levels_climb_filled(pool, pool->lines.level, line / WORD_BITS);
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

uint64_t bitframe_take_line(struct bitframe *pool)
{
    if (pool->loose)
        return take_loose(pool);
    uint64_t bits = levels_at(pool, &pool->lines, 0)[pool->line_word];
    if (bits == 0)
        return take_from_top(pool);
    uint64_t line = pool->line_word * WORD_BITS + lowest_bit(bits);
    /* Only of the cursor's line may the bit stand wrongly, and then its first word says so. */
    if (line * LINE_WORDS - pool->cursor_first >= pool->cursor_words ||
        levels_at(pool, &pool->frames, 0)[line * LINE_WORDS] != UINT64_MAX)
        return take_elsewhere(pool, line);
    return take_this(pool, line, pool->cursor_base_pa + line * LINE_BYTES, pool->cursor_zero_block);
}

/** The line that was freed begins with the lowest word now. Returns BITFRAME_OK. */
static __attribute__((noinline)) enum bitframe_status cursor_to(struct bitframe *pool, uint64_t word)
{
    bitframe_set_cursor(pool, word);
    return BITFRAME_OK;
}

/**
 * Make the line at @p pa, all taken, free.
 *
 * @param distance   That of its first word.
 * @param is_lowest  Whether it lies below all that is free.
 */
static inline __attribute__((always_inline)) enum bitframe_status
free_this(struct bitframe *pool, uint64_t pa, uint64_t distance, bool is_lowest)
{
    uint64_t word = (distance - pool->frames.level[0]) / sizeof(uint64_t);
    uint64_t line = word / LINE_WORDS;
    line_write(pool_word(pool, distance), UINT64_MAX);
    pool->free_frames += BITFRAME_LINE_FRAMES;
    uint64_t *lines = levels_at(pool, &pool->lines, 0) + line / WORD_BITS;
    uint64_t *any = levels_at(pool, &pool->frames, 1) + word / WORD_BITS;
    uint64_t other_lines = *lines;
    uint64_t other_words = *any;
    *lines = other_lines | bit_mask(line);
    *any = other_words | line_mask(word);
    if (is_lowest && other_lines == 0) {
        /* Climbing would be for nothing if it is taken next. */
        pool->loose = 1;
        return step_cursor(pool, word) ? BITFRAME_OK : cursor_to(pool, word);
    }
    if (other_lines == 0)
        levels_climb_filled(pool, pool->lines.level, line / WORD_BITS);
    line_counted(pool, line, pool->zero_block + pa / BLOCK_BYTES);
    if (other_words == 0)
        levels_climb_filled(pool, pool->frames.level + 1, word / WORD_BITS);
    if (is_lowest && !step_cursor(pool, word))
        return cursor_to(pool, word);
    return BITFRAME_OK;
}

/** The line lies below the cursor, which leaves a line behind that is not as the index says. */
static __attribute__((noinline)) enum bitframe_status settle_and_free(struct bitframe *pool, uint64_t pa,
                                                                      uint64_t distance)
{
    bitframe_settle(pool);
    return free_this(pool, pa, distance, true);
}

enum bitframe_status bitframe_free_line(struct bitframe *pool, uint64_t pa)
{
    uint64_t distance = distance_of(pool, pa);
    if (!line_is_empty(pool_word(pool, distance)))
        return BITFRAME_DOUBLE_FREE;
    bool is_lowest = distance - pool->frames.level[0] < pool->cursor - pool->frames.level[0];
    if (is_lowest && is_unsettled(pool))
        return settle_and_free(pool, pa, distance);
    return free_this(pool, pa, distance, is_lowest);
}
