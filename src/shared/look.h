/* SPDX-License-Identifier: MIT */
/* look.h - looks for a run: by the index, or by the whole bitmap. */
#ifndef BITFRAME_SHARED_LOOK_H
#define BITFRAME_SHARED_LOOK_H

#include "layout/request.h"
#include "shared/slots.h"

/** How a run is looked for. */
enum how { BY_HUGE, BY_FRAMES, BY_BITMAP };

/**
 * Look for a run once, and take it: whether it could. Where another CPU takes a frame of a run first, no run
 * that holds this frame will do. So the look goes on behind it, and is one pass however many are lost. A run
 * that crosses a multiple of the boundary is lost likewise: see layout/bounded.h.
 */
bool bitframe_look(struct bitframe_shared *shared, struct slot *slot, const struct wanted *wanted,
                   enum how how, uint64_t *pa);

/** A run, whatever the index says: a pass over the bitmap. Its frame number, or NO_BIT. */
uint64_t bitframe_search_bitmap(const struct bitframe_shared *shared, const struct wanted *wanted);

/** A run of free huge frames, whatever the index says: a pass over the bitmap. Its frame number, or NO_BIT.
 */
uint64_t bitframe_search_huge(const struct bitframe_shared *shared, const struct wanted *wanted);

/** Are a request's run and its alignment free huge frames? */
static inline bool is_of_huge(const struct wanted *wanted)
{
    return (wanted->frames | wanted->align) % BITFRAME_HUGE_FRAMES == 0;
}

#endif
