/* SPDX-License-Identifier: MIT */
/*
 * hooks.h - the calls into the debug layer
 *
 * Frames become allocated or free in few places, and each calls one of these hooks. One frame or huge frame:
 * the public calls around pool_alloc(), pool_free() and bitframe_free_huge(), and bitframe_alloc_huge()
 * itself. Many frames: the calls of bulk.c. All other frames: bitframe_clear_frames() and
 * bitframe_set_frames(). A call that takes frames offline sets the current tag to 0 meanwhile. A call that
 * may have to undo a free pauses the hooks. In a library without debug_frames no instruction of this is left.
 */
#ifndef BITFRAME_LAYOUT_HOOKS_H
#define BITFRAME_LAYOUT_HOOKS_H

#include <bitframe/debug.h>

#if BITFRAME_DEBUG_FRAMES

/** @p frames frames from @p pa on, all in one segment, were allocated. */
void bitframe_debug_allocated(struct bitframe *pool, uint64_t pa, uint64_t frames);

/**
 * @p frames frames from the one that contains @p pa on, all in one segment, were freed: they are free now, or
 * offline.
 */
void bitframe_debug_freed(struct bitframe *pool, uint64_t pa, uint64_t frames);

/** The set bits of [@p first, @p end) of the bitmap will be allocated. */
void bitframe_debug_clear(struct bitframe *pool, uint64_t first, uint64_t end);

/** The frames of bits [@p first, @p end) of the bitmap, all clear, will be free. */
void bitframe_debug_set(struct bitframe *pool, uint64_t first, uint64_t end);

/**
 * The set bits of [@p first, @p end) of the bitmap will go offline. Their frames are not read any more,
 * because their memory may be failing.
 */
void bitframe_debug_release_free(struct bitframe *pool, uint64_t first, uint64_t end);

/** Frames [@p first, @p end) by number, in use and all in one segment, go offline. */
void bitframe_debug_release_used(struct bitframe *pool, uint64_t first, uint64_t end);

/** A new pool is not debugged. */
static inline void debug_none(struct bitframe *pool)
{
    pool->debug = 0;
}

/** @p frames frames at @p pa were allocated, or none if @p pa is 0. Returns @p pa. */
static inline uint64_t debug_allocated(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    if (pool->debug != 0 && pa != 0)
        bitframe_debug_allocated(pool, pa, frames);
    return pa;
}

/** @p frames frames from the one that contains @p pa on were freed, if @p status is OK. Returns @p status. */
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

/** If @p pause, call no hook until debug_resume(). Returns the value that debug_resume() needs. */
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

/** End a pause, if there was one, in which exactly the frames at @p count addresses were freed. */
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

/* Macros: code without the hooks and code with the hooks off are the same, instruction by instruction. */
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
