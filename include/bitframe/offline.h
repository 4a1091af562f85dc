/* SPDX-License-Identifier: MIT */
/*
 * bitframe/offline.h - taking memory offline while the kernel runs
 *
 * Before a memory module is pulled, when a page reports errors, or when a hypervisor wants memory back, a
 * pool must stop handing out frames, even while some of them are in use. bitframe_set_offline() takes a range
 * offline. Its free frames go offline at once. Frames in use go offline when they are freed. The pool hands
 * out none of them until bitframe_set_online().
 *
 * An offline frame is neither free nor in use. A reserved frame stays reserved. Parts of the range outside
 * the pool are ignored.
 *
 * For each range the caller provides a record and a bit per frame. The pool refers to them by their distance,
 * as it does to its metadata. So if a kernel sees the pool at another address later, record and bits must
 * have moved by the same amount. Do not copy them elsewhere while the range is offline.
 *
 * Safety: that of <bitframe/bitframe.h>. The calls work from the first instruction of boot.
 */
#ifndef BITFRAME_OFFLINE_H
#define BITFRAME_OFFLINE_H

#include <stdbool.h>
#include <stdint.h>

#include <bitframe/bitframe.h>
#include <bitframe/map.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A range that is offline. The caller owns the storage and keeps it until bitframe_set_online(). The members
 * are bitframe's own: only read them. All zero is an empty record.
 *
 * Invariants of a record that is not empty, whenever no call is in flight:
 *  - Its first and its last frame are the pool's. The records of a pool ascend, and no two overlap.
 *  - A bit of words is set if and only if its frame is in use: the pool's, not reserved, and not freed
 *    since. All other frames of the range that are the pool's and not reserved are offline.
 *  - Bit 0 of the first word stands for frame number first / 64 * 64. So a word stands for the same frames as
 *    a word of the pool's bitmap.
 *  - in_use is the number of set bits.
 *  - No frame of the range is free, and none is in the pool's window. So each free of one asks the records.
 */
struct bitframe_offline_range {
    uint64_t next;   /* distance of the pool's next record, the one above; 0 if there is none */
    uint64_t words;  /* distance of the bits */
    uint64_t first;  /* frame number */
    uint64_t end;    /* frame number behind the last; 0 in an empty record */
    uint64_t in_use; /* frames that are still in use */
};

/**
 * Words that bitframe_set_offline() may need for [@p pa, @p pa + @p bytes), as a constant expression: a bit
 * for each frame that it touches, in words of 64 aligned frames. @p bytes is at least 1, and the range does
 * not pass 2^64.
 */
#define BITFRAME_OFFLINE_WORDS(pa, bytes)                                                                    \
    ((((uint64_t)(pa) + ((uint64_t)(bytes)-1)) >> BITFRAME_FRAME_SHIFT) / 64 -                               \
     ((uint64_t)(pa) >> BITFRAME_FRAME_SHIFT) / 64 + 1)

/**
 * Take every frame of the pool that [@p pa, @p pa + @p bytes) touches offline: free frames at once, frames in
 * use when they are freed. Reserved frames stay reserved.
 *
 * A range that touches no frame of the pool, such as one of 0 bytes, makes an empty record: there is nothing
 * to wait for, and bitframe_set_online() accepts it.
 *
 * @param record      Storage for the record, not that of a range that is offline already. Its former contents
 *                    do not matter.
 * @param pa          First byte of the range, any value.
 * @param bytes       Its length.
 * @param words       Storage for the bits, 8-byte aligned, the record's until bitframe_set_online().
 * @param word_count  How many. BITFRAME_OFFLINE_WORDS(pa, bytes) are enough. Parts below the first and above
 *                    the last frame of the pool need none.
 *
 * @retval BITFRAME_OK       The range is offline. bitframe_get_offline_in_use() says how many frames are
 *                           still in use.
 * @retval BITFRAME_INVALID  A null pointer, misaligned words, a range that passes 2^64, or a record that the
 *                           pool uses; nothing changed.
 * @retval BITFRAME_OFFLINE  One of the frames is offline already; nothing changed.
 * @retval BITFRAME_NO_ROOM  @p word_count is too small; nothing changed.
 *
 * Where several apply it is the first of: invalid, offline, no room.
 *
 * @par Cost  One load and one store per 64 frames of the pool and of @p words, the index over them, and a
 *            step for each record below. From then on a free that misses the window costs a step more
 *            for each record below its frame. Other frees, and all allocations, cost what they did.
 */
enum bitframe_status bitframe_set_offline(struct bitframe *pool, struct bitframe_offline_range *record,
                                          uint64_t pa, uint64_t bytes, uint64_t *words, uint64_t word_count);

/**
 * Put a range back into use. Its offline frames become free. Frames that are in use or reserved stay so.
 *
 * @param record  Of bitframe_set_offline() on the same pool, or empty. It is empty afterwards, and its words
 *                are the caller's again.
 *
 * @retval BITFRAME_OK       The range is in use.
 * @retval BITFRAME_INVALID  A null pointer, or a record that is neither the pool's nor empty; nothing
 *                           changed.
 *
 * @par Cost  One load and one store per 64 frames, and the index over them for each run of offline frames.
 */
enum bitframe_status bitframe_set_online(struct bitframe *pool, struct bitframe_offline_range *record);

/**
 * Frames of the range that are still in use: exact, O(1). At 0 you may pull the memory. For a shared pool any
 * context may call this, while other CPUs free frames.
 */
static inline uint64_t bitframe_get_offline_in_use(const struct bitframe_offline_range *record)
{
    return __atomic_load_n(&record->in_use, __ATOMIC_ACQUIRE);
}

/**
 * Read the next run of frames that are still in use, ascending: the kernel moves these elsewhere and frees
 * them. Runs neither overlap nor touch, unless a frame between them was freed on the way.
 *
 *     uint64_t frame = 0;
 *     while (bitframe_offline_next(&pool, &record, &frame, &run))
 *         ...
 *
 * @param record  Of the pool, or empty.
 * @param frame   Frame number (PA >> BITFRAME_FRAME_SHIFT) to search from. Becomes the number of the frame
 *                behind the run. A run that began below it is cut there.
 * @param run     The run. Written only if there is one.
 *
 * @return  Whether there is a run. If not, no other follows.
 *
 * @par Cost  One load per 64 frames on the way.
 */
bool bitframe_offline_next(const struct bitframe *pool, const struct bitframe_offline_range *record,
                           uint64_t *frame, struct bitframe_map_run *run);

/** Offline frames of the pool, neither free nor allocated nor reserved: exact, O(1). */
static inline uint64_t bitframe_get_offline_frames(const struct bitframe *pool)
{
    return pool->offline_frames;
}

#ifdef __cplusplus
}
#endif

#endif
