/* SPDX-License-Identifier: MIT */
/*
 * rebuild.c - everything that follows from geometry and bitmap, rebuilt
 *
 * Upwards. The bitmap is read once, huge frame by huge frame, for the level above it, the free huge frames
 * and the count. Most huge frames of most pools are all free or all allocated, and then there are no words to
 * look at one by one. What is above is a sixty-fourth of that.
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

/** A bit for each word of the huge frame at @p words, which is neither empty nor whole; counts its free
 * frames. */
static inline uint64_t read_huge(const uint64_t *words, uint64_t *free_frames)
{
    uint64_t used = 0;
    uint64_t frames = 0;
    for (unsigned i = 0; i < HUGE_WORDS; i++) {
        used |= (uint64_t)(words[i] != 0) << i;
        frames += word_count(words[i]);
    }
    *free_frames += frames;
    return used;
}

/** Make the level above the bitmap, the bits of free huge frames, and the count. */
static void read_bitmap(struct bitframe *pool)
{
    const uint64_t *words = levels_at(pool, &pool->frames, 0);
    uint64_t *any = levels_at(pool, &pool->frames, 1);
    uint64_t *huge = levels_at(pool, &pool->huge, 0);
    uint64_t groups = pool->frames.words / WORD_BITS;
    uint64_t whole = 0; /* bits of the word of huge frames that is being filled */
    uint64_t free_frames = 0;
    for (uint64_t group = 0; group < groups; group++) {
        uint64_t used = 0;
        for (unsigned huge_frame = 0; huge_frame < GROUP_HUGE; huge_frame++, words += HUGE_WORDS) {
            uint64_t all = words[0];
            uint64_t some = words[0];
            for (unsigned i = 1; i < HUGE_WORDS; i++) {
                all &= words[i];
                some |= words[i];
            }
            if (all == UINT64_MAX) {
                used |= UINT64_C(0xFF) << (huge_frame * HUGE_WORDS);
                whole |= bit_mask(group * GROUP_HUGE + huge_frame);
                free_frames += BITFRAME_HUGE_FRAMES;
            } else if (some != 0) {
                used |= read_huge(words, &free_frames) << (huge_frame * HUGE_WORDS);
            }
        }
        any[group] = used;
        if ((group + 1) * GROUP_HUGE % WORD_BITS == 0 || group + 1 == groups) {
            huge[group * GROUP_HUGE / WORD_BITS] = whole;
            whole = 0;
        }
    }
    pool->free_frames = free_frames;
}

void bitframe_rebuild(struct bitframe *pool)
{
    read_bitmap(pool);
    build_levels(pool, &pool->frames, 2);
    build_levels(pool, &pool->huge, 1);
    uint64_t huge_frame = bitframe_levels_next(pool, &pool->huge, 0);
    pool->huge_word = huge_frame == NO_BIT ? 0 : huge_frame / WORD_BITS;
    pool->next = pool->frames.level[0];
    bitframe_mend_next(pool);
    pool->segment_words = 0;
    park_cursor(pool);
    bitframe_window_find(pool);
}
