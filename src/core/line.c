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

#define BLOCK_BYTES (BLOCK_FRAMES * BITFRAME_FRAME_BYTES)

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

uint64_t bitframe_take_line(struct bitframe *pool)
{
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

static __attribute__((noinline)) enum bitframe_status settle_and_free(struct bitframe *pool, uint64_t pa)
{
    bitframe_settle(pool);
    return bitframe_free_line(pool, pa);
}

enum bitframe_status bitframe_free_line(struct bitframe *pool, uint64_t pa)
{
    uint64_t distance = distance_of(pool, pa);
    uint64_t *words = pool_word(pool, distance);
    if (!line_is_empty(words))
        return BITFRAME_DOUBLE_FREE;
    uint64_t word = (distance - pool->frames.level[0]) / sizeof(uint64_t);
    bool is_lowest = word < cursor_word(pool);
    if (is_lowest && is_unsettled(pool))
        return settle_and_free(pool, pa);
    line_write(words, UINT64_MAX);
    pool->free_frames += BITFRAME_LINE_FRAMES;
    line_completed(pool, word / LINE_WORDS, pool->zero_block + pa / BLOCK_BYTES);

    uint64_t filled = line_mask(word);
    uint64_t parent_word = word;
    uint64_t before;
    const uint64_t *level = pool->frames.level;
    do {
        parent_word /= WORD_BITS;
        uint64_t *parent = pool_word(pool, *++level) + parent_word;
        before = *parent;
        *parent = before | filled;
        filled = bit_mask(parent_word);
    } while (before == 0);
    if (is_lowest && !step_cursor(pool, word))
        return cursor_to(pool, word);
    return BITFRAME_OK;
}
