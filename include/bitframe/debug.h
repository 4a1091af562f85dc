/* SPDX-License-Identifier: MIT */
/*
 * bitframe/debug.h - who holds a frame, and who wrote to one after giving it back
 *
 * In a library built with -Ddebug_frames=true a pool can keep an entry per frame in storage that the caller
 * gives: a tag that says whose an allocated frame is, and whether a free one is filled with a pattern
 * (poisoned) that the next take must find untouched. It begins with bitframe_debug_start(); before, and after
 * bitframe_debug_stop(), the pool works as in any other build.
 *
 * In every other library nothing of this exists. The calls are here all the same, as inline functions that do
 * nothing and say BITFRAME_OK, so that a kernel tags its frames without an #if; only bitframe_debug_start()
 * tells the difference.
 *
 * Frames that become free, by whatever call, are poisoned and lose their tag; frames that become allocated,
 * by whatever call, are compared and get the current tag. Frames that become reserved are compared and have
 * no tag; frames that go offline (<bitframe/offline.h>) have none either and are not touched, for memory may
 * go offline because it fails. What was free when it began is not poisoned and not compared; what was
 * allocated then has tag 0.
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
/** What a poisoned frame is filled with, 8 bytes after 8. No address: AArch64 faults on using it as one. */
#define BITFRAME_POISON  UINT64_C(0xDEADF4EEDEADF4EE)
/** The largest tag. */
#define BITFRAME_TAG_MAX UINT32_C(0x7FFFFFFF)
/** Any tag, 0 among them. */
#define BITFRAME_TAG_ANY UINT32_MAX
/* clang-format on */

/** What bitframe_debug_start() turns on. May be combined. */
enum bitframe_debug_flags {
    BITFRAME_DEBUG_POISON = 1, /**< Fill frames that become free, compare them when they are allocated. */
    BITFRAME_DEBUG_TAGS = 2,   /**< Remember whose an allocated frame is. */
};

/** A poisoned frame that was written to. */
struct bitframe_corruption {
    uint64_t pa;      /**< The frame, its first byte. */
    uint64_t offset;  /**< The lowest byte of it that is wrong. */
    uint64_t bytes;   /**< How many are wrong. */
    uint32_t tag;     /**< The frame's tag when it was freed; 0: none. */
    uint8_t expected; /**< What the byte at offset should be. */
    uint8_t found;    /**< What it is. */
};

/**
 * What a pool needs to know for debugging. The caller owns the storage and keeps it until
 * bitframe_debug_stop() or as long as the pool lives. Like the pool's metadata it may be seen at another
 * address later, if pool, record and entries move by the same amount.
 */
struct bitframe_debug {
    /**
     * Set by the caller, at any time; null if counting is enough. Called for each poisoned frame that is
     * found to be written to, from inside the call that found it: it must not call the pool, and the frame
     * must not be changed. When it returns, that call goes on as if nothing had been.
     *
     * @param debug       This record, so that more of the caller's may lie around it.
     * @param corruption  What was found; gone when this returns.
     */
    void (*corrupted)(struct bitframe_debug *debug, const struct bitframe_corruption *corruption);

    uint64_t corruptions; /**< Frames found written to since the start; only to be read. */

    /* bitframe's own. An entry is a tag under a bit that says poisoned: bits 0 to 30, and 31. Of an allocated
     * frame the bit is clear. Of a free one it says that the frame holds the pattern, and the tag is whose
     * it was; if it is clear, so is the tag. Reserved and offline frames and bits of no frame have 0. */
    uint64_t entries; /* distance from the pool of the entry of bit 0 of the bitmap */
    uint32_t flags;   /* of enum bitframe_debug_flags */
    uint32_t tag;     /* the current tag, 0 without BITFRAME_DEBUG_TAGS */
};

/** Allocated frames next to each other with one tag. */
struct bitframe_tagged_run {
    uint64_t first_pa; /**< PA of the first frame. */
    uint64_t frames;   /**< How many. */
    uint32_t tag;      /**< Their tag; 0: none. */
};

/** All that has one tag. */
struct bitframe_tag_total {
    uint32_t tag;    /**< The tag; 0: of frames without one. */
    uint64_t runs;   /**< Runs of frames, each as long as it can be. */
    uint64_t frames; /**< Frames in them. */
};

#if BITFRAME_DEBUG_FRAMES

/**
 * Bytes of storage that debugging a pool takes: 4 for each bit of its bitmap, which is a frame, or padding of
 * under 4608 bits for each stretch of memory.
 *
 * @return  How many; 0 in a library that cannot debug.
 */
uint64_t bitframe_get_debug_bytes(const struct bitframe *pool);

/**
 * Begin debugging, or begin anew: no frame is poisoned and none has a tag, and the current tag is 0.
 *
 * BITFRAME_DEBUG_POISON promises that from now on every frame that becomes free, and every frame that is
 * free, can be read and written through the linear map of bitframe_set_platform(), which must not change any
 * more. The storage may be frames of the pool, allocated.
 *
 * @param pool     A pool that was initialized.
 * @param debug    The record; corrupted is the caller's to set, the rest is written here.
 * @param storage  For the entries, 4-byte aligned.
 * @param bytes    Its length, at least bitframe_get_debug_bytes(pool).
 * @param flags    Of enum bitframe_debug_flags, at least one.
 *
 * @retval BITFRAME_OK           Debugging is on.
 * @retval BITFRAME_INVALID      A null pointer, misaligned storage, no flags or unknown ones; nothing
 * changed.
 * @retval BITFRAME_NO_ROOM      @p bytes is too small; nothing changed.
 * @retval BITFRAME_UNSUPPORTED  The library was built without debug_frames; nothing changed.
 *
 * @par Cost  Clears the storage. From then on, with BITFRAME_DEBUG_POISON, each frame that is freed is
 *            written in whole and each that is allocated is read in whole, which costs many times what the
 * pool itself does; with BITFRAME_DEBUG_TAGS, a search of the tables and a store for each frame.
 */
enum bitframe_status bitframe_debug_start(struct bitframe *pool, struct bitframe_debug *debug, void *storage,
                                          uint64_t bytes, uint32_t flags);

/**
 * End debugging. Record and storage are the caller's again. Nothing happens if it is not on. What makes a
 * pool anew ends it, too: bitframe_init() and its kin, bitframe_adopt(), bitframe_extend().
 */
void bitframe_debug_stop(struct bitframe *pool);

/**
 * Compare every poisoned frame now, not only when it is allocated. A frame that is found written to is
 * reported, counted and poisoned again.
 *
 * @return  How many were; 0 without BITFRAME_DEBUG_POISON.
 *
 * @par Cost  Reads every poisoned frame in whole.
 */
uint64_t bitframe_debug_sweep(struct bitframe *pool);

/**
 * Set the current tag: that of every frame that is allocated from now on, by whatever call.
 *
 * @param tag  0 (none) to BITFRAME_TAG_MAX; with any other, and without BITFRAME_DEBUG_TAGS, nothing
 *             happens.
 *
 * @return  The tag before, to be set again when the caller's caller goes on.
 *
 * @par Cost  O(1).
 */
uint32_t bitframe_set_current_tag(struct bitframe *pool, uint32_t tag);

/**
 * Say whose a run of allocated frames is, or any part of one.
 *
 * @param pa      PA of the first, a multiple of BITFRAME_FRAME_BYTES.
 * @param frames  How many, at least 1.
 * @param tag     1 to BITFRAME_TAG_MAX, or 0: none.
 *
 * @retval BITFRAME_OK           They have the tag; or there is no BITFRAME_DEBUG_TAGS, and nothing was
 *                               looked at.
 * @retval BITFRAME_DOUBLE_FREE  One of them is free; nothing changed.
 * @retval BITFRAME_RESERVED     One of them is reserved; nothing changed.
 * @retval BITFRAME_OFFLINE      One of them is offline; nothing changed.
 * @retval BITFRAME_UNMANAGED    One of them is not the pool's; nothing changed.
 * @retval BITFRAME_MISALIGNED   @p pa is inside a frame of the pool; nothing changed.
 * @retval BITFRAME_INVALID      @p frames is 0 or @p tag too large; nothing changed.
 *
 * Where several apply it is the first of: invalid, unmanaged, misaligned, reserved, offline, double free.
 *
 * @par Cost  One load per 64 frames, one store per frame.
 */
enum bitframe_status bitframe_set_tag(struct bitframe *pool, uint64_t pa, uint64_t frames, uint32_t tag);

/**
 * Whose is the frame that contains @p pa?
 *
 * @param pa  Any value.
 *
 * @return  Its tag; 0 if it has none, is not allocated, or there is no BITFRAME_DEBUG_TAGS.
 *
 * @par Cost  O(log(spans)).
 */
uint32_t bitframe_get_tag(const struct bitframe *pool, uint64_t pa);

/**
 * Read the next run of allocated frames with a tag, ascending. Each is as long as it can be; reserved and
 * offline frames are in no run.
 *
 *     uint64_t frame = 0;
 *     while (bitframe_leaks_next(&pool, TAG_TASKS, &frame, &run))
 *         ...
 *
 * The pool may change between two calls: what is below @p frame has been said.
 *
 * @param tag    Which tag; 0 for frames without one, BITFRAME_TAG_ANY for all.
 * @param frame  Frame number (PA >> BITFRAME_FRAME_SHIFT) to look from; becomes the one behind the run. A run
 *               that began below it is given from there on.
 * @param run    The run; written only if there is one.
 *
 * @return  Whether there is one; no other follows if not. There is none without BITFRAME_DEBUG_TAGS.
 *
 * @par Cost  One load per frame from @p frame to the end of the run.
 */
bool bitframe_leaks_next(const struct bitframe *pool, uint32_t tag, uint64_t *frame,
                         struct bitframe_tagged_run *run);

/**
 * Read the next tag that allocated frames have, ascending, and how many have it.
 *
 *     uint32_t tag = 0;
 *     while (bitframe_tags_next(&pool, &tag, &total))
 *         ...
 *
 * @param tag    Tag to look from, 0 for the first; becomes the one behind.
 * @param total  What has it; written only if there is any.
 *
 * @return  Whether there is one; no other follows if not. There is none without BITFRAME_DEBUG_TAGS.
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
