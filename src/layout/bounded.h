/* SPDX-License-Identifier: MIT */
/*
 * bounded.h - the search for a run that crosses no multiple of a boundary
 *
 * It is the search without a boundary, repeated. If the lowest run crosses a multiple, so does every run that
 * begins between it and the multiple: none is longer than the boundary. So the next search begins at the
 * multiple. The next run that crosses one crosses a higher one, a boundary further. So the searches overlap
 * by less than a run each, and read no bit more than twice. The highest run is the mirror image.
 */
#ifndef BITFRAME_LAYOUT_BOUNDED_H
#define BITFRAME_LAYOUT_BOUNDED_H

#include "layout/search_pool.h"

/** As bitframe_search_pool(), for a request that may have a boundary. */
uint64_t bitframe_search_bounded(const struct bitframe *pool, const struct wanted *wanted, uint64_t unit);

#endif
