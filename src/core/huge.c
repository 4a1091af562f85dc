/* SPDX-License-Identifier: MIT */
/*
 * huge.c - 2 MiB at a time
 *
 * What run.c does for any run, for the one that kernels ask for most: one line, wherever it is. Its words are
 * one cache line of bitmap and one byte of the level above, its place is the lowest bit of the index of whole
 * lines, and so the number of steps depends on nothing but the number of levels.
 */
#include "core/huge.h"
#include "core/cursor.h"
#include "core/frame.h"
#include "core/huge_index.h"
#include "layout/hooks.h"

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

/** The bits that stand for the words of a line that begins with word @p word, in a word of the level above.
 */
static inline uint64_t line_mask(uint64_t word)
{
    return UINT64_C(0xFF) << (word % WORD_BITS);
}

/** Word @p word, of whatever segment, is the lowest with a free frame; or none is free. Returns BITFRAME_OK.
 */
static __attribute__((noinline)) enum bitframe_status cursor_elsewhere(struct bitframe *pool, uint64_t word)
{
    if (pool->free_frames == 0)
        park_cursor(pool);
    else
        bitframe_set_cursor(pool, word);
    return BITFRAME_OK;
}

/** Word @p word of lines, below which there is none but 0, has become 0: clear its bits above, and set
 * line_word. */
static inline void last_of_lines_taken(struct bitframe *pool, uint64_t word)
{
    const uint64_t *level = pool->lines.level;
    const uint64_t *top = level + pool->lines.count;
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
    while (--level != pool->lines.level)
        word = word * WORD_BITS + lowest_bit(pool_word(pool, *level)[word]);
    pool->line_word = word;
}

/**
 * Take line @p line, the lowest that is whole, at @p pa.
 *
 * @param at_cursor  Whether the cursor is at its first word, or else at a lower one.
 */
static inline __attribute__((always_inline)) enum bitframe_status
take_this(struct bitframe *pool, uint64_t line, uint64_t pa, bool at_cursor, uint64_t *out)
{
    uint64_t word = line * LINE_WORDS;
    uint64_t *words = at_cursor ? pool_word(pool, pool->cursor) : levels_at(pool, &pool->frames, 0) + word;
    uint64_t *lines = levels_at(pool, &pool->lines, 0) + line / WORD_BITS;
    uint64_t other_lines = *lines & ~bit_mask(line);
    *lines = other_lines;
    *out = debug_taken(pool, pa, BITFRAME_LINE_FRAMES);
    uint64_t free_frames = pool->free_frames - BITFRAME_LINE_FRAMES;
    pool->free_frames = free_frames;
    line_write(words, 0);
    if (other_lines == 0) {
        /* At the cursor the next whole line is found without line_word, or in its own time. */
        if (at_cursor)
            levels_climb_emptied(pool, pool->lines.level, line / WORD_BITS);
        else
            last_of_lines_taken(pool, line / WORD_BITS);
    }

    const uint64_t *any = pool->frames.level + 1;
    const uint64_t *level = any;
    uint64_t *parent = levels_at(pool, &pool->frames, 1) + word / WORD_BITS;
    uint64_t left = *parent & ~line_mask(word);
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
        return BITFRAME_OK;
    /* All below is empty: the lowest bit of what is left leads to the next free frame. */
    if (free_frames == 0)
        return cursor_elsewhere(pool, word);
    /* Or GCC keeps the number of the word below through the climb, to mask it: an instruction a level. */
    __asm__("" : "+r"(word));
    word = word * WORD_BITS + lowest_bit(left);
    while (level != any) {
        left = pool_word(pool, *--level)[word];
        word = word * WORD_BITS + lowest_bit(left);
    }
    return step_cursor(pool, word) ? BITFRAME_OK : cursor_elsewhere(pool, word);
}

/** Take line @p line, the lowest that is whole and not at the cursor, of another segment than the cursor. */
static __attribute__((noinline)) enum bitframe_status take_elsewhere(struct bitframe *pool, uint64_t line,
                                                                     uint64_t *out)
{
    uint64_t bit = line * BITFRAME_LINE_FRAMES;
    const struct segment *segment = bitframe_segment_of_bit(pool, bit);
    return take_this(pool, line, frame_of_bit(segment, bit) << BITFRAME_FRAME_SHIFT, false, out);
}

/** No line is whole where the last one was: look for the lowest one from the top. */
static __attribute__((noinline)) enum bitframe_status take_from_top(struct bitframe *pool, uint64_t *out)
{
    const uint64_t *level = pool->lines.level + pool->lines.count - 1;
    uint64_t top = *pool_word(pool, *level);
    if (top == 0)
        return BITFRAME_NONE;
    uint64_t line = levels_descend(pool, &pool->lines, level, 0, top);
    pool->line_word = line / WORD_BITS;
    return bitframe_take_line(pool, out);
}

static __attribute__((noinline)) enum bitframe_status settle_and_take(struct bitframe *pool, uint64_t *out)
{
    bitframe_settle(pool);
    return bitframe_take_line(pool, out);
}

/** Take the cursor's line, which is loose: the levels above need not be told, for they do not know of it. */
static __attribute__((noinline)) enum bitframe_status take_loose(struct bitframe *pool, uint64_t *out)
{
    uint64_t *words = pool_word(pool, pool->cursor);
    if (words[0] != UINT64_MAX)
        return settle_and_take(pool, out);
    *out = debug_taken(pool, pool->cursor_pa, BITFRAME_LINE_FRAMES);
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
        return cursor_elsewhere(pool, word);

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
    return step_cursor(pool, word) ? BITFRAME_OK : cursor_elsewhere(pool, word);
}

enum bitframe_status bitframe_take_line(struct bitframe *pool, uint64_t *pa)
{
    if (pool->loose)
        return take_loose(pool, pa);
    const uint64_t *lines = levels_at(pool, &pool->lines, 0);
    if (*pool_word(pool, pool->cursor) == UINT64_MAX) {
        /* Nothing below is free, so if the cursor's line is whole, it is the lowest; and the cursor is at its
         * first word. */
        uint64_t line = cursor_word(pool) / LINE_WORDS;
        if ((lines[line / WORD_BITS] & bit_mask(line)) != 0)
            return take_this(pool, line, pool->cursor_pa, true, pa);
    }
    uint64_t bits = lines[pool->line_word];
    if (bits == 0)
        return take_from_top(pool, pa);
    uint64_t line = pool->line_word * WORD_BITS + lowest_bit(bits);
    /* Only of the cursor's line may the bit stand wrongly, and then its first word says so. */
    if (levels_at(pool, &pool->frames, 0)[line * LINE_WORDS] != UINT64_MAX)
        return settle_and_take(pool, pa);
    if (line * LINE_WORDS - pool->cursor_first >= pool->cursor_words)
        return take_elsewhere(pool, line, pa);
    return take_this(pool, line, pool->cursor_base_pa + line * LINE_BYTES, false, pa);
}

/**
 * Make a line, all taken, free.
 *
 * @param word       Its first word, by number.
 * @param is_lowest  Whether it lies below all that is free.
 */
static inline __attribute__((always_inline)) enum bitframe_status free_this(struct bitframe *pool,
                                                                            uint64_t word, bool is_lowest)
{
    uint64_t line = word / LINE_WORDS;
    line_write(levels_at(pool, &pool->frames, 0) + word, UINT64_MAX);
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
        return step_cursor(pool, word) ? BITFRAME_OK : cursor_elsewhere(pool, word);
    }
    if (other_lines == 0)
        levels_climb_filled(pool, pool->lines.level, line / WORD_BITS);
    lower_line_word(pool, line);
    if (other_words == 0)
        levels_climb_filled(pool, pool->frames.level + 1, word / WORD_BITS);
    if (is_lowest && !step_cursor(pool, word))
        return cursor_elsewhere(pool, word);
    return BITFRAME_OK;
}

/** The line lies below the cursor, which leaves a line behind that is not as the index says. */
static __attribute__((noinline)) enum bitframe_status settle_and_free(struct bitframe *pool, uint64_t word)
{
    bitframe_settle(pool);
    return free_this(pool, word, true);
}

enum bitframe_status bitframe_free_line(struct bitframe *pool, uint64_t pa)
{
    uint64_t word = (distance_of(pool, pa) - pool->frames.level[0]) / sizeof(uint64_t);
    if ((levels_at(pool, &pool->frames, 1)[word / WORD_BITS] & line_mask(word)) != 0)
        return BITFRAME_DOUBLE_FREE; /* a word of it is not empty */
    bool is_lowest = word < cursor_word(pool);
    if (is_lowest && is_unsettled(pool))
        return settle_and_free(pool, word);
    return free_this(pool, word, is_lowest);
}
