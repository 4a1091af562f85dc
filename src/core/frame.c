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

/** The cached segment is not next's. */
static __attribute__((noinline)) uint64_t alloc_from_segment(struct bitframe *pool, uint64_t word)
{
    bitframe_cache_segment(pool, word);
    return bitframe_alloc_next(pool);
}

/** Next's huge frame is whole. */
static __attribute__((noinline)) uint64_t alloc_from_whole(struct bitframe *pool, uint64_t huge_frame)
{
    levels_clear(pool, pool->huge.level, huge_frame);
    return bitframe_alloc_next(pool);
}

/** Nothing is free, or so it seems. */
static __attribute__((noinline)) uint64_t alloc_nothing(struct bitframe *pool)
{
    check_owner(pool);
    BITFRAME_ASSERT(pool->free_frames == 0);
    return 0;
}

uint64_t bitframe_alloc_next(struct bitframe *pool)
{
    uint64_t word = word_number(pool, pool->next);
    if (word >= pool->frames.words || pool_is_lent(pool))
        return alloc_nothing(pool);
    if (!in_segment(pool, word))
        return alloc_from_segment(pool, word);
    if (levels_test(pool, &pool->huge, word / HUGE_WORDS))
        return alloc_from_whole(pool, word / HUGE_WORDS);
    uint64_t used = levels_at(pool, &pool->frames, 1)[word / WORD_BITS] >> word % WORD_BITS & HUGE_USED;
    advance_next(pool, word);
    word += lowest_bit(used);
    place_cursor(pool, word_distance(pool, word), pa_in_segment(pool, word), used & (used - 1));
    return pool_alloc(pool);
}

/** index_refilled() below next, where the cursor's huge frame is not empty. */
static __attribute__((noinline)) enum bitframe_status refilled_elsewhere(struct bitframe *pool, uint64_t pa,
                                                                         uint64_t distance)
{
    uint64_t cursor = pool->cursor;
    if (huge_words_of(pool, distance) == huge_words_of(pool, cursor)) {
        if (distance > cursor)
            pool->rest |= rest_bit(pool, distance);
        else if (distance < cursor)
            place_cursor(pool, distance, pa, pool->rest | rest_bit(pool, cursor));
        return BITFRAME_OK;
    }
    if (distance < cursor) {
        bitframe_index_cursor(pool);
        place_cursor(pool, distance, pa, 0);
        return BITFRAME_OK;
    }
    uint64_t word = word_number(pool, distance);
    levels_set(pool, pool->frames.level + 1, word);
    pool->next = huge_distance(pool, word);
    return BITFRAME_OK;
}

/**
 * The word at @p distance was empty and no longer is.
 *
 * @param pa        That of a frame of it.
 * @param is_empty  Whether the cursor's huge frame was empty, too.
 */
static inline enum bitframe_status index_refilled(struct bitframe *pool, uint64_t pa, uint64_t distance,
                                                  bool is_empty)
{
    if (distance >= pool->next) {
        levels_set(pool, pool->frames.level + 1, word_number(pool, distance));
        return BITFRAME_OK;
    }
    if (!is_empty)
        return refilled_elsewhere(pool, pa, distance);
    place_cursor(pool, distance, pa, 0);
    return BITFRAME_OK;
}

/** Huge frame @p huge_frame may have become whole. Returns BITFRAME_OK. */
static __attribute__((noinline)) enum bitframe_status huge_filled(struct bitframe *pool, uint64_t huge_frame)
{
    const uint64_t *words = levels_at(pool, &pool->frames, 0) + huge_frame * HUGE_WORDS;
    if (huge_is_whole(words) && words != huge_words_of(pool, pool->cursor))
        huge_completed(pool, huge_frame);
    return BITFRAME_OK;
}

/** The word at distance @p completed is all ones now. */
static inline enum bitframe_status word_completed(struct bitframe *pool, uint64_t completed)
{
    uint64_t huge_frame = word_number(pool, completed) / HUGE_WORDS;
    /* Frames often come back in sequence, and then it is the word at one end that completes the huge frame.
     */
    const uint64_t *words = levels_at(pool, &pool->frames, 0) + huge_frame * HUGE_WORDS;
    if ((words[0] & words[HUGE_WORDS - 1]) != UINT64_MAX)
        return BITFRAME_OK;
    return huge_filled(pool, huge_frame);
}

void bitframe_word_freed(struct bitframe *pool, uint64_t pa, uint64_t distance, uint64_t before)
{
    if (before == 0)
        (void)index_refilled(pool, pa, distance, cursor_is_empty(pool));
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
    bool is_empty = cursor_is_empty(pool);
    *pool_word(pool, distance) = before | frame_mask(pa);
    pool->free_frames++;
    return before == 0 ? index_refilled(pool, pa, distance, is_empty) : word_completed(pool, distance);
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
