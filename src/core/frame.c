/* SPDX-License-Identifier: MIT */
/* frame.c - allocating and freeing one frame, and why a free is refused. */
#include "core/frame.h"
#include "base/platform.h"
#include "core/huge_index.h"
#include "core/owner.h"
#include "layout/hooks.h"
#include "layout/locate.h"
#include "layout/offline_records.h"
#include "layout/window.h"

uint64_t bitframe_alloc_none(struct bitframe *pool)
{
    check_owner(pool);
    BITFRAME_ASSERT(pool->free_frames == 0);
    return 0;
}

/** The word at distance @p refilled is the lowest now, and getting there takes more than a step. */
static __attribute__((noinline)) enum bitframe_status cursor_lowered(struct bitframe *pool, uint64_t refilled)
{
    if (pool->free_frames != 1 && has_pending(pool))
        bitframe_flush_pending(pool);
    uint64_t word = (refilled - pool->frames.level[0]) / sizeof(uint64_t);
    if (!step_cursor(pool, word))
        bitframe_set_cursor(pool, word);
    return BITFRAME_OK;
}

/** The word at distance @p refilled was empty and no longer is. Moves the cursor to it if it is lower. */
static inline enum bitframe_status index_refilled(struct bitframe *pool, uint64_t refilled)
{
    uint64_t first = pool->frames.level[0];
    uint64_t cursor = pool->cursor;
    levels_climb_filled(pool, pool->frames.level, (refilled - first) / sizeof(uint64_t));
    if (refilled - first >= cursor - first)
        return BITFRAME_OK;

    /* Is a huge frame left behind whose bit may stand wrongly? Then the cursor is at its first word. */
    uint64_t word = (cursor - first) / sizeof(uint64_t);
    if (word % HUGE_WORDS == 0 || !step_cursor(pool, (refilled - first) / sizeof(uint64_t)))
        return cursor_lowered(pool, refilled);
    return BITFRAME_OK;
}

/** Huge frame @p huge_frame may have become whole. Returns BITFRAME_OK. */
static __attribute__((noinline)) enum bitframe_status huge_filled(struct bitframe *pool, uint64_t huge_frame)
{
    if (huge_is_whole(pool, huge_frame) && !levels_test(pool, &pool->huge, huge_frame))
        huge_completed(pool, huge_frame);
    return BITFRAME_OK;
}

/** The word at distance @p completed is all ones now. */
static inline enum bitframe_status word_completed(struct bitframe *pool, uint64_t completed)
{
    uint64_t huge_frame = (completed - pool->frames.level[0]) / sizeof(uint64_t) / HUGE_WORDS;
    /* Frames often come back in sequence, and then it is the word at one end that completes the huge frame.
     */
    const uint64_t *words = levels_at(pool, &pool->frames, 0) + huge_frame * HUGE_WORDS;
    if ((words[0] & words[HUGE_WORDS - 1]) != UINT64_MAX)
        return BITFRAME_OK;
    return huge_filled(pool, huge_frame);
}

void bitframe_word_freed(struct bitframe *pool, uint64_t distance, uint64_t before)
{
    if (before == 0)
        (void)index_refilled(pool, distance);
    if (*pool_word(pool, distance) == UINT64_MAX)
        (void)word_completed(pool, distance);
}

/** Free a frame after all, though it is outside the window, or say why not. */
static __attribute__((noinline)) enum bitframe_status free_outside_window(struct bitframe *pool, uint64_t pa)
{
    check_owner(pool);
    uint64_t frame = frame_number(pa);
    enum bitframe_status status = locate_frame(pool, pa);
    if (status != BITFRAME_OK)
        return status;
    struct bitframe_offline_range *record = bitframe_offline_overlapping(pool, frame, frame + 1);
    if (record) {
        if (!offline_is_in_use(pool, record, frame))
            return BITFRAME_OFFLINE;
        bitframe_offline_release(pool, record, frame, frame + 1);
        return BITFRAME_OK;
    }
    if (frame - frame_number(pool->window_pa) < pool->window_frames)
        return BITFRAME_DOUBLE_FREE;
    bitframe_window_move(pool, frame);
    return pool_free(pool, pa, true);
}

enum bitframe_status bitframe_free_rest(struct bitframe *pool, uint64_t pa, uint64_t before,
                                        uint64_t distance)
{
    if ((before & frame_mask(pa)) != 0)
        return free_outside_window(pool, pa);
    *pool_word(pool, distance) = before | frame_mask(pa);
    pool->free_frames++;
    return before == 0 ? index_refilled(pool, distance) : word_completed(pool, distance);
}

uint64_t bitframe_alloc(struct bitframe *pool)
{
    return debug_allocated(pool, pool_alloc(pool), 1);
}

enum bitframe_status bitframe_free(struct bitframe *pool, uint64_t pa)
{
    /* Rotated right, a misaligned offset is a number beyond any pool: one comparison refuses both. */
    uint64_t offset = pa - pool->window_pa;
    uint64_t frame = offset >> BITFRAME_FRAME_SHIFT | offset << (64 - BITFRAME_FRAME_SHIFT);
    return debug_freed(pool, pa, 1, pool_free(pool, pa, frame < pool->window_frames));
}
