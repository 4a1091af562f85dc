/* SPDX-License-Identifier: MIT */
/*
 * bitframe/bitframe.h - pools of physical page frames
 *
 * A pool hands out the frames of one range of physical memory, the lowest free frame first. It keeps one
 * bit per frame and an index over them in metadata that the caller gives, never touches the frames
 * themselves, and on AArch64 needs nothing but naturally aligned loads and stores of up to 8 bytes: it works
 * from the first instruction of boot, MMU and caches off.
 *
 * Addresses are physical (PA). A frame is BITFRAME_FRAME_BYTES bytes, aligned to its size. PA 0 always
 * means "none": frame 0 is never handed out.
 *
 * Safety: a pool has one owner. Calls on the same pool must not overlap, and none of them locks, blocks,
 * allocates or masks interrupts; different pools are independent.
 */
#ifndef BITFRAME_BITFRAME_H
#define BITFRAME_BITFRAME_H

#include <stdint.h>

#include <bitframe/config.h>

#ifdef __cplusplus
extern "C" {
#endif

/* clang-format off */
/** Bytes in a frame. */
#define BITFRAME_FRAME_BYTES    (UINT64_C(1) << BITFRAME_FRAME_SHIFT)
/** Frames in a line: 64 bytes of bitmap. With 4 KiB frames a line is 2 MiB of memory. */
#define BITFRAME_LINE_FRAMES    512
/** Most frames in a pool. */
#define BITFRAME_FRAMES_MAX     (UINT64_C(1) << 40)
/** Alignment of a pool's metadata, bytes. */
#define BITFRAME_METADATA_ALIGN 64
/** Levels of the largest pool: the bitmap and six of index. */
#define BITFRAME_LEVELS_MAX     7
/* clang-format on */

/** What a call came to. A call that does not return BITFRAME_OK changed nothing. */
enum bitframe_status {
    BITFRAME_OK = 0,      /**< Done. */
    BITFRAME_DOUBLE_FREE, /**< The frame is free already. */
    BITFRAME_UNMANAGED,   /**< The address lies in no frame of the pool. */
    BITFRAME_MISALIGNED,  /**< The address is inside a frame, not at its start. */
    BITFRAME_INVALID,     /**< An argument is outside its documented range. */
    BITFRAME_NO_ROOM,     /**< The metadata or the storage is too small. */
    BITFRAME_INCOMPLETE,  /**< The map lacks a range that did not fit its storage. */
    BITFRAME_MALFORMED,   /**< What is to be read contradicts its own format. */
    BITFRAME_UNSUPPORTED, /**< What is to be read is of a kind that bitframe cannot read. */
};

/** What bitframe_check() found. */
enum bitframe_invariant {
    BITFRAME_SOUND = 0,   /**< Every invariant holds. */
    BITFRAME_BAD_PADDING, /**< A bit that stands for no frame of the pool is set. */
    BITFRAME_BAD_INDEX,   /**< An index bit disagrees with the word below it. */
    BITFRAME_BAD_COUNT,   /**< The free count is not the number of free frames. */
    BITFRAME_BAD_CURSOR,  /**< The cursor is not at the lowest free frame. */
};

/**
 * A pool. The caller owns the storage and keeps it as long as the pool lives; the members are bitframe's
 * own and may only be read, by a debugger.
 *
 * A pool holds no pointers. What it refers to it knows by its distance in bytes from the structure, so pool
 * and metadata may be seen at other virtual addresses later, as when a kernel leaves its identity map for
 * its high addresses, provided that both move by the same amount. Copying the structure elsewhere is not
 * that, and breaks it.
 *
 * Invariants, whenever no call is in flight:
 *  - A bit of level 0 is set if and only if that frame is free. Bits of no frame of the pool are clear.
 *  - For k > 0, bit i of level k is set if and only if word i of level k - 1 is not 0.
 *  - The top level is one word, and what level[levels] leads to is stop, whose bit 1 is set.
 *  - free_frames is the number of set bits in level 0.
 *  - cursor leads to the lowest word of level 0 that is not 0, or one past the last if there is none, and
 *    cursor_pa is the address of the frame of its bit 0. Hence every word below the cursor is 0, and the
 *    lowest free frame of the pool is the lowest set bit of the cursor's word.
 */
struct bitframe {
    uint64_t cursor;                         /* distance of the lowest word with a free frame */
    uint64_t cursor_pa;                      /* PA of that word's first frame */
    uint64_t free_frames;                    /* free right now */
    uint64_t frames;                         /* frames in the pool */
    uint64_t first_pa;                       /* PA of the lowest of them */
    uint64_t zero_word;                      /* distance of where the word of PA 0 would be */
    uint64_t origin_pa;                      /* PA of bit 0 of the bitmap, a multiple of a line */
    uint64_t level[BITFRAME_LEVELS_MAX + 1]; /* distances: [0] the bitmap, [1] any, its summaries, stop */
    uint64_t levels;                         /* levels in use */
    uint64_t words;                          /* words in level 0 */
    uint64_t stop;                           /* never 0: where a climb through empty words ends */
};

/** Words of bitmap for the frames that [@p first_pa, @p first_pa + @p bytes) touches: whole lines. */
#define BITFRAME_BITMAP_WORDS(first_pa, bytes)                                                               \
    ((((((uint64_t)(first_pa) + ((uint64_t)(bytes)-1)) >> BITFRAME_FRAME_SHIFT) / BITFRAME_LINE_FRAMES -     \
       ((uint64_t)(first_pa) >> BITFRAME_FRAME_SHIFT) / BITFRAME_LINE_FRAMES) +                              \
      1) *                                                                                                   \
     8)

/**
 * Bytes of metadata for a pool over [@p first_pa, @p first_pa + @p bytes), as a constant expression, so
 * that a kernel can have them in .bss. Under 0.13 bytes per frame, plus 184. @p bytes is at least 1.
 *
 * The bitmap, then at most 1/63 of it for all the levels of the index, each rounded up to a word.
 */
#define BITFRAME_METADATA_BYTES(first_pa, bytes)                                                             \
    ((BITFRAME_BITMAP_WORDS(first_pa, bytes) + BITFRAME_BITMAP_WORDS(first_pa, bytes) / 63 +                 \
      BITFRAME_LEVELS_MAX) *                                                                                 \
     8)

/**
 * Make a pool of every whole frame in [@p first_pa, @p first_pa + @p bytes), all of them free.
 *
 * Starts over whatever @p pool and @p metadata held before. The range is rounded inward; frame 0 is left
 * out.
 *
 * @param pool            Storage for the pool.
 * @param first_pa        First byte of the range, any value.
 * @param bytes           Length of the range; it must not pass 2^64, and hold 1 to BITFRAME_FRAMES_MAX
 *                        whole frames.
 * @param metadata        Memory for the bitmap and its index, BITFRAME_METADATA_ALIGN-aligned, the pool's
 *                        as long as it lives. It may lie inside the range: reserve it then.
 * @param metadata_bytes  Its length, at least BITFRAME_METADATA_BYTES(first_pa, bytes).
 *
 * @retval BITFRAME_OK       The pool is ready.
 * @retval BITFRAME_INVALID  A null pointer, misaligned metadata, or a range that wraps, holds no whole
 *                           frame or too many.
 * @retval BITFRAME_NO_ROOM  @p metadata_bytes is too small.
 *
 * @par Cost  One store per 64 frames and for the index over them.
 */
enum bitframe_status bitframe_init(struct bitframe *pool, uint64_t first_pa, uint64_t bytes, void *metadata,
                                   uint64_t metadata_bytes);

/**
 * Take the lowest free frame. Its contents are whatever they were.
 *
 * @return  Its physical address, or 0 when no frame is free.
 *
 * @par Cost  O(1): one bit search while the word under the cursor lasts, two per index level when it is
 *            used up.
 */
uint64_t bitframe_take(struct bitframe *pool);

/**
 * Take every free frame that [@p first_pa, @p end_pa) touches, say the kernel's image or what lies beyond
 * the end of RAM.
 *
 * @param first_pa  First byte, any value; a frame that it cuts through is taken.
 * @param end_pa    One past the last byte, any value. The part outside the pool is ignored, and an
 *                  @p end_pa at or below @p first_pa is an empty range.
 *
 * @return  How many frames were free before and are taken now.
 *
 * @par Cost  One load and one store per 64 frames, and the index over them.
 */
uint64_t bitframe_take_range(struct bitframe *pool, uint64_t first_pa, uint64_t end_pa);

/**
 * Give back a frame.
 *
 * @param pa  Its physical address, a multiple of BITFRAME_FRAME_BYTES.
 *
 * @retval BITFRAME_OK           The frame is free.
 * @retval BITFRAME_DOUBLE_FREE  It was free already; nothing changed.
 * @retval BITFRAME_UNMANAGED    No frame of the pool contains @p pa; nothing changed.
 * @retval BITFRAME_MISALIGNED   @p pa is inside a frame of the pool; nothing changed.
 *
 * @par Cost  O(1): one bit, and one per index level for a word that had no free frame.
 */
enum bitframe_status bitframe_free(struct bitframe *pool, uint64_t pa);

/** Frames free right now: exact, O(1). */
static inline uint64_t bitframe_free_frames(const struct bitframe *pool)
{
    return pool->free_frames;
}

/** Frames in the pool, free or not: exact, O(1). */
static inline uint64_t bitframe_total_frames(const struct bitframe *pool)
{
    return pool->frames;
}

/**
 * Verify every invariant of a pool, trusting nothing but its geometry and the bitmap.
 *
 * @return  BITFRAME_SOUND, or the first invariant found broken.
 *
 * @par Cost  Reads the bitmap three times and the index once.
 */
enum bitframe_invariant bitframe_check(const struct bitframe *pool);

/** The name of a status, such as "double free". Never null; static storage. */
const char *bitframe_status_name(enum bitframe_status status);

/** The name of an invariant, such as "index". Never null; static storage. */
const char *bitframe_invariant_name(enum bitframe_invariant invariant);

#ifdef __cplusplus
}
#endif

#endif
