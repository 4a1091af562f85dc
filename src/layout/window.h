/* SPDX-License-Identifier: MIT */
/* window.h - the window: where a free needs no look at the tables. */
#ifndef BITFRAME_LAYOUT_WINDOW_H
#define BITFRAME_LAYOUT_WINDOW_H

#include "layout/tables.h"

/** Do frames [@p first, @p end) lie in the window? Then there is nothing else to ask of where they are. */
static inline bool window_covers(const struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint64_t offset = first - frame_number(pool->window_pa);
    return offset < pool->window_frames && end - first <= pool->window_frames - offset;
}

/** Bit of @p frame, which lies in the window. */
static inline uint64_t bit_in_window(const struct bitframe *pool, uint64_t frame)
{
    return (pool->zero_word - pool->frames.level[0]) / sizeof(uint64_t) * WORD_BITS + frame;
}

/** Make the window the one around @p frame, which is the pool's, not reserved and not in an offline range. */
void bitframe_window_move(struct bitframe *pool, uint64_t frame);

/**
 * [@p first, @p end) can no longer be in a window. Puts the window where it was as far as it is still one:
 * around its first frame, or else around its last.
 */
void bitframe_window_cut(struct bitframe *pool, uint64_t first, uint64_t end);

#endif
