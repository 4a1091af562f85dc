/* SPDX-License-Identifier: MIT */
/* window.h - the window: a cached range of frames where a free needs no look at the tables. */
#ifndef BITFRAME_LAYOUT_WINDOW_H
#define BITFRAME_LAYOUT_WINDOW_H

#include "layout/tables.h"

/** Do frames [@p first, @p end) lie in the window? Then they are the pool's, none reserved or offline. */
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

/** Move the window to @p frame. The frame must be the pool's, not reserved, and in no offline range. */
void bitframe_window_move(struct bitframe *pool, uint64_t frame);

/**
 * Frames [@p first, @p end) may no longer be in a window. Cuts them off, and keeps the part below them if
 * there is one, else the part above.
 */
void bitframe_window_cut(struct bitframe *pool, uint64_t first, uint64_t end);

#endif
