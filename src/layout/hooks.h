/* SPDX-License-Identifier: MIT */
/*
 * hooks.h - where the debug layer looks in
 *
 * Frames become allocated or free at few places only, each of which calls one of these: a frame or a huge
 * frame in the public calls around pool_alloc(), pool_free() and bitframe_free_huge(), bitframe_alloc_huge()
 * by itself, many frames in those of bulk.c, any others in bitframe_clear_frames() and bitframe_set_frames().
 * A call that takes frames offline sets the current tag to 0 meanwhile. A call that may have to undo a free
 * pauses the hooks. In a library without debug_frames no instruction of this is left.
 */
#ifndef BITFRAME_LAYOUT_HOOKS_H
#define BITFRAME_LAYOUT_HOOKS_H

#include <bitframe/debug.h>

#if BITFRAME_DEBUG_FRAMES

/** @p frames frames from the one at @p pa on, all in one segment, are allocated now. */
void bitframe_debug_allocated(struct bitframe *pool, uint64_t pa, uint64_t frames);

/**
 * @p frames frames from the one that contains @p pa on, all in one segment, were freed: they are free
 * now, or offline.
 */
void bitframe_debug_freed(struct bitframe *pool, uint64_t pa, uint64_t frames);

/** Of bits [@p first, @p end) of the bitmap, those that are set are about to be allocated. */
void bitframe_debug_clear(struct bitframe *pool, uint64_t first, uint64_t end);

/** The frames of bits [@p first, @p end) of the bitmap, all clear, are about to be free. */
void bitframe_debug_set(struct bitframe *pool, uint64_t first, uint64_t end);

/**
 * Of bits [@p first, @p end) of the bitmap, those that are set are about to go offline. Their frames are
 * not looked at any more, for it may be that they cannot be read.
 */
void bitframe_debug_release_free(struct bitframe *pool, uint64_t first, uint64_t end);

/** Frames [@p first, @p end) by number, in use and all in one segment, go offline. */
void bitframe_debug_release_used(struct bitframe *pool, uint64_t first, uint64_t end);

/** The pool is being made: it is not debugged. */
static inline void debug_none(struct bitframe *pool)
{
    pool->debug = 0;
}

/** @p frames frames at @p pa were allocated, unless it is 0. Returns @p pa. */
static inline uint64_t debug_allocated(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    if (pool->debug != 0 && pa != 0)
        bitframe_debug_allocated(pool, pa, frames);
    return pa;
}

/** @p frames frames from the one that contains @p pa on were freed, if @p status says so. Returns it. */
static inline enum bitframe_status debug_freed(struct bitframe *pool, uint64_t pa, uint64_t frames,
                                               enum bitframe_status status)
{
    if (pool->debug != 0 && status == BITFRAME_OK)
        bitframe_debug_freed(pool, pa, frames);
    return status;
}

/** The frames at @p count addresses were allocated. */
static inline void debug_allocated_each(struct bitframe *pool, const uint64_t *pas, uint64_t count)
{
    for (uint64_t i = 0; pool->debug != 0 && i < count; i++)
        bitframe_debug_allocated(pool, pas[i], 1);
}

/** If @p pause, tell the debug layer nothing until debug_resume(). Returns what that needs to know. */
static inline uint64_t debug_pause(struct bitframe *pool, bool pause)
{
    uint64_t debug = pool->debug;
    if (pause)
        pool->debug = 0;
    return debug;
}

static inline void debug_resume(struct bitframe *pool, uint64_t debug)
{
    pool->debug = debug;
}

/** If there was a pause, end it: meanwhile the frames at @p count addresses were freed, and no others.
 */
static inline void debug_resume_freed(struct bitframe *pool, uint64_t debug, const uint64_t *pas,
                                      uint64_t count)
{
    if (pool->debug == debug)
        return;
    pool->debug = debug;
    for (uint64_t i = 0; i < count; i++)
        bitframe_debug_freed(pool, pas[i], 1);
}

static inline void debug_clear(struct bitframe *pool, uint64_t first, uint64_t end)
{
    if (pool->debug != 0)
        bitframe_debug_clear(pool, first, end);
}

static inline void debug_set(struct bitframe *pool, uint64_t first, uint64_t end)
{
    if (pool->debug != 0)
        bitframe_debug_set(pool, first, end);
}

static inline void debug_release_free(struct bitframe *pool, uint64_t first, uint64_t end)
{
    if (pool->debug != 0)
        bitframe_debug_release_free(pool, first, end);
}

static inline void debug_release_used(struct bitframe *pool, uint64_t first, uint64_t end)
{
    if (pool->debug != 0)
        bitframe_debug_release_used(pool, first, end);
}

#else

/* Macros, so that code without them and code with them off are the same to the instruction. */
#define debug_none(pool)                            ((void)0)
#define debug_allocated(pool, pa, frames)           (pa)
#define debug_freed(pool, pa, frames, status)       (status)
#define debug_allocated_each(pool, pas, count)      ((void)0)
#define debug_pause(pool, pause)                    0
#define debug_resume(pool, debug)                   ((void)(debug))
#define debug_resume_freed(pool, debug, pas, count) ((void)(debug))
#define debug_clear(pool, first, end)               ((void)0)
#define debug_set(pool, first, end)                 ((void)0)
#define debug_release_free(pool, first, end)        ((void)0)
#define debug_release_used(pool, first, end)        ((void)0)

#endif

#endif
