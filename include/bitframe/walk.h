/* SPDX-License-Identifier: MIT */
/*
 * bitframe/walk.h - which frames of a pool are free or allocated
 *
 * For a kernel that adopts a pool and frees the frames that have no owner any more, that moves pages before
 * it gives memory away, or that writes a dump without free memory.
 *
 *     struct bitframe_map_run run;
 *     for (uint64_t frame = 0; bitframe_next_allocated(&pool, &frame, UINT64_MAX, &run);)
 *         if (!has_owner(&run))
 *             bitframe_free_run(&pool, run.first_pa, run.frames);
 *
 * Between two calls the caller may free the frames of the run, and allocate any.
 *
 * Safety: that of <bitframe/bitframe.h>; a call only reads, and may overlap others that only read. Calls of a
 * shared pool are for any context, beside all others but those of exclusive access.
 *
 * Beside other CPUs: a call of a shared pool reads words atomically, and the bit of each frame once. It reports a
 * frame as free if it was free for the whole call, and as allocated if it was allocated for the whole call. A
 * frame that a CPU allocates or frees meanwhile may be reported as either. So the frames of a run need not
 * have been free at one instant: use bitframe_shared_alloc_at() to get them.
 */
#ifndef BITFRAME_WALK_H
#define BITFRAME_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include <bitframe/bitframe.h>
#include <bitframe/map.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bitframe_shared;

/**
 * Read the next run of free frames among [@p *frame, @p end), ascending. Runs neither overlap nor touch.
 *
 * @param pool   The pool.
 * @param frame  Frame number (PA >> BITFRAME_FRAME_SHIFT) where the search begins. Becomes the one behind the
 *               run. Of a run that begins below it the call reports the rest.
 * @param end    Frame number where the search ends. UINT64_MAX: at the end of the pool.
 * @param run    The run; written only if there is one.
 *
 * @return  Whether there is one; no other follows if not.
 *
 * @par Cost  One load per 64 frames.
 */
bool bitframe_next_free(const struct bitframe *pool, uint64_t *frame, uint64_t end,
                        struct bitframe_map_run *run);

/**
 * Read the next run of allocated frames, as bitframe_next_free() does: frames of the pool that are neither
 * free, nor reserved, nor offline. Frames that are in use in an offline range are allocated.
 *
 * @par Cost  One load per 64 frames. For each span, reservation and offline range on the way O(log(spans) +
 *            log(reservations) + offline ranges).
 */
bool bitframe_next_allocated(const struct bitframe *pool, uint64_t *frame, uint64_t end,
                             struct bitframe_map_run *run);

/**
 * Is each frame that [@p first_pa, @p end_pa) touches a free frame of the pool? Not if the range is empty.
 *
 * @par Cost  One load per 64 frames, up to the first that is not free.
 */
bool bitframe_is_range_free(const struct bitframe *pool, uint64_t first_pa, uint64_t end_pa);

/**
 * Count the free frames that [@p first_pa, @p end_pa) touches.
 *
 * @par Cost  One load per 64 frames.
 */
uint64_t bitframe_count_free_range(const struct bitframe *pool, uint64_t first_pa, uint64_t end_pa);

/** bitframe_next_free() of a shared pool: see "Beside other CPUs" above. */
bool bitframe_shared_next_free(const struct bitframe_shared *shared, uint64_t *frame, uint64_t end,
                               struct bitframe_map_run *run);

/** bitframe_next_allocated() of a shared pool: see "Beside other CPUs" above. */
bool bitframe_shared_next_allocated(const struct bitframe_shared *shared, uint64_t *frame, uint64_t end,
                                    struct bitframe_map_run *run);

/**
 * bitframe_is_range_free() of a shared pool. True: each frame was free at a moment of the call. False: at a
 * moment of the call one was not.
 */
bool bitframe_shared_is_range_free(const struct bitframe_shared *shared, uint64_t first_pa, uint64_t end_pa);

/** bitframe_count_free_range() of a shared pool. Each frame counts as it was at one moment of the call. */
uint64_t bitframe_shared_count_free_range(const struct bitframe_shared *shared, uint64_t first_pa,
                                          uint64_t end_pa);

#ifdef __cplusplus
}
#endif

#endif
