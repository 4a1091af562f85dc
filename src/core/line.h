/* SPDX-License-Identifier: MIT */
/* line.h - lines whose frames are all free, one at a time. */
#ifndef BITFRAME_CORE_LINE_H
#define BITFRAME_CORE_LINE_H

#include "geometry.h"

#define LINE_BYTES (BITFRAME_LINE_FRAMES * BITFRAME_FRAME_BYTES)

/** Line @p line has become whole. */
static inline void lower_line_word(struct bitframe *pool, uint64_t line)
{
    if (line / WORD_BITS < pool->line_word)
        pool->line_word = line / WORD_BITS;
}

/** All frames of line @p line have become free. */
static inline void line_completed(struct bitframe *pool, uint64_t line)
{
    levels_set(pool, &pool->lines, line);
    lower_line_word(pool, line);
}

/**
 * Take the lowest line whose frames are all free.
 *
 * @param pa  Set to its PA.
 *
 * @retval BITFRAME_OK    Taken.
 * @retval BITFRAME_NONE  There is none; @p pa is as it was.
 */
enum bitframe_status bitframe_take_line(struct bitframe *pool, uint64_t *pa);

/**
 * Give back a line that lies in the gap.
 *
 * @retval BITFRAME_OK           Its frames are free.
 * @retval BITFRAME_DOUBLE_FREE  One was free already; nothing changed.
 */
enum bitframe_status bitframe_free_line(struct bitframe *pool, uint64_t pa);

#endif
