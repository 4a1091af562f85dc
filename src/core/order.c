/* SPDX-License-Identifier: MIT */
/*
 * order.c - blocks of 2^order frames, aligned to their size
 *
 * One frame and a huge frame have calls of their own. A block of up to 64 frames lies in one word, so if the
 * cursor's word has a free one it is the lowest of all. All other blocks are runs.
 */
#include "core/frame.h"
#include "core/owner.h"
#include "layout/hooks.h"
#include "layout/window.h"

/** Blocks of each order begin at these bits of a word. */
static const uint64_t starts_by_order[WORD_ORDER + 1] = {
    UINT64_MAX,
    UINT64_C(0x5555555555555555),
    UINT64_C(0x1111111111111111),
    UINT64_C(0x0101010101010101),
    UINT64_C(0x0001000100010001),
    UINT64_C(0x0000000100000001),
    UINT64_C(0x0000000000000001),
};

/** The lowest bit of each block of order @p order whose bits in @p word are all set. */
static inline uint64_t blocks_in_word(uint64_t word, unsigned order)
{
    for (unsigned i = 0; i < order; i++)
        word &= word >> (1U << i);
    return word & starts_by_order[order];
}

/** The bits of a block of order @p order that begins at bit 0. */
static inline uint64_t block_mask(unsigned order)
{
    return UINT64_MAX >> (WORD_BITS - (1U << order));
}

static uint64_t alloc_run_of(struct bitframe *pool, unsigned order)
{
    const struct bitframe_request request = {
        .frames = UINT64_C(1) << order,
        .align = BITFRAME_FRAME_BYTES << order,
    };
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
    uint64_t *word = pool_word(pool, pool->cursor);
    uint64_t blocks = blocks_in_word(*word, order);
    if (blocks == 0)
        return alloc_run_of(pool, order);
    uint64_t pa = pool->cursor_pa + ((uint64_t)lowest_bit(blocks) << BITFRAME_FRAME_SHIFT);
    *word &= ~(block_mask(order) << lowest_bit(blocks));
    pool->free_frames -= UINT64_C(1) << order;
    if (*word == 0)
        (void)bitframe_cursor_emptied(pool, pa);
    return debug_allocated(pool, pa, UINT64_C(1) << order);
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

/** A block at @p pa, aligned, that lies in the window and in one word. */
static enum bitframe_status free_in_word(struct bitframe *pool, uint64_t pa, unsigned order)
{
    uint64_t distance = distance_of(pool, pa);
    uint64_t *word = pool_word(pool, distance);
    uint64_t before = *word;
    uint64_t mask = block_mask(order) << frame_number(pa) % WORD_BITS;
    if ((before & mask) != 0)
        return BITFRAME_DOUBLE_FREE;
    *word = before | mask;
    pool->free_frames += UINT64_C(1) << order;
    if (before == 0 || *word == UINT64_MAX)
        bitframe_word_freed(pool, pa, distance, before);
    return debug_freed(pool, pa, UINT64_C(1) << order, BITFRAME_OK);
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
        return free_in_word(pool, pa, order);
    return order == 0 ? bitframe_free(pool, pa) : bitframe_free_run(pool, pa, frames);
}
