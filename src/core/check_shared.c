/* SPDX-License-Identifier: MIT */
/* check_shared.c - the audit of what a pool has while it is shared. */
#include "check.h"
#include "offline.h"
#include "slot.h"

/** Is the bit above every word that is not 0 set? (One above a word that is 0 does no harm.) */
static bool nothing_is_lost(const struct bitframe *pool, const struct bitframe_levels *levels)
{
    uint64_t words = levels->words;
    for (uint64_t k = 1; k < levels->count; k++) {
        const uint64_t *below = levels_at(pool, levels, k - 1);
        const uint64_t *level = levels_at(pool, levels, k);
        for (uint64_t word = 0; word < words; word++) {
            if (below[word] != 0 && (level[word / WORD_BITS] & bit_mask(word)) == 0)
                return false;
        }
        words = words_above(words);
    }
    return words == 1 && (levels->stop & 2) != 0;
}

/** Is the bit of every line that is whole set, and none behind the last line? */
static bool lines_are_known(const struct bitframe *pool)
{
    const uint64_t *words = levels_at(pool, &pool->frames, 0);
    uint64_t lines = pool->frames.words / LINE_WORDS;
    for (uint64_t line = 0; line < pool->lines.words * WORD_BITS; line++, words += LINE_WORDS) {
        uint64_t all = line < lines ? words[0] : 0;
        for (int i = 1; i < LINE_WORDS && all != 0; i++)
            all &= words[i];
        if (all == UINT64_MAX && !levels_test(pool, &pool->lines, line))
            return false;
        if (line >= lines && levels_test(pool, &pool->lines, line))
            return false;
    }
    return true;
}

static bool shared_gap_is_sound(const struct bitframe *pool)
{
    const struct bitframe_sharing *sharing = &pool->sharing;
    uint64_t first = frame_number(sharing->gap_pa);
    uint64_t end = first + sharing->gap_frames;
    if (sharing->gap_frames == 0)
        return true;
    return bitframe_span_overlap(pool_spans(pool), pool->span_count, first, end) == sharing->gap_frames &&
           bitframe_span_overlap(pool_reserved(pool), pool->reserved_count, first, end) == 0 &&
           !bitframe_offline_meeting(pool, first, end) &&
           gap_bit(pool, sharing->gap_pa) == pool_bit(pool, first) &&
           gap_bit(pool, (end - 1) << BITFRAME_FRAME_SHIFT) == pool_bit(pool, end - 1);
}

enum bitframe_invariant bitframe_check_shared(const struct bitframe *pool, uint64_t free_frames)
{
    if (!nothing_is_lost(pool, &pool->frames))
        return BITFRAME_BAD_INDEX;
    if (!nothing_is_lost(pool, &pool->lines) || !lines_are_known(pool))
        return BITFRAME_BAD_LINES;
    if (pool->sharing.always_zero != 0 || pool->cursor != pool_distance(pool, &pool->sharing.always_zero))
        return BITFRAME_BAD_CURSOR;
    if (free_frames + bitframe_net_taken(pool) != pool->sharing.base_frames)
        return BITFRAME_BAD_COUNT;
    if (pool->gap_frames != 0 || !shared_gap_is_sound(pool))
        return BITFRAME_BAD_GAP;
    return BITFRAME_SOUND;
}
