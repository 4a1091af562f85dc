/* SPDX-License-Identifier: MIT */
/*
 * order.c - blocks of 2^order frames, aligned to their size
 *
 * One frame and a huge frame have calls of their own. A block of up to 64 frames lies in one word, so if the
 * cursor's word has a free one it is the lowest of all. All other blocks are runs.
 */
#include "core/frame.h"
#include "layout/hooks.h"
#include "layout/request.h"
#include "layout/search.h"
#include "layout/window.h"

static uint64_t alloc_run_of(struct bitframe *pool, unsigned order)
{
    const struct bitframe_request request = block_request(order);
    uint64_t pa;
    return bitframe_alloc_run(pool, &request, &pa) == BITFRAME_OK ? pa : 0;
}

/** Let the cursor lead to the lowest word that is not 0. Returns false if nothing is free. */
static bool open_next(struct bitframe *pool)
{
    uint64_t pa = bitframe_alloc_next(pool); /* it opens a huge frame, and the free leaves that open */
    if (pa == 0)
        return false;
    (void)pool_free(pool, pa, window_covers(pool, frame_number(pa), frame_number(pa) + 1));
    return true;
}

/** A block that a word may hold. */
static uint64_t alloc_in_word(struct bitframe *pool, unsigned order)
{
    if (cursor_is_empty(pool) && !open_next(pool))
        return 0;
    uint64_t frames = UINT64_C(1) << order;
    uint64_t *word = pool_word(pool, pool->cursor);
    uint64_t blocks = runs_in_word(*word, frames) & starts_of(frames, 0);
    if (blocks == 0)
        return alloc_run_of(pool, order);
    uint64_t pa = pool->cursor_pa + ((uint64_t)lowest_bit(blocks) << BITFRAME_FRAME_SHIFT);
    *word &= ~(mask_to(frames - 1) << lowest_bit(blocks));
    pool->free_frames -= frames;
    if (*word == 0)
        (void)bitframe_cursor_emptied(pool, pa);
    return debug_allocated(pool, pa, frames);
}

uint64_t bitframe_alloc_order(struct bitframe *pool, unsigned order)
{
    if (order == 0)
        return bitframe_alloc(pool);
    if (order <= WORD_ORDER)
        return alloc_in_word(pool, order);
    if (order == HUGE_ORDER)
        return bitframe_alloc_huge(pool);
    return order < ORDERS ? alloc_run_of(pool, order) : 0;
}

enum bitframe_status bitframe_free_order(struct bitframe *pool, uint64_t pa, unsigned order)
{
    if (order >= ORDERS)
        return BITFRAME_INVALID;
    uint64_t frames = UINT64_C(1) << order;
    if (pa % (frames * BITFRAME_FRAME_BYTES) != 0)
        return BITFRAME_MISALIGNED;
    if (order == HUGE_ORDER)
        return bitframe_free_huge(pool, pa);
    if (order <= WORD_ORDER && window_covers(pool, frame_number(pa), frame_number(pa) + frames))
        return free_in_word(pool, pa, frames) ? debug_freed(pool, pa, frames, BITFRAME_OK)
                                              : BITFRAME_DOUBLE_FREE;
    return order == 0 ? bitframe_free(pool, pa) : bitframe_free_run(pool, pa, frames);
}
