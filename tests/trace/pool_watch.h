/* SPDX-License-Identifier: MIT */
/*
 * pool_watch.h - the calls of a pool that is debugged, and a list of whose each frame is
 *
 * Behind each call frames are tagged and the current tag changed at random; and now and then tags, reports
 * and totals are compared with the list, and the pattern of every free frame looked at, which nobody ever
 * breaks.
 */
#ifndef BITFRAME_TESTS_POOL_WATCH_H
#define BITFRAME_TESTS_POOL_WATCH_H

#include "pool_trace.h"

/** A subject for traces (pool_trace.h), which compare what the calls answer. */
extern const struct pool_subject pool_subject_watched;

/** How often everything was compared since the program began. */
uint64_t pool_watch_compared(void);

#endif
