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
 * A climb ends at a word that is not 0, and above the top there is one that never is, so it needs no bound.
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
    pool->cursor = pool->level[0] + word * sizeof(uint64_t);
    pool->cursor_pa = pool->origin_pa + (word << (WORD_SHIFT + BITFRAME_FRAME_SHIFT));
}

/**
 * Point the cursor at the lowest free frame under word @p word of level @p level, neither the bitmap nor
 * empty.
 *
 * @param bits  The value of that word.
 */
static inline void descend(struct bitframe *pool, const uint64_t *level, uint64_t word, uint64_t bits)
{
    const uint64_t *any = pool->level + 1;
    word = word * WORD_BITS + lowest_bit(bits);
    while (level != any) {
        bits = pool_word(pool, *--level)[word];
        word = word * WORD_BITS + lowest_bit(bits);
    }
    set_cursor(pool, word);
}

uint64_t bitframe_cursor_emptied(struct bitframe *pool, uint64_t pa)
{
    const uint64_t *level = pool->level;
    uint64_t word = (pool->cursor - *level) / sizeof(uint64_t);
    uint64_t left;
    do {
        uint64_t emptied = bit_mask(word);
        word /= WORD_BITS;
        uint64_t *parent = pool_word(pool, *++level) + word;
        left = *parent & ~emptied;
        *parent = left;
    } while (left == 0);
    if (level != pool->level + pool->levels) {
        descend(pool, level, word, left);
    } else {
        BITFRAME_ASSERT(pool->free_frames == 0);
        set_cursor(pool, pool->words);
    }
    return pa;
}

uint64_t bitframe_take_none(const struct bitframe *pool)
{
    BITFRAME_ASSERT(pool->free_frames == 0);
    return 0;
}

enum bitframe_status bitframe_word_refilled(struct bitframe *pool, uint64_t pa)
{
    const uint64_t *level = pool->level;
    uint64_t word = (pa - pool->origin_pa) >> (WORD_SHIFT + BITFRAME_FRAME_SHIFT);
    uint64_t child = word;
    uint64_t before;
    do {
        uint64_t refilled = bit_mask(child);
        child /= WORD_BITS;
        uint64_t *parent = pool_word(pool, *++level) + child;
        before = *parent;
        *parent = before | refilled;
    } while (before == 0);
    if (word * sizeof(uint64_t) < pool->cursor - pool->level[0])
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
    pool->level[pool->levels++] = pool_distance(pool, metadata);
    while (words > 1) {
        metadata += words;
        words = words_above(words);
        pool->level[pool->levels++] = pool_distance(pool, metadata);
    }
    pool->level[pool->levels] = pool_distance(pool, &pool->stop);
    pool->stop = 2; /* a climb clears bit 0 */
    pool->zero_word = pool->level[0] - origin / WORD_BITS * sizeof(uint64_t);
    set_cursor(pool, pool->words);
}

void bitframe_index_build(struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint64_t words = pool->words;
    set_cursor(pool, first / WORD_BITS);
    for (uint64_t k = 0; k < pool->levels; k++) {
        uint64_t *level = pool_level(pool, k);
        kernel_clear(level, 0, first);
        kernel_fill(level, first, end - first);
        kernel_clear(level, end, words * WORD_BITS - end);
        first = first / WORD_BITS;
        end = words_above(end);
        words = words_above(words);
    }
}

void bitframe_range_emptied(struct bitframe *pool, uint64_t first, uint64_t end)
{
    for (uint64_t k = 1; k < pool->levels; k++) {
        const uint64_t *below = pool_level(pool, k - 1);
        /* The words inside the range are empty; those at its two ends may hold bits outside it. */
        uint64_t last = (end - 1) / WORD_BITS;
        first /= WORD_BITS;
        if (below[first] != 0)
            first++;
        end = below[last] == 0 ? last + 1 : last;
        if (first >= end)
            break;
        kernel_clear(pool_level(pool, k), first, end - first);
    }
    const uint64_t *top = pool->level + pool->levels - 1;
    uint64_t bits = *pool_word(pool, *top);
    if (bits == 0)
        set_cursor(pool, pool->words);
    else
        descend(pool, top, 0, bits);
}
