/* SPDX-License-Identifier: MIT */
/*
 * bitframe/bitframe.h - pools of physical page frames
 *
 * A pool hands out the frames of physical memory, one or many at a time, the lowest free first. Its memory is
 * one range (bitframe_init()) or all that a map knows (bitframe_init_map(), <bitframe/map.h>), with any
 * number of holes under one index. It keeps one bit per frame in metadata that the caller gives, never
 * touches the frames themselves unless a request asks for zeroed ones, and on AArch64 needs nothing but
 * naturally aligned loads and stores of up to 8 bytes: it works from the first instruction of boot, MMU and
 * caches off.
 *
 * Addresses are physical (PA). A frame is BITFRAME_FRAME_BYTES bytes, aligned to its size. PA 0 always
 * means "none": frame 0 is never handed out.
 *
 * Safety: a pool has one owner. Calls on the same pool must not overlap, and none of them locks, blocks,
 * allocates or masks interrupts; different pools are independent. <bitframe/shared.h> has the calls for all
 * CPUs at once. While a pool is shared the calls here are not for it, and those that change it panic.
 */
#ifndef BITFRAME_BITFRAME_H
#define BITFRAME_BITFRAME_H

#include <stdint.h>

#include <bitframe/options.h>

#ifdef __cplusplus
extern "C" {
#endif

/* clang-format off */
/** Bytes in a frame. */
#define BITFRAME_FRAME_BYTES    (UINT64_C(1) << BITFRAME_FRAME_SHIFT)
/** Frames in a line: 64 bytes of bitmap. With 4 KiB frames a line is 2 MiB of memory. */
#define BITFRAME_HUGE_FRAMES    512
/** Most frames in a pool. */
#define BITFRAME_FRAMES_MAX     (UINT64_C(1) << 40)
/** Reservations that a pool has room for beside those of the map that it was made from. */
#define BITFRAME_SPARE_RESERVED 16
/** Alignment of a pool's metadata, bytes. */
#define BITFRAME_METADATA_ALIGN 64
/** Levels of the largest pool: the bitmap and six of index. */
#define BITFRAME_LEVELS_MAX     7
/* clang-format on */

/** What a call came to. A call that does not return BITFRAME_OK changed nothing that a caller can see (with
 * an exception for shared pools, see <bitframe/shared.h>). */
enum bitframe_status {
    BITFRAME_OK = 0,       /**< Done. */
    BITFRAME_DOUBLE_FREE,  /**< The frame is free already. */
    BITFRAME_UNMANAGED,    /**< The address lies in no frame of the pool. */
    BITFRAME_MISALIGNED,   /**< The address is inside a frame, not at its start. */
    BITFRAME_INVALID,      /**< An argument is outside its documented range. */
    BITFRAME_NO_ROOM,      /**< The metadata or the storage is too small. */
    BITFRAME_INCOMPLETE,   /**< The map lacks a range that did not fit its storage. */
    BITFRAME_MALFORMED,    /**< What is to be read contradicts its own format. */
    BITFRAME_UNSUPPORTED,  /**< This is something that bitframe, or this build of it, cannot do. */
    BITFRAME_NONE,         /**< No free frames that answer the request. */
    BITFRAME_RESERVED,     /**< A frame is reserved. */
    BITFRAME_IN_USE,       /**< A frame is taken. */
    BITFRAME_NOT_RESERVED, /**< A frame is not reserved. */
    BITFRAME_OFFLINE,      /**< A frame is out of use, see <bitframe/offline.h>. */
    BITFRAME_BUSY,         /**< Other CPUs changed a shared pool too often meanwhile: there may be frames. */
};

/** What bitframe_check() found. */
enum bitframe_invariant {
    BITFRAME_SOUND = 0,    /**< Every invariant holds. */
    BITFRAME_BAD_TABLES,   /**< Spans, segments or reservations overlap or are out of order. */
    BITFRAME_BAD_PADDING,  /**< A bit that stands for no frame of the pool is set. */
    BITFRAME_BAD_RESERVED, /**< A reserved frame is free, or they are not as many as counted. */
    BITFRAME_BAD_INDEX,    /**< An index bit disagrees with the word below it. */
    BITFRAME_BAD_HUGE,     /**< The index of whole lines disagrees with the bitmap. */
    BITFRAME_BAD_COUNT,    /**< The free count is not the number of free frames. */
    BITFRAME_BAD_CURSOR,   /**< The cursor is not at the lowest free frame. */
    BITFRAME_BAD_WINDOW,   /**< The gap holds a frame that is reserved, out of use or not the pool's. */
    BITFRAME_BAD_HEADER,   /**< The metadata's header is not that of the tables: bitframe_adopt() refuses. */
    BITFRAME_BAD_OFFLINE,  /**< A record of what is out of use, or the count of it, is wrong. */
};

/**
 * A bitmap under 64-ary summaries. Bit i of level k + 1 is set if and only if word i of level k is not 0; the
 * top level is one word, and what level[count] leads to is stop, whose bit 1 is set.
 */
struct bitframe_levels {
    uint64_t
        level[BITFRAME_LEVELS_MAX + 1]; /* distances from the pool: [0] the bitmap, its summaries, stop */
    uint64_t count;                     /* levels, stop not counted */
    uint64_t words;                     /* words in level[0] */
    uint64_t stop;                      /* never 0: where a climb through empty words ends */
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
 * Invariants, whenever no call is in flight, and not while the pool is shared (<bitframe/shared.h>):
 *  - A bit of frames is set if and only if that frame is free. Bits of no frame of the pool are clear, and so
 *    are those of reserved and of offline frames.
 *  - free_frames is the number of set bits in frames.
 *  - cursor leads to the lowest word of frames that is not 0, or one past the last if there is none, and
 *    cursor_pa is the address of the frame of its bit 0. Hence every word below the cursor is 0, and the
 *    lowest free frame of the pool is the lowest set bit of the cursor's word.
 *  - A bit of lines is set if all frames of that line are free. It is clear otherwise, but for the cursor's
 *    line: there it may still be set while only frames of the line's first word are taken. (So a take need
 *    not look whether it opens a line; the call that moves the cursor on does.)
 *  - Every word of lines below huge_word is 0; that word itself may be, too.
 *  - The cursor's line is loose if it was given back whole, as the lowest of all that is free, and nothing
 *    but takes of single frames has met it since. The cursor is at its first word. Its bits in level 1 of
 *    frames and in lines are set, but what follows from them is not done: the two words that hold them may
 *    lack their bits in the level above, and huge_word knows nothing of the line. (So a line that is freed
 * and taken again, in memory that is full otherwise, need not climb for it.)
 *  - All frames of the gap are frames of the pool, none reserved, none in an offline range, in one segment.
 *  - offline leads to the records of the offline ranges, which ascend, and offline_frames is the number of
 *    their frames that are neither in use nor reserved. None of their frames is free.
 *  - In front of the bitmap, at the start of the metadata, is a header from which bitframe_adopt() makes the
 *    pool again (src/layout/header.h); its checksums are those of the tables.
 */
struct bitframe {
    uint64_t cursor;      /* distance of the lowest word with a free frame */
    uint64_t cursor_pa;   /* PA of that word's first frame */
    uint64_t free_frames; /* free right now; UINT64_MAX while the pool is shared */

    /* The gap: a stretch of memory between reservations and offline ranges, where the last free fell that did
     * not fall into it.
     */
    uint64_t window_frames; /* how many */
    uint64_t window_pa;     /* PA of the first */
    uint64_t
        zero_word; /* distance of where the word of PA 0 would be if the gap's segment reached down there */

    /* The cursor's segment, in which it moves by steps; with nothing free the one that it was in last,
     * or none. */
    uint64_t cursor_first;   /* the segment's first word, by number */
    uint64_t cursor_words;   /* how many; 0 for none */
    uint64_t cursor_base_pa; /* PA of the frame of bit 0, were it of the segment */

    struct bitframe_levels frames; /* a bit per frame: free */
    struct bitframe_levels huge;   /* a bit per line: all its frames are free */
    uint64_t huge_word;            /* word of lines, by number, below which there is none that is not 0 */
    uint64_t pending;              /* 1 if the cursor's line is, else 0 */

    uint64_t segments;        /* distance of the table of segments: lines next to each other in memory */
    uint64_t segment_count;   /* how many */
    uint64_t spans;           /* distance of the table of spans: frames next to each other in memory */
    uint64_t span_count;      /* how many */
    uint64_t reserved;        /* distance of the table of reservations */
    uint64_t reserved_count;  /* how many */
    uint64_t reserved_room;   /* how many there may be */
    uint64_t total_frames;    /* frames in the pool */
    uint64_t reserved_frames; /* of these, reserved */
    uint64_t offline;         /* distance of the lowest record of an offline range; 0 if there is none */
    uint64_t offline_frames;  /* frames that are offline */
#if BITFRAME_DEBUG_FRAMES
    uint64_t debug; /* distance of the record, struct bitframe_debug; 0 if the pool is not debugged */
#endif
};

/** Words of bitmap for the frames that [@p first_pa, @p first_pa + @p bytes) touches, in groups of 8 lines.
 */
#define BITFRAME_BITMAP_WORDS(first_pa, bytes)                                                               \
    ((((((uint64_t)(first_pa) + ((uint64_t)(bytes)-1)) >> BITFRAME_FRAME_SHIFT) / BITFRAME_HUGE_FRAMES -     \
       ((uint64_t)(first_pa) >> BITFRAME_FRAME_SHIFT) / BITFRAME_HUGE_FRAMES) /                              \
          8 +                                                                                                \
      1) *                                                                                                   \
     64)

/**
 * Bytes of metadata for a pool over [@p first_pa, @p first_pa + @p bytes), as a constant expression, so
 * that a kernel can have them in .bss. Under 0.13 bytes per frame, plus 1152. @p bytes is at least 1.
 *
 * A header; the bitmap; 1/63 of it for the index over it, 1/512 for whole lines and theirs; tables.
 */
#define BITFRAME_METADATA_BYTES(first_pa, bytes)                                                             \
    ((BITFRAME_BITMAP_WORDS(first_pa, bytes) + BITFRAME_BITMAP_WORDS(first_pa, bytes) / 56 + 64) * 8)

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
uint64_t bitframe_alloc(struct bitframe *pool);

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
uint64_t bitframe_alloc_range(struct bitframe *pool, uint64_t first_pa, uint64_t end_pa);

/**
 * Give back a frame.
 *
 * @param pa  Its physical address, a multiple of BITFRAME_FRAME_BYTES.
 *
 * @retval BITFRAME_OK           The frame is free, or offline if its range is out of use.
 * @retval BITFRAME_DOUBLE_FREE  It was free already; nothing changed.
 * @retval BITFRAME_RESERVED     It is reserved; nothing changed.
 * @retval BITFRAME_OFFLINE      It is offline already; nothing changed.
 * @retval BITFRAME_UNMANAGED    No frame of the pool contains @p pa; nothing changed.
 * @retval BITFRAME_MISALIGNED   @p pa is inside a frame of the pool; nothing changed.
 *
 * @par Cost  O(1) within the gap, the stretch between reservations where the last free fell: one bit, and one
 *            per index level for a word that had no free frame. Elsewhere a search of the tables first, and
 *            a step for each offline record below.
 */
enum bitframe_status bitframe_free(struct bitframe *pool, uint64_t pa);

/** How a request wants its run. May be combined. */
enum bitframe_request_flags {
    BITFRAME_HIGHEST = 1, /**< The highest run that answers, not the lowest. */
    BITFRAME_ZEROED = 2,  /**< Its bytes cleared, through the linear map of bitframe_set_platform(). */
    BITFRAME_PARTIAL = 4, /**< Of bulk calls: as many as can be, where not all can. */
};

/** A request for a run. What is 0 asks for nothing in particular. */
struct bitframe_request {
    uint64_t frames; /**< Length of the run, at least 1. */
    uint64_t align;  /**< The run's PA is a multiple of this, a power of two, bytes; 0 is a frame. */
    uint64_t min_pa; /**< The run begins at or above this. */
    uint64_t max_pa; /**< The run ends at or below this, one past its last byte; 0 is no limit. */
    uint32_t flags;  /**< Of enum bitframe_request_flags. */
};

/**
 * Take a run of frames: of all that answer the request, the lowest, or the highest if it says so.
 *
 * @param request  What is wanted. A single frame with limits is a run of 1.
 * @param pa       Becomes the PA of its first frame.
 *
 * @retval BITFRAME_OK       The run is the caller's.
 * @retval BITFRAME_NONE     No run of free frames answers; nothing changed.
 * @retval BITFRAME_INVALID  A null pointer, no frames, an align that is no power of two, or unknown flags;
 *                           nothing changed.
 *
 * @par Cost  O(levels) for an aligned line (2 MiB), whatever the fragmentation; for whole lines, aligned to
 *            a line, a pass over a bit per line up to the answer, 8 words for each 1 GiB; otherwise a pass
 *            over the bitmap up to the answer, words without a free frame skipped; and clearing the bits.
 */
enum bitframe_status bitframe_alloc_run(struct bitframe *pool, const struct bitframe_request *request,
                                        uint64_t *pa);

/**
 * Take exactly these frames.
 *
 * @param pa      PA of the first, a multiple of BITFRAME_FRAME_BYTES.
 * @param frames  How many, at least 1.
 *
 * @retval BITFRAME_OK          They are the caller's.
 * @retval BITFRAME_IN_USE      One of them is taken; nothing changed.
 * @retval BITFRAME_RESERVED    One of them is reserved; nothing changed.
 * @retval BITFRAME_OFFLINE     One of them is offline; nothing changed.
 * @retval BITFRAME_UNMANAGED   One of them is not the pool's; nothing changed.
 * @retval BITFRAME_MISALIGNED  @p pa is inside a frame of the pool; nothing changed.
 * @retval BITFRAME_INVALID     @p frames is 0; nothing changed.
 *
 * Where several apply it is the first of: invalid, unmanaged, misaligned, reserved, offline, in use.
 *
 * @par Cost  One load and one store per 64 frames, and the index over them.
 */
enum bitframe_status bitframe_alloc_at(struct bitframe *pool, uint64_t pa, uint64_t frames);

/**
 * Give back a run of frames, or any part of one.
 *
 * @param pa      PA of the first, a multiple of BITFRAME_FRAME_BYTES.
 * @param frames  How many, at least 1.
 *
 * @retval BITFRAME_OK           They are free; those whose range is out of use are offline.
 * @retval BITFRAME_DOUBLE_FREE  One of them is free already; nothing changed.
 * @retval BITFRAME_RESERVED     One of them is reserved; nothing changed.
 * @retval BITFRAME_OFFLINE      One of them is offline already; nothing changed.
 * @retval BITFRAME_UNMANAGED    One of them is not the pool's; nothing changed.
 * @retval BITFRAME_MISALIGNED   @p pa is inside a frame of the pool; nothing changed.
 * @retval BITFRAME_INVALID      @p frames is 0; nothing changed.
 *
 * Where several apply it is the first of: invalid, unmanaged, misaligned, reserved, offline, double free.
 *
 * @par Cost  One load and one store per 64 frames, and the index over them.
 */
enum bitframe_status bitframe_free_run(struct bitframe *pool, uint64_t pa, uint64_t frames);

/**
 * Take many single frames at once: the lowest free ones, or the highest if the request says so.
 *
 * All that are asked for or none, unless BITFRAME_PARTIAL says that fewer will do.
 *
 * @param request  What is wanted: frames is how many; align is at most a frame; limits are those of each.
 * @param pas      Room for as many addresses. Becomes the PAs of the frames, ascending, or descending for
 *                 the highest; what lies behind them is not touched.
 * @param taken    Becomes how many were taken: request->frames, or fewer if BITFRAME_PARTIAL was asked for;
 *                 0 if none.
 *
 * @retval BITFRAME_OK       The frames are the caller's; at least one.
 * @retval BITFRAME_NONE     Fewer frames are free within the limits, or none; nothing changed but
 *                           *taken.
 * @retval BITFRAME_INVALID  A null pointer, no frames, an align above a frame, or unknown flags; nothing
 *                           changed.
 *
 * @par Cost  One load and one store per word of 64 frames that gives any, its index bits, and a store per
 *            address. With limits and without BITFRAME_PARTIAL the frames within are counted first.
 */
enum bitframe_status bitframe_alloc_bulk(struct bitframe *pool, const struct bitframe_request *request,
                                         uint64_t *pas, uint64_t *allocated);

/**
 * Give back many single frames at once, in any order. Frames next to each other in memory that follow each
 * other in @p pas go back a word at a time: the order of bitframe_alloc_bulk() is the quickest.
 *
 * @param pas     Their PAs, multiples of BITFRAME_FRAME_BYTES. Not null, even if there are none.
 * @param frames  How many; 0 frees nothing.
 * @param flags   0: all or none. BITFRAME_PARTIAL: all that can be, the others skipped.
 * @param freed   Becomes how many were freed.
 *
 * @retval BITFRAME_OK  All are free, or offline if their range is out of use. Any other status is that of
 *                      the first frame refused, as bitframe_free() says it, one that @p pas holds twice being
 *                      free or offline already; without BITFRAME_PARTIAL nothing changed but *freed, which
 *                      is 0.
 * @retval BITFRAME_INVALID  A null pointer or unknown flags; nothing changed.
 *
 * @par Cost  One load and one store per run of frames within a word, and its index bits. A refusal of all
 * takes back what was freed frame by frame, each at the cost of bitframe_alloc_at().
 */
enum bitframe_status bitframe_free_bulk(struct bitframe *pool, const uint64_t *pas, uint64_t frames,
                                        uint32_t flags, uint64_t *freed);

/**
 * Reserve every frame that [@p pa, @p pa + @p bytes) touches: it is not free, and freeing it is refused.
 *
 * What of the range is not the pool's does not matter; what is reserved already stays so.
 *
 * @param bytes  Length of the range; 0 reserves nothing.
 *
 * @retval BITFRAME_OK       The frames are reserved.
 * @retval BITFRAME_IN_USE   One of them is taken; nothing changed.
 * @retval BITFRAME_OFFLINE  One of them is in a range that is out of use, even if it is reserved; nothing
 *                           changed.
 * @retval BITFRAME_NO_ROOM  The table of reservations is full; nothing changed.
 * @retval BITFRAME_INVALID  The range passes 2^64; nothing changed.
 *
 * Where several apply it is the first of: invalid, offline, in use, no room.
 *
 * @par Cost  One load and one store per 64 frames, the index over them, and a move of the table.
 */
enum bitframe_status bitframe_reserve(struct bitframe *pool, uint64_t pa, uint64_t bytes);

/**
 * Make free every frame that lies wholly in [@p pa, @p pa + @p bytes), all of them reserved.
 *
 * @param bytes  Length of the range; 0 frees nothing.
 *
 * @retval BITFRAME_OK            The frames are free.
 * @retval BITFRAME_NOT_RESERVED  A frame of the pool in the range is not reserved; nothing changed.
 * @retval BITFRAME_OFFLINE       One of them is in a range that is out of use, even if it is reserved;
 *                                nothing changed.
 * @retval BITFRAME_NO_ROOM       The table of reservations has no room for what is left on both sides;
 * nothing changed.
 * @retval BITFRAME_INVALID       The range passes 2^64; nothing changed.
 *
 * Where several apply it is the first of: invalid, offline, not reserved, no room.
 *
 * @par Cost  One load and one store per 64 frames, the index over them, and a move of the table.
 */
enum bitframe_status bitframe_unreserve(struct bitframe *pool, uint64_t pa, uint64_t bytes);

/**
 * Make a pool again of its metadata alone: after a crash, by the next kernel, or by a kernel whose boot
 * loader made it.
 *
 * Believed are header and tables, which a checksum guards and whose every value is tested, and the bitmap.
 * What can be worked out of these is, and may have been anything. In the bitmap, bits that stand for no frame
 * of the pool and those of reserved frames are cleared. The metadata are where they were or anywhere else,
 * and the pool is as if it had moved with them: free frames, taken frames, reservations and room for more. A
 * call that was cut off has happened as far as it has changed the bitmap; a reservation, or its end, has
 * happened or not, or was caught in between and the metadata are torn.
 *
 * Ranges that are out of use (<bitframe/offline.h>) are not in the metadata: to the new pool their frames
 * are taken.
 *
 * What was written with caches on must be read with them on, or have been cleaned to memory.
 *
 * @param pool            Storage for the pool, outside the metadata. What it held does not matter.
 * @param metadata        The metadata of a pool that no one else uses, BITFRAME_METADATA_ALIGN-aligned, the
 *                        pool's as long as it lives.
 * @param metadata_bytes  Their length, at least what the pool was made with room for.
 *
 * @retval BITFRAME_OK           The pool is ready.
 * @retval BITFRAME_INVALID      A null pointer or misaligned metadata.
 * @retval BITFRAME_MALFORMED    No metadata of a pool; or damaged; or torn, by a crash in the midst of
 *                               bitframe_reserve(), bitframe_unreserve() or the making of a pool.
 * @retval BITFRAME_UNSUPPORTED  Metadata of another version of bitframe, or of frames of another size.
 * @retval BITFRAME_NO_ROOM      @p metadata_bytes is less than the header says, or than a header.
 *
 * A refusal changes neither @p pool nor @p metadata.
 *
 * @par Cost  Reads the bitmap once, in words, and writes the index over it; O(n * log(n)) for n spans and
 *            reservations. 900 bytes of stack.
 */
enum bitframe_status bitframe_adopt(struct bitframe *pool, void *metadata, uint64_t metadata_bytes);

/**
 * Frames free right now: exact, O(1). Of a pool that is shared it is no number: ask
 * bitframe_shared_get_free_frames().
 */
static inline uint64_t bitframe_get_free_frames(const struct bitframe *pool)
{
    return pool->free_frames;
}

/** Frames in the pool, free, taken, reserved or offline: exact, O(1). */
static inline uint64_t bitframe_get_total_frames(const struct bitframe *pool)
{
    return pool->total_frames;
}

/** Reserved frames of the pool: exact, O(1). */
static inline uint64_t bitframe_get_reserved_frames(const struct bitframe *pool)
{
    return pool->reserved_frames;
}

/**
 * Verify every invariant of a pool, trusting nothing but its geometry and the bitmap. (For a shared pool
 * there is bitframe_shared_check().)
 *
 * @return  BITFRAME_SOUND, or the first invariant found broken.
 *
 * @par Cost  Reads the bitmap five times and the index once.
 */
enum bitframe_invariant bitframe_check(const struct bitframe *pool);

/** The name of a status, such as "double free". Never null; static storage. Works with the MMU off. */
const char *bitframe_get_status_name(enum bitframe_status status);

/** The name of an invariant, such as "index". Never null; static storage. Works with the MMU off. */
const char *bitframe_get_invariant_name(enum bitframe_invariant invariant);

#ifdef __cplusplus
}
#endif

#endif
