/* SPDX-License-Identifier: MIT */
/*
 * bitframe/bitframe.h - a pool of physical page frames: the calls that a kernel needs first
 *
 *     static struct bitframe pool;
 *     static _Alignas(64) char metadata[BITFRAME_METADATA_BYTES(0x40000000, 0x8000000)];
 *
 *     if (bitframe_init(&pool, 0x40000000, 0x8000000, metadata, sizeof(metadata)) != BITFRAME_OK ||
 *         bitframe_reserve(&pool, image_pa, image_bytes) != BITFRAME_OK)
 *         panic("memory");
 *     uint64_t pa = bitframe_alloc(&pool);
 *     if (pa != 0)
 *         bitframe_free(&pool, pa);
 *
 * Addresses are physical (PA). A frame is BITFRAME_FRAME_BYTES bytes, aligned to its size. PA 0 means "none":
 * frame 0 is never handed out. bitframe does not touch the frames, unless a request asks for zeroed ones.
 *
 * Safety: a pool has one owner. No two calls on one pool may overlap. No call locks, blocks, allocates or
 * masks interrupts. A kernel that allocates in interrupt handlers, or that may switch tasks inside a call,
 * masks interrupts around its calls, or shares the pool (<bitframe/shared.h>). Every call works from the
 * first instruction of boot, with the MMU and the caches off.
 *
 * Other headers: map.h (all memory that firmware describes), import.h, bulk.h (many single frames), scatter.h
 * (a few runs), shared.h (all CPUs), offline.h, adopt.h (after a crash), extend.h (more memory), accept.h
 * (confidential guests), walk.h (what is allocated, what is free), counts.h (something for each frame),
 * stats.h, check.h, debug.h, platform.h, page_alloc.h.
 */
#ifndef BITFRAME_BITFRAME_H
#define BITFRAME_BITFRAME_H

#include <bitframe/detail.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The result of a call. After any status but BITFRAME_OK the caller sees no change. */
enum bitframe_status {
    BITFRAME_OK = 0,       /**< Done. */
    BITFRAME_DOUBLE_FREE,  /**< A frame is free already. */
    BITFRAME_UNMANAGED,    /**< An address lies in no frame of the pool. */
    BITFRAME_MISALIGNED,   /**< An address is inside a frame, not at its start. */
    BITFRAME_INVALID,      /**< An argument is outside its documented range, or a null pointer. */
    BITFRAME_NO_ROOM,      /**< The metadata, a table or the storage is too small. */
    BITFRAME_INCOMPLETE,   /**< The map lacks a range that did not fit its storage. */
    BITFRAME_MALFORMED,    /**< The input contradicts its own format. */
    BITFRAME_UNSUPPORTED,  /**< bitframe, or this build of it, cannot do this. */
    BITFRAME_NONE,         /**< No free frames answer the request. */
    BITFRAME_RESERVED,     /**< A frame is reserved. */
    BITFRAME_IN_USE,       /**< A frame is allocated. */
    BITFRAME_NOT_RESERVED, /**< A frame is not reserved. */
    BITFRAME_OFFLINE,      /**< A frame is in an offline range (<bitframe/offline.h>). */
    BITFRAME_BUSY,         /**< Other CPUs changed a shared pool too often: there may be frames. Ask again. */
};

/** The name of a status, such as "double free". Never null; static storage. */
const char *bitframe_get_status_name(enum bitframe_status status);

/**
 * Make a pool of the whole frames in [@p first_pa, @p first_pa + @p bytes), all of them free. What @p pool
 * and @p metadata held before does not matter. bitframe_init_map() of <bitframe/map.h> takes many ranges.
 *
 * @param bytes     Length of the range: 1 to BITFRAME_FRAMES_MAX whole frames. It does not pass 2^64.
 * @param metadata  BITFRAME_METADATA_BYTES(first_pa, bytes) or more bytes, aligned to
 *                  BITFRAME_METADATA_ALIGN, the pool's as long as it lives. Inside the range: reserve them.
 *
 * @return  BITFRAME_OK, BITFRAME_INVALID or BITFRAME_NO_ROOM.
 * @par Cost  One store for every 64 frames, and the index above them.
 */
enum bitframe_status bitframe_init(struct bitframe *pool, uint64_t first_pa, uint64_t bytes, void *metadata,
                                   uint64_t metadata_bytes);

/**
 * Allocate the lowest free frame. Returns its PA; 0 if no frame is free. The call does not touch the frame.
 *
 * @par Cost  O(1): a bit search while the cursor's word lasts, two for each index level when it is used up.
 */
uint64_t bitframe_alloc(struct bitframe *pool);

/**
 * Free the frame at @p pa. If its range is offline, the frame becomes offline instead of free.
 *
 * @return  BITFRAME_OK; else the first that applies: unmanaged, misaligned, reserved, offline, double free.
 * @par Cost  O(1) inside the window (<bitframe/detail.h>): one bit, and one for each index level if its word
 *            had no free frame. A free outside the window moves it there: a search of the tables, and a step
 *            for each offline range below.
 */
enum bitframe_status bitframe_free(struct bitframe *pool, uint64_t pa);

/**
 * Allocate the lowest free huge frame: BITFRAME_HUGE_FRAMES frames (2 MiB with 4 KiB frames), aligned to
 * their size. Returns its PA; 0 if there is none.
 *
 * @par Cost  O(levels), whatever the fragmentation.
 */
uint64_t bitframe_alloc_huge(struct bitframe *pool);

/**
 * Free the huge frame at @p pa. BITFRAME_MISALIGNED comes first of all statuses: @p pa is no multiple of the
 * size of a huge frame. The others are those of bitframe_free_run(). Cost: O(levels) in the window.
 */
enum bitframe_status bitframe_free_huge(struct bitframe *pool, uint64_t pa);

/**
 * Allocate the lowest free block of 2^@p order frames, aligned to its size. Returns its PA; 0 if there is
 * none, which is so for every order whose block has 2^64 bytes or more.
 *
 * @par Cost  Order 0 is bitframe_alloc(), and the order of a huge frame (9) bitframe_alloc_huge(). Up to 64
 *            frames: O(1) if the cursor's word (<bitframe/detail.h>) has such a block. All others:
 *            bitframe_alloc_run().
 */
uint64_t bitframe_alloc_order(struct bitframe *pool, unsigned order);

/**
 * Free the block of 2^@p order frames at @p pa, or a block of any order inside a run that was allocated.
 *
 * @return  BITFRAME_OK; else the first that applies: invalid (a block of 2^64 bytes or more), misaligned
 *          (@p pa is no multiple of the block's size), unmanaged, reserved, offline, double free.
 * @par Cost  Up to 64 frames as bitframe_free(), a huge frame as bitframe_free_huge(), all others as
 *            bitframe_free_run().
 */
enum bitframe_status bitframe_free_order(struct bitframe *pool, uint64_t pa, unsigned order);

/** Flags of a request. May be combined. */
enum bitframe_request_flags {
    BITFRAME_HIGHEST = 1, /**< The highest run that answers, instead of the lowest. */
    BITFRAME_ZEROED = 2,  /**< Clear its bytes, through the linear map of bitframe_set_platform(). */
    BITFRAME_PARTIAL = 4, /**< Bulk calls only: if there are too few frames, those. */
};

/** A request for a run: frames that follow each other in memory. A member that is 0 sets no condition. */
struct bitframe_request {
    uint64_t frames; /**< Length of the run, at least 1. */
    uint64_t align;  /**< The run's PA is a multiple of this many bytes, a power of two. 0: of a frame. */
    uint64_t min_pa; /**< The run begins at or above this. */
    uint64_t max_pa; /**< The run's last byte is below this. 0: no limit. */
    /**
     * The run crosses no multiple of this many bytes, a power of two. 0: it may cross any. ISA DMA needs
     * 64 KiB. No run longer than this answers. The rule is that of FreeBSD's contigmalloc().
     */
    uint64_t boundary;
    uint32_t flags; /**< Of enum bitframe_request_flags. */
};

/**
 * Allocate the lowest run that answers @p request, or the highest. @p pa becomes the PA of its first frame.
 * A single frame with limits is a run of 1.
 *
 * @return  BITFRAME_OK, BITFRAME_NONE, or BITFRAME_INVALID: no frames, an align or a boundary that is no
 *          power of two, or unknown flags.
 * @par Cost  A pass over the bitmap up to the answer; words without a free frame are skipped. If frames and
 *            align are multiples of a huge frame: over the index of huge frames, 512 times shorter. With a
 *            boundary: one more search for each multiple of it that a run on the way crosses; no bit is read
 *            more than twice. A run longer than the boundary is refused without a look.
 */
enum bitframe_status bitframe_alloc_run(struct bitframe *pool, const struct bitframe_request *request,
                                        uint64_t *pa);

/**
 * Allocate exactly the frames [@p pa, @p pa + @p frames * BITFRAME_FRAME_BYTES).
 *
 * @return  BITFRAME_OK; else the first that applies: invalid (no frames), unmanaged, misaligned, reserved,
 *          offline, in use.
 * @par Cost  One load and one store for every 64 frames, and the index above them.
 */
enum bitframe_status bitframe_alloc_at(struct bitframe *pool, uint64_t pa, uint64_t frames);

/**
 * Free a run of frames, or any part of one. Frames whose range is offline become offline instead of free.
 *
 * @return  BITFRAME_OK; else the first that applies: invalid (no frames), unmanaged, misaligned, reserved,
 *          offline, double free.
 * @par Cost  One load and one store for every 64 frames, and the index above them.
 */
enum bitframe_status bitframe_free_run(struct bitframe *pool, uint64_t pa, uint64_t frames);

/**
 * Reserve every frame that [@p pa, @p pa + @p bytes) touches. A reserved frame is not free, and a free of it
 * is refused. Parts outside the pool are ignored. Frames already reserved stay reserved.
 *
 * @return  BITFRAME_OK; else the first that applies: invalid (the range passes 2^64), offline, in use, no
 *          room (the table of reservations is full).
 * @par Cost  One load and one store for every 64 frames, the index above them, and moving the table.
 */
enum bitframe_status bitframe_reserve(struct bitframe *pool, uint64_t pa, uint64_t bytes);

/**
 * Free every frame that lies wholly in [@p pa, @p pa + @p bytes). All of them must be reserved. Parts outside
 * the pool are ignored.
 *
 * @return  BITFRAME_OK; else the first that applies: invalid, offline, not reserved, no room (a reservation
 *          is cut in two).
 * @par Cost  That of bitframe_reserve().
 */
enum bitframe_status bitframe_unreserve(struct bitframe *pool, uint64_t pa, uint64_t bytes);

/** Free frames, all frames and reserved frames of the pool: exact, O(1). */
static inline uint64_t bitframe_get_free_frames(const struct bitframe *pool)
{
    return pool->free_frames;
}

static inline uint64_t bitframe_get_total_frames(const struct bitframe *pool)
{
    return pool->total_frames;
}

static inline uint64_t bitframe_get_reserved_frames(const struct bitframe *pool)
{
    return pool->reserved_frames;
}

#ifdef __cplusplus
}
#endif

#endif
