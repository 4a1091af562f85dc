/* SPDX-License-Identifier: MIT */
/*
 * bitframe/bulk.h - many frames in one call: single frames by a list of addresses, or all frames of a range
 *
 * Safety: that of <bitframe/bitframe.h>.
 */
#ifndef BITFRAME_BULK_H
#define BITFRAME_BULK_H

#include <bitframe/bitframe.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Allocate many single frames: the lowest free ones, or the highest if the request says so. Without
 * BITFRAME_PARTIAL the call allocates as many as the request says, or none.
 *
 * @param request    frames says how many; align is at most a frame; the limits are those of each frame.
 * @param pas        Room for as many addresses. Becomes the PAs of the frames, ascending, or descending for
 *                   the highest. Entries behind them are not written.
 * @param allocated  Becomes the number of frames: request->frames; fewer with BITFRAME_PARTIAL if fewer
 *                   are free; or 0.
 *
 * @retval BITFRAME_OK       The frames are the caller's; at least one.
 * @retval BITFRAME_NONE     Not enough frames are free within the limits; only *allocated changed.
 * @retval BITFRAME_INVALID  A null pointer, no frames, an align above a frame, a boundary, or unknown flags; nothing
 *                           changed.
 *
 * @par Cost  One load and one store for every word of 64 frames that gives any, its index bits, and a store
 *            for each address. With limits and without BITFRAME_PARTIAL the free frames are counted first.
 */
enum bitframe_status bitframe_alloc_bulk(struct bitframe *pool, const struct bitframe_request *request,
                                         uint64_t *pas, uint64_t *allocated);

/**
 * Free many single frames, in any order. Frames that follow each other both in memory and in @p pas go back
 * a word at a time: the order of bitframe_alloc_bulk() is the fastest.
 *
 * @param pas     Their PAs. Not null, even if there are none.
 * @param frames  How many; 0 frees nothing.
 * @param flags   0: all or none. BITFRAME_PARTIAL: all that can be freed; the others are skipped.
 * @param freed   Becomes the number of frames that were freed.
 *
 * @retval BITFRAME_OK       All are free, or offline if their range is.
 * @retval BITFRAME_INVALID  A null pointer or unknown flags; nothing changed.
 *
 * Any other status is that of the first frame refused, as bitframe_free() gives it. A frame that @p pas holds
 * twice is refused the second time. Without BITFRAME_PARTIAL only *freed changed then, to 0.
 *
 * @par Cost  One load and one store for each run of frames within a word, and its index bits. A refusal of
 *            all undoes what was freed, frame by frame, each at the cost of bitframe_alloc_at().
 */
enum bitframe_status bitframe_free_bulk(struct bitframe *pool, const uint64_t *pas, uint64_t frames,
                                        uint32_t flags, uint64_t *freed);

/**
 * Allocate every free frame that [@p first_pa, @p end_pa) touches: the kernel's image, say, or all addresses
 * beyond the end of RAM.
 *
 * @param first_pa  First byte, any value. If it lies inside a frame, the call allocates that frame.
 * @param end_pa    One past the last byte, any value. Parts outside the pool are ignored, and an @p end_pa at
 *                  or below @p first_pa is an empty range.
 *
 * @return  How many frames were free before and are allocated now.
 *
 * @par Cost  One load and one store for every 64 frames, and the index above them.
 */
uint64_t bitframe_alloc_range(struct bitframe *pool, uint64_t first_pa, uint64_t end_pa);

#ifdef __cplusplus
}
#endif

#endif
