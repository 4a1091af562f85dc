/* SPDX-License-Identifier: MIT */
/*
 * pool_watch.h - the calls of a pool that is debugged, and a list of whose each frame is
 *
 * Behind each call frames are tagged and the current tag changed at random; and now and then tags, reports
 * and totals are compared with the list, and the pattern of every free frame looked at, which nobody ever
 * breaks. Programs built without BITFRAME_TESTS_DEBUG watch nothing.
 */
#ifndef BITFRAME_TESTS_POOL_WATCH_H
#define BITFRAME_TESTS_POOL_WATCH_H

#include "pool_trace.h"

/** What a frame of the list may be beside what enum model_state knows. */
enum { WATCH_OFFLINE = 4 };

/** A subject for traces (pool_trace.h), which compare what the calls answer. */
extern const struct pool_calls pool_calls_watched;

/** How often everything was compared since the program began. */
uint64_t pool_watch_compared(void);

/* For other histories. */

#ifdef BITFRAME_TESTS_DEBUG

/** @p pool was made of @p map: debug it, and list its frames. */
void pool_watch_start(struct bitframe *pool, const struct bitframe_map *map);

/**
 * A call was made.
 *
 * @param state  What the frames from number @p first on, all that the pool has among them, came to: an enum
 *               model_state or WATCH_OFFLINE for each.
 */
void pool_watch_follow(uint64_t first, const uint8_t *state);

#else

static inline void pool_watch_start(struct bitframe *pool, const struct bitframe_map *map)
{
    (void)pool, (void)map;
}

static inline void pool_watch_follow(uint64_t first, const uint8_t *state)
{
    (void)first, (void)state;
}

#endif

#endif
