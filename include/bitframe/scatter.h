/* SPDX-License-Identifier: MIT */
/*
 * bitframe/scatter.h - many frames in a few runs
 *
 * For a device with a list of addresses: a buffer need not be one run if it is at most as many as the list
 * has entries. OpenBSD's bus_dmamem_alloc() has a number of segments for that, Zephyr's mem_blocks a list.
 *
 *     struct bitframe_map_run runs[16];
 *     uint64_t count;
 *     struct bitframe_request buffer = {.frames = 256, .boundary = 64 << 10, .max_pa = UINT64_C(1) << 32};
 *     if (bitframe_alloc_scatter(&pool, &buffer, runs, 16, &count) == BITFRAME_OK)
 *         for (uint64_t i = 0; i < count; i++)
 *             add_to_list(runs[i].first_pa, runs[i].frames);
 *
 * bitframe_free_run() frees a run.
 */
#ifndef BITFRAME_SCATTER_H
#define BITFRAME_SCATTER_H

#include <stdint.h>

#include <bitframe/bitframe.h>
#include <bitframe/map.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bitframe_shared;

/**
 * Allocate request->frames frames in at most @p most runs, or none. The call passes free memory from the
 * lowest frame up, keeps the @p most longest runs that it met, and stops when these are enough. So it refuses
 * only if no such runs exist; and with room for a run per frame it allocates the lowest frames.
 *
 * @param pool     The pool.
 * @param request  How many frames, all runs together. align, min_pa, max_pa and boundary hold for each run.
 *                 Of flags only BITFRAME_ZEROED.
 * @param runs     Room for @p most runs. Becomes the runs, ascending. A refused call may have written to it.
 * @param most     At least 1.
 * @param count    Becomes how many runs there are. Written only if the frames were allocated.
 *
 * @retval BITFRAME_OK       The runs are the caller's.
 * @retval BITFRAME_NONE     No runs answer; nothing changed but *runs.
 * @retval BITFRAME_INVALID  A null pointer, no runs, no frames, an align or a boundary that is no power of
 *                           two, or another flag; nothing changed.
 *
 * @par Safety  That of <bitframe/bitframe.h>.
 * @par Cost    A pass over the bitmap up to the answer; words without a free frame are skipped. For each run
 *              that is longer than the shortest of @p most, a step for each of these.
 */
enum bitframe_status bitframe_alloc_scatter(struct bitframe *pool, const struct bitframe_request *request,
                                            struct bitframe_map_run *runs, uint64_t most, uint64_t *count);

/**
 * bitframe_alloc_scatter() of a shared pool.
 *
 * @retval BITFRAME_NONE  At some instant of the call no runs answered; nothing changed but *runs.
 * @retval BITFRAME_BUSY  The call does not know, since other CPUs allocated or freed frames during each of
 *                        two looks; nothing changed but *runs.
 *
 * @par Safety  Any context.
 * @par Cost    At most twice: one load per 64 frames up to the answer, the steps above, and
 *              bitframe_shared_alloc_at() for each run. If another CPU has a frame of a run: a free of the runs
 *              before it.
 */
enum bitframe_status bitframe_shared_alloc_scatter(struct bitframe_shared *shared, uint32_t cpu,
                                                   const struct bitframe_request *request,
                                                   struct bitframe_map_run *runs, uint64_t most,
                                                   uint64_t *count);

#ifdef __cplusplus
}
#endif

#endif
