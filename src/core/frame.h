/* SPDX-License-Identifier: MIT */
/*
 * frame.h - the paths of a pool that run for every frame, to be inlined
 *
 * Both touch the cursor's word or one word of the bitmap, and the counter. Only a word that becomes empty or
 * stops being empty moves the cursor or concerns the index: frame.c and cursor.c.
 */
#ifndef BITFRAME_CORE_FRAME_H
#define BITFRAME_CORE_FRAME_H

#include "core/cursor.h"

/**
 * bitframe_free() off the straight path: of a PA outside the window or misaligned; of a frame that is free
 * already; of one whose word is empty, or all ones with it. Nothing is done yet.
 *
 * @param before    The word of the frame; all ones if @p pa is not the start of a frame of the window.
 * @param distance  That of the word, if it is.
 */
enum bitframe_status bitframe_free_rest(struct bitframe *pool, uint64_t pa, uint64_t before,
                                        uint64_t distance);

/** bitframe_alloc() while the cursor's huge frame is empty. */
uint64_t bitframe_alloc_next(struct bitframe *pool);

/** bitframe_alloc(), inlined. */
static inline uint64_t pool_alloc(struct bitframe *pool)
{
    uint64_t cursor_pa = pool->cursor_pa;
    uint64_t *cursor = pool_word(pool, pool->cursor);
    uint64_t word = *cursor;
    if (word == 0)
        return bitframe_alloc_next(pool);
    uint64_t pa = cursor_pa + ((uint64_t)lowest_bit(word) << BITFRAME_FRAME_SHIFT);
    word &= word - 1;
    *cursor = word;
    pool->free_frames--;
    if (word == 0)
        return bitframe_cursor_emptied(pool, pa);
    return pa;
}

/** The distance of the word that holds the frame at @p pa, an address in the window's segment. */
static inline uint64_t distance_of(const struct bitframe *pool, uint64_t pa)
{
    return pool->zero_word + (pa >> (BITFRAME_FRAME_SHIFT + WORD_SHIFT)) * sizeof(uint64_t);
}

/** The bit of the frame that contains @p pa in its word. */
static inline uint64_t frame_mask(uint64_t pa)
{
    return bit_mask(pa >> BITFRAME_FRAME_SHIFT);
}

/**
 * bitframe_free(), inlined. One exit to what is rare, with what both sides have in registers: with a call for
 * each case GCC saves pool and PA for them on the straight path.
 *
 * @param in_window  Whether @p pa is the start of a frame of the window.
 */
static inline enum bitframe_status pool_free(struct bitframe *pool, uint64_t pa, bool in_window)
{
    uint64_t before = UINT64_MAX;
    uint64_t distance = 0;
    if (in_window) {
        distance = distance_of(pool, pa);
        uint64_t *word = pool_word(pool, distance);
        before = *word;
        uint64_t after = before | frame_mask(pa);
        if (before != 0 && after != before && after != UINT64_MAX) {
            *word = after;
            pool->free_frames++;
            return BITFRAME_OK;
        }
    }
    return bitframe_free_rest(pool, pa, before, distance);
}

/** Frames of the word at @p distance, one of them at @p pa, have become free and are counted. It was @p before. */
void bitframe_word_freed(struct bitframe *pool, uint64_t pa, uint64_t distance, uint64_t before);

/** Free @p frames frames from @p pa on, of the window and of one word. Returns false if one of them is free
 * already: then nothing changed. */
static inline bool free_in_word(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    uint64_t distance = distance_of(pool, pa);
    uint64_t *word = pool_word(pool, distance);
    uint64_t before = *word;
    uint64_t bits = mask_to(frames - 1) << frame_number(pa) % WORD_BITS;
    if ((before & bits) != 0)
        return false;
    *word = before | bits;
    pool->free_frames += frames;
    bitframe_word_freed(pool, pa, distance, before);
    return true;
}

#endif
