/* SPDX-License-Identifier: MIT */
/*
 * rebuild.c - everything that follows from geometry and bitmap, made anew
 *
 * Upwards. The bitmap is read once, line by line, for the level above it, the whole lines and the count. Most
 * lines of most pools are all free or all taken, and then there are no words to look at one by one. What is
 * above is a sixty-fourth of that.
 */
#include "core/rebuild.h"
#include "base/kernels.h"
#include "core/cursor.h"
#include "core/range.h"
#include "layout/bitmap.h"

/** Make the levels from @p k on of those below. */
static void build_levels(const struct bitframe *pool, const struct bitframe_levels *levels, uint64_t k)
{
    uint64_t words = levels->words;
    for (uint64_t i = 1; i < k; i++)
        words = words_above(words);
    for (; k < levels->count; k++) {
        const uint64_t *below = levels_at(pool, levels, k - 1);
        uint64_t *level = levels_at(pool, levels, k);
        for (uint64_t first = 0; first < words; first += WORD_BITS) {
            uint64_t bits = words - first < WORD_BITS ? words - first : WORD_BITS;
            uint64_t used = 0;
            for (uint64_t i = 0; i < bits; i++)
                used |= (uint64_t)(below[first + i] != 0) << i;
            level[first / WORD_BITS] = used;
        }
        words = words_above(words);
    }
}

/** A bit for each word of the line at @p words, which is neither empty nor whole; counts its free frames. */
static inline uint64_t read_line(const uint64_t *words, uint64_t *free_frames)
{
    uint64_t used = 0;
    uint64_t frames = 0;
    for (unsigned i = 0; i < LINE_WORDS; i++) {
        used |= (uint64_t)(words[i] != 0) << i;
        frames += word_count(words[i]);
    }
    *free_frames += frames;
    return used;
}

/** Make the level above the bitmap, the bits of whole lines, and the count. */
static void read_bitmap(struct bitframe *pool)
{
    const uint64_t *words = levels_at(pool, &pool->frames, 0);
    uint64_t *any = levels_at(pool, &pool->frames, 1);
    uint64_t *lines = levels_at(pool, &pool->lines, 0);
    uint64_t groups = pool->frames.words / WORD_BITS;
    uint64_t whole = 0; /* bits of the word of lines that is being filled */
    uint64_t free_frames = 0;
    for (uint64_t group = 0; group < groups; group++) {
        uint64_t used = 0;
        for (unsigned line = 0; line < GROUP_LINES; line++, words += LINE_WORDS) {
            uint64_t all = words[0];
            uint64_t some = words[0];
            for (unsigned i = 1; i < LINE_WORDS; i++) {
                all &= words[i];
                some |= words[i];
            }
            if (all == UINT64_MAX) {
                used |= UINT64_C(0xFF) << (line * LINE_WORDS);
                whole |= bit_mask(group * GROUP_LINES + line);
                free_frames += BITFRAME_LINE_FRAMES;
            } else if (some != 0) {
                used |= read_line(words, &free_frames) << (line * LINE_WORDS);
            }
        }
        any[group] = used;
        if ((group + 1) * GROUP_LINES % WORD_BITS == 0 || group + 1 == groups) {
            lines[group * GROUP_LINES / WORD_BITS] = whole;
            whole = 0;
        }
    }
    pool->free_frames = free_frames;
}

void bitframe_rebuild(struct bitframe *pool)
{
    read_bitmap(pool);
    build_levels(pool, &pool->frames, 2);
    build_levels(pool, &pool->lines, 1);
    uint64_t line = bitframe_levels_next(pool, &pool->lines, 0);
    pool->line_word = line == NO_BIT ? 0 : line / WORD_BITS;
    bitframe_cursor_find(pool);
    bitframe_gap_find(pool);
}
