/* SPDX-License-Identifier: MIT */
/*
 * bitframe/debug.h - the owners of frames, and writes to freed frames
 *
 * In a library built with -Ddebug_frames=true a pool can keep an entry per frame, in storage that the caller
 * provides. The entry of an allocated frame has a tag, which names its owner. The entry of a free frame says
 * whether the frame is filled with a pattern (poisoned), which the next allocation must find unchanged. This
 * begins with bitframe_debug_start(). Before, and after bitframe_debug_stop(), the pool works as in any other
 * build.
 *
 * No other library has any of this. There the calls are inline functions that do nothing and return
 * BITFRAME_OK, so a kernel tags its frames without an #if. Only bitframe_debug_start() shows the difference.
 *
 * Every call that frees a frame poisons it and removes its tag. Every call that allocates a frame compares it
 * and gives it the current tag. A frame that becomes reserved is compared and has no tag. A frame that goes
 * offline (<bitframe/offline.h>) has no tag and is not touched, because memory may go offline when it fails.
 * Frames that were free at the start are not poisoned and not compared. Frames that were allocated then have
 * tag 0.
 *
 * Safety: as for every call on a pool.
 */
#ifndef BITFRAME_DEBUG_H
#define BITFRAME_DEBUG_H

#include <stdbool.h>
#include <stdint.h>

#include <bitframe/bitframe.h>

#ifdef __cplusplus
extern "C" {
#endif

/* clang-format off */
/** The pattern of a poisoned frame, 8 bytes after 8. No address: AArch64 faults on using it as one. */
#define BITFRAME_POISON  UINT64_C(0xDEADF4EEDEADF4EE)
/** The largest tag. */
#define BITFRAME_TAG_MAX UINT32_C(0x7FFFFFFF)
/** Any tag, 0 among them. */
#define BITFRAME_TAG_ANY UINT32_MAX
/* clang-format on */

/** What bitframe_debug_start() turns on. May be combined. */
enum bitframe_debug_flags {
    BITFRAME_DEBUG_POISON = 1, /**< Fill frames that become free, compare them when they are allocated. */
    BITFRAME_DEBUG_TAGS = 2,   /**< Record the owner of each allocated frame. */
};

/** A poisoned frame that was written to. */
struct bitframe_corruption {
    uint64_t pa;      /**< The frame, its first byte. */
    uint64_t offset;  /**< Its lowest wrong byte. */
    uint64_t bytes;   /**< Number of wrong bytes. */
    uint32_t tag;     /**< The frame's tag when it was freed; 0: none. */
    uint8_t expected; /**< What the byte at offset should be. */
    uint8_t found;    /**< What it is. */
};

/**
 * The record of a pool that is debugged. The caller owns the storage and keeps it until
 * bitframe_debug_stop(), or as long as the pool lives. Like the pool's metadata it may be at another address
 * later, if pool, record and entries move by the same amount.
 */
struct bitframe_debug {
    /**
     * Set by the caller, at any time; null if counting is enough. Called for each poisoned frame that was
     * written to, inside the call that found it. So it must not call the pool, and must not change the frame.
     * When it returns, that call continues as usual.
     *
     * @param debug       This record. The caller may have more data around it.
     * @param corruption  The finding. Valid until the hook returns.
     */
    void (*corrupted)(struct bitframe_debug *debug, const struct bitframe_corruption *corruption);

    uint64_t corruptions; /**< Frames found written to since the start. Only read it. */

    /*
     * bitframe's own. An entry is a tag in bits 0 to 30 and the poison bit 31. For an allocated frame the
     * poison bit is clear. For a free frame a set bit says that the frame holds the pattern, and the tag is
     * its last owner's; if the bit is clear, the tag is 0. Entries of reserved and offline frames, and of
     * bits of no frame, are 0.
     */
    uint64_t entries; /* distance from the pool of the entry of bit 0 of the bitmap */
    uint32_t flags;   /* of enum bitframe_debug_flags */
    uint32_t tag;     /* the current tag, 0 without BITFRAME_DEBUG_TAGS */
};

/** Adjacent allocated frames with one tag. */
struct bitframe_tagged_run {
    uint64_t first_pa; /**< PA of the first frame. */
    uint64_t frames;   /**< How many. */
    uint32_t tag;      /**< Their tag; 0: none. */
};

/** All frames with one tag. */
struct bitframe_tag_total {
    uint32_t tag;    /**< The tag; 0: of frames without one. */
    uint64_t runs;   /**< Runs of frames, each as long as it can be. */
    uint64_t frames; /**< Frames in them. */
};

#if BITFRAME_DEBUG_FRAMES

/**
 * Bytes of storage that debugging a pool needs: 4 for each bit of its bitmap. A bit is a frame, or padding of
 * under 4608 bits for each segment.
 *
 * @return  How many; 0 in a library that cannot debug.
 */
uint64_t bitframe_get_debug_bytes(const struct bitframe *pool);

/**
 * Begin debugging, or begin again: no frame is poisoned, none has a tag, and the current tag is 0.
 *
 * With BITFRAME_DEBUG_POISON the caller promises that from now on every frame that is or becomes free can be
 * read and written through the linear map of bitframe_set_platform(), and that this map no longer changes.
 * The storage may be allocated frames of the pool.
 *
 * @param pool     A pool that was initialized.
 * @param debug    The record. The caller sets corrupted; this call writes the rest.
 * @param storage  For the entries, 4-byte aligned.
 * @param bytes    Its length, at least bitframe_get_debug_bytes(pool).
 * @param flags    Of enum bitframe_debug_flags, at least one.
 *
 * @retval BITFRAME_OK           Debugging is on.
 * @retval BITFRAME_INVALID      A null pointer, misaligned storage, no flags or unknown ones; nothing
 *                               changed.
 * @retval BITFRAME_NO_ROOM      @p bytes is too small; nothing changed.
 * @retval BITFRAME_UNSUPPORTED  The library was built without debug_frames; nothing changed.
 *
 * @par Cost  Clears the storage. With BITFRAME_DEBUG_POISON each free then writes, and each allocation
 *            reads, the whole frame, which costs many times more than the pool itself. With
 *            BITFRAME_DEBUG_TAGS each frame costs a search of the tables and a store.
 */
enum bitframe_status bitframe_debug_start(struct bitframe *pool, struct bitframe_debug *debug, void *storage,
                                          uint64_t bytes, uint32_t flags);

/**
 * End debugging. Record and storage are the caller's again. Does nothing if it is not on. Calls that make a
 * pool again end it, too: bitframe_init(), bitframe_init_map(), bitframe_adopt(), bitframe_extend().
 */
void bitframe_debug_stop(struct bitframe *pool);

/**
 * Compare every poisoned frame now, not only when it is allocated. A frame that was written to is reported,
 * counted and poisoned again.
 *
 * @return  How many were; 0 without BITFRAME_DEBUG_POISON.
 *
 * @par Cost  Reads every poisoned frame in whole.
 */
uint64_t bitframe_debug_sweep(struct bitframe *pool);

/**
 * Set the current tag. Every frame that any call allocates from now on gets it.
 *
 * @param tag  0 (none) to BITFRAME_TAG_MAX. With any other, and without BITFRAME_DEBUG_TAGS, nothing
 *             happens.
 *
 * @return  The former tag. Set it again when you are done.
 *
 * @par Cost  O(1).
 */
uint32_t bitframe_set_current_tag(struct bitframe *pool, uint32_t tag);

/**
 * Tag a run of allocated frames, or any part of one.
 *
 * @param pa      PA of the first, a multiple of BITFRAME_FRAME_BYTES.
 * @param frames  How many, at least 1.
 * @param tag     1 to BITFRAME_TAG_MAX, or 0: none.
 *
 * @retval BITFRAME_OK           They have the tag; or there is no BITFRAME_DEBUG_TAGS, and nothing was
 *                               checked.
 * @retval BITFRAME_DOUBLE_FREE  One of them is free; nothing changed.
 * @retval BITFRAME_RESERVED     One of them is reserved; nothing changed.
 * @retval BITFRAME_OFFLINE      One of them is offline; nothing changed.
 * @retval BITFRAME_UNMANAGED    One of them is not the pool's; nothing changed.
 * @retval BITFRAME_MISALIGNED   @p pa is inside a frame of the pool; nothing changed.
 * @retval BITFRAME_INVALID      @p frames is 0 or @p tag too large; nothing changed.
 *
 * If several apply, the first of: invalid, unmanaged, misaligned, reserved, offline, double free.
 *
 * @par Cost  One load per 64 frames, one store per frame.
 */
enum bitframe_status bitframe_set_tag(struct bitframe *pool, uint64_t pa, uint64_t frames, uint32_t tag);

/**
 * The tag of the frame that contains @p pa.
 *
 * @param pa  Any value.
 *
 * @return  Its tag; 0 if it has none, is not allocated, or there is no BITFRAME_DEBUG_TAGS.
 *
 * @par Cost  O(log(spans)).
 */
uint32_t bitframe_get_tag(const struct bitframe *pool, uint64_t pa);

/**
 * Read the next run of allocated frames with a tag, ascending. Each is as long as possible. Reserved and
 * offline frames are in no run.
 *
 *     uint64_t frame = 0;
 *     while (bitframe_leaks_next(&pool, TAG_TASKS, &frame, &run))
 *         ...
 *
 * The pool may change between two calls. A call reports only frames from @p frame on.
 *
 * @param tag    Which tag; 0 for frames without one, BITFRAME_TAG_ANY for all.
 * @param frame  Frame number (PA >> BITFRAME_FRAME_SHIFT) to search from. Becomes the number of the frame
 *               behind the run. A run that began below it is cut there.
 * @param run    The run. Written only if there is one.
 *
 * @return  Whether there is a run. If not, no other follows. There is none without BITFRAME_DEBUG_TAGS.
 *
 * @par Cost  One load per frame from @p frame to the end of the run.
 */
bool bitframe_leaks_next(const struct bitframe *pool, uint32_t tag, uint64_t *frame,
                         struct bitframe_tagged_run *run);

/**
 * Read the next tag of allocated frames, ascending, and count its frames.
 *
 *     uint32_t tag = 0;
 *     while (bitframe_tags_next(&pool, &tag, &total))
 *         ...
 *
 * @param tag    Tag to search from, 0 for the first. Becomes the next number.
 * @param total  Its frames. Written only if there are any.
 *
 * @return  Whether there is a tag. If not, no other follows. There is none without BITFRAME_DEBUG_TAGS.
 *
 * @par Cost  One load per frame of the pool.
 */
bool bitframe_tags_next(const struct bitframe *pool, uint32_t *tag, struct bitframe_tag_total *total);

#else

static inline uint64_t bitframe_get_debug_bytes(const struct bitframe *pool)
{
    (void)pool;
    return 0;
}

static inline enum bitframe_status bitframe_debug_start(struct bitframe *pool, struct bitframe_debug *debug,
                                                        void *storage, uint64_t bytes, uint32_t flags)
{
    (void)pool, (void)debug, (void)storage, (void)bytes, (void)flags;
    return BITFRAME_UNSUPPORTED;
}

static inline void bitframe_debug_stop(struct bitframe *pool)
{
    (void)pool;
}

static inline uint64_t bitframe_debug_sweep(struct bitframe *pool)
{
    (void)pool;
    return 0;
}

static inline uint32_t bitframe_set_current_tag(struct bitframe *pool, uint32_t tag)
{
    (void)pool, (void)tag;
    return 0;
}

static inline enum bitframe_status bitframe_set_tag(struct bitframe *pool, uint64_t pa, uint64_t frames,
                                                    uint32_t tag)
{
    (void)pool, (void)pa, (void)frames, (void)tag;
    return BITFRAME_OK;
}

static inline uint32_t bitframe_get_tag(const struct bitframe *pool, uint64_t pa)
{
    (void)pool, (void)pa;
    return 0;
}

static inline bool bitframe_leaks_next(const struct bitframe *pool, uint32_t tag, uint64_t *frame,
                                       struct bitframe_tagged_run *run)
{
    (void)pool, (void)tag, (void)frame, (void)run;
    return false;
}

static inline bool bitframe_tags_next(const struct bitframe *pool, uint32_t *tag,
                                      struct bitframe_tag_total *total)
{
    (void)pool, (void)tag, (void)total;
    return false;
}

#endif

#ifdef __cplusplus
}
#endif

#endif
