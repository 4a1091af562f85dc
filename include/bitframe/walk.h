/* SPDX-License-Identifier: MIT */
/*
 * bitframe/walk.h - which frames of a pool are allocated
 *
 * For a kernel that adopts a pool and frees what has no owner any more, or that moves pages before it gives
 * memory away.
 *
 * Safety: that of <bitframe/bitframe.h>; a call only reads, and may overlap others that only read. A pool
 * that all CPUs share must be in exclusive use (bitframe_shared_begin_exclusive()).
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

/**
 * Read the next run of allocated frames, ascending: frames of the pool that are neither free, nor reserved,
 * nor offline. Frames that are in use in an offline range are allocated. Runs neither overlap nor touch.
 *
 *     struct bitframe_map_run run;
 *     for (uint64_t frame = 0; bitframe_next_allocated(&pool, &frame, &run);)
 *         if (!has_owner(&run))
 *             bitframe_free_run(&pool, run.first_pa, run.frames);
 *
 * The caller may free the frames of the run, and allocate any, between two calls.
 *
 * @param pool   The pool.
 * @param frame  Frame number (PA >> BITFRAME_FRAME_SHIFT) to search from; becomes the one behind the run. A
 *               run that began below it is cut there.
 * @param run    The run; written only if there is one.
 *
 * @return  Whether there is one; no other follows if not.
 *
 * @par Cost  One load per 64 frames, and O(log(reservations) + offline ranges) for each change of state on
 * the way.
 */
bool bitframe_next_allocated(const struct bitframe *pool, uint64_t *frame, struct bitframe_map_run *run);

#ifdef __cplusplus
}
#endif

#endif
