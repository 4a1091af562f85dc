/* SPDX-License-Identifier: MIT */
/* line.h - lines and blocks whose frames are all free, one line at a time. */
#ifndef BITFRAME_CORE_LINE_H
#define BITFRAME_CORE_LINE_H

#include "geometry.h"

#define LINE_BYTES  (BITFRAME_LINE_FRAMES * BITFRAME_FRAME_BYTES)
#define BLOCK_BYTES (BLOCK_FRAMES * BITFRAME_FRAME_BYTES)

/** Line @p line has become whole. */
static inline void lower_line_word(struct bitframe *pool, uint64_t line)
{
    if (line / WORD_BITS < pool->line_word)
        pool->line_word = line / WORD_BITS;
}

/** The bit of line @p line, of block @p block, was set: the rest of it. */
static inline void line_counted(struct bitframe *pool, uint64_t line, uint64_t block)
{
    lower_line_word(pool, line);
    if (++pool_block_lines(pool)[block] == BITFRAME_BLOCK_LINES)
        levels_set(pool, &pool->blocks, block);
}

/** All frames of line @p line, of block @p block, have become free. */
static inline void line_completed(struct bitframe *pool, uint64_t line, uint64_t block)
{
    levels_set(pool, &pool->lines, line);
    line_counted(pool, line, block);
}

/** The bit of a line of block @p block was cleared: the rest of it. */
static inline void line_uncounted(struct bitframe *pool, uint64_t block)
{
    if (pool_block_lines(pool)[block]-- == BITFRAME_BLOCK_LINES)
        levels_clear(pool, &pool->blocks, block);
}

/** A frame of line @p line, whose bit is set, of block @p block, is not free. */
static inline void line_broken(struct bitframe *pool, uint64_t line, uint64_t block)
{
    levels_clear(pool, &pool->lines, line);
    line_uncounted(pool, block);
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
