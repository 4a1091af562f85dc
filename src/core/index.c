/* SPDX-License-Identifier: MIT */
/*
 * index.c - from an emptied or refilled word to the next lowest free frame
 *
 * Level k + 1 holds one bit per word of level k, set while that word is not 0. A change climbs only as far
 * as it matters: an empty word clears its bit above, and only if that empties the word above in turn does
 * the climb go on; likewise for a word that was empty and is refilled. Each step is a load, a store and a
 * test, so the worst call costs a constant per level, and 64-ary levels are few: four above the bitmap for
 * 1 TiB, six at most.
 *
 * The cursor makes the climb short on the way to the next frame too. All words below it are empty, at every
 * level, so what is left of a word on the path up needs no masking: its lowest bit leads to the answer.
 */
#include "index.h"
#include "kernels.h"
#include "pool.h"

/** Point the cursor at word @p word of the bitmap. */
static inline void set_cursor(struct bitframe *pool, uint64_t word)
{
    pool->cursor = pool->level[0] + word;
    pool->cursor_pa = pool->origin_pa + (word << (WORD_SHIFT + BITFRAME_FRAME_SHIFT));
}

/** Point the cursor at the lowest free frame under word @p word of level @p level, a word that is not 0. */
static inline void descend(struct bitframe *pool, uint64_t *const *level, uint64_t word)
{
    for (; level != pool->level; level--)
        word = word * WORD_BITS + lowest_bit((*level)[word]);
    set_cursor(pool, word);
}

uint64_t bitframe_cursor_emptied(struct bitframe *pool, uint64_t pa)
{
    uint64_t *const *level = pool->level;
    uint64_t *const *top = pool->level + pool->levels - 1;
    uint64_t word = (uint64_t)(pool->cursor - pool->level[0]);
    uint64_t left;
    do {
        if (level == top) {
            BITFRAME_ASSERT(pool->free_frames == 0);
            set_cursor(pool, pool->words);
            return pa;
        }
        level++;
        uint64_t emptied = bit_mask(word);
        word /= WORD_BITS;
        left = (*level)[word] & ~emptied;
        (*level)[word] = left;
    } while (left == 0);
    descend(pool, level, word);
    return pa;
}

enum bitframe_status bitframe_word_refilled(struct bitframe *pool, uint64_t word)
{
    uint64_t child = word;
    for (uint64_t k = 1; k < pool->levels; k++) {
        uint64_t *parent = pool->level[k] + child / WORD_BITS;
        uint64_t before = *parent;
        *parent = before | bit_mask(child);
        if (before != 0)
            break;
        child /= WORD_BITS;
    }
    if (pool->level[0] + word < pool->cursor)
        set_cursor(pool, word);
    return BITFRAME_OK;
}

void bitframe_lay_out(struct bitframe *pool, uint64_t first, uint64_t end, uint64_t *metadata)
{
    uint64_t origin = first / BITFRAME_LINE_FRAMES * BITFRAME_LINE_FRAMES;
    uint64_t lines = (end - 1 - origin) / BITFRAME_LINE_FRAMES + 1;
    pool->frames = end - first;
    pool->first_pa = first << BITFRAME_FRAME_SHIFT;
    pool->origin_pa = origin << BITFRAME_FRAME_SHIFT;
    pool->words = lines * (BITFRAME_LINE_FRAMES / WORD_BITS);
    pool->free_frames = 0;

    uint64_t words = pool->words;
    pool->levels = 0;
    pool->level[pool->levels++] = metadata;
    while (words > 1) {
        metadata += words;
        words = words_above(words);
        pool->level[pool->levels++] = metadata;
    }
    set_cursor(pool, pool->words);
}

void bitframe_index_build(struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint64_t words = pool->words;
    set_cursor(pool, first / WORD_BITS);
    for (uint64_t k = 0; k < pool->levels; k++) {
        kernel_clear(pool->level[k], 0, first);
        kernel_fill(pool->level[k], first, end - first);
        kernel_clear(pool->level[k], end, words * WORD_BITS - end);
        first = first / WORD_BITS;
        end = words_above(end);
        words = words_above(words);
    }
}

void bitframe_range_emptied(struct bitframe *pool, uint64_t first, uint64_t end)
{
    for (uint64_t k = 1; k < pool->levels; k++) {
        const uint64_t *below = pool->level[k - 1];
        /* The words inside the range are empty; those at its two ends may hold bits outside it. */
        uint64_t last = (end - 1) / WORD_BITS;
        first /= WORD_BITS;
        if (below[first] != 0)
            first++;
        end = below[last] == 0 ? last + 1 : last;
        if (first >= end)
            break;
        kernel_clear(pool->level[k], first, end - first);
    }
    if (pool->free_frames == 0)
        set_cursor(pool, pool->words);
    else
        descend(pool, pool->level + pool->levels - 1, 0);
}
