/* SPDX-License-Identifier: MIT */
/* run.h - where in a pool the run is that a request wants. */
#ifndef BITFRAME_CORE_RUN_H
#define BITFRAME_CORE_RUN_H

#include "request.h"

/**
 * Look for a run in the bitmap that has a bit for every @p unit frames: 1, or a line, of which run and
 * alignment are multiples.
 *
 * @return  Its frame number, or NO_BIT.
 */
uint64_t bitframe_search_pool(const struct bitframe *pool, const struct wanted *wanted, uint64_t unit);

/** The same among frames, whatever the index says: a pass over the bitmap. */
uint64_t bitframe_search_bitmap(const struct bitframe *pool, const struct wanted *wanted);

#endif
