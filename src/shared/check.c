/* SPDX-License-Identifier: MIT */
/* check.c - the audit of a shared pool. */
#include <bitframe/check.h>

#include "layout/check_tables.h"

#include "core/owner.h"
#include "layout/header.h"
#include "layout/metadata.h"
#include "layout/offline_records.h"

#include "shared/slots.h"

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

/** Is the bit of every huge frame that is whole set, and none behind the last huge frame? */
static bool huge_are_known(const struct bitframe *pool)
{
    const uint64_t *words = levels_at(pool, &pool->frames, 0);
    uint64_t huge = pool->frames.words / HUGE_WORDS;
    for (uint64_t huge_frame = 0; huge_frame < pool->huge.words * WORD_BITS;
         huge_frame++, words += HUGE_WORDS) {
        uint64_t all = huge_frame < huge ? words[0] : 0;
        for (int i = 1; i < HUGE_WORDS && all != 0; i++)
            all &= words[i];
        if (all == UINT64_MAX && !levels_test(pool, &pool->huge, huge_frame))
            return false;
        if (huge_frame >= huge && levels_test(pool, &pool->huge, huge_frame))
            return false;
    }
    return true;
}

static bool shared_window_is_sound(const struct bitframe_shared *shared)
{
    const struct bitframe *pool = shared_pool(shared);
    uint64_t first = frame_number(shared->window_pa);
    uint64_t end = first + shared->window_frames;
    if (shared->window_frames == 0)
        return true;
    return bitframe_span_overlap(pool_spans(pool), pool->span_count, first, end) == shared->window_frames &&
           bitframe_span_overlap(pool_reserved(pool), pool->reserved_count, first, end) == 0 &&
           !bitframe_offline_overlapping(pool, first, end) &&
           window_bit(shared, shared->window_pa) == pool_bit(pool, first) &&
           window_bit(shared, (end - 1) << BITFRAME_FRAME_SHIFT) == pool_bit(pool, end - 1);
}

/** Does the pool look to its owner's calls as one that is lent? */
static bool is_parked(const struct bitframe_shared *shared)
{
    const struct bitframe *pool = shared_pool(shared);
    return pool_is_lent(pool) && pool->window_frames == 0 && shared->always_zero == 0 &&
           pool->cursor == pool_distance(pool, &shared->always_zero);
}

enum bitframe_invariant bitframe_shared_check(const struct bitframe_shared *shared)
{
    const struct bitframe *pool = shared_pool(shared);
    uint64_t free_frames;
    enum bitframe_invariant broken = bitframe_check_tables(pool, &free_frames);
    if (broken != BITFRAME_SOUND)
        return broken;
    if (!nothing_is_lost(pool, &pool->frames))
        return BITFRAME_BAD_INDEX;
    if (!nothing_is_lost(pool, &pool->huge) || !huge_are_known(pool))
        return BITFRAME_BAD_HUGE;
    if (!is_parked(shared))
        return BITFRAME_BAD_CURSOR;
    if (free_frames + bitframe_net_allocated(shared) != shared->base_frames)
        return BITFRAME_BAD_COUNT;
    if (!shared_window_is_sound(shared))
        return BITFRAME_BAD_WINDOW;
    return bitframe_header_is_right(pool) ? BITFRAME_SOUND : BITFRAME_BAD_HEADER;
}
