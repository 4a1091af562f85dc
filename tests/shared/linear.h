/* SPDX-License-Identifier: MIT */
/*
 * linear.h - is there an order of these calls that explains their answers?
 *
 * A history has calls on a small pool, each with stamps of when it began and ended. It is linearizable if the
 * calls can be put in an order that keeps to the stamps, a call that ended before another one began coming
 * first, in which each answers as a set of free frames would. Search as Wing and Gong do (Testing and
 * Verifying Concurrent Objects, 1993): next comes any call that began before all others that are left have
 * ended; sets of calls that led nowhere are remembered.
 */
#ifndef BITFRAME_TESTS_LINEAR_H
#define BITFRAME_TESTS_LINEAR_H

#include <stdbool.h>
#include <stdint.h>

enum { LINEAR_CALLS_MAX = 40, LINEAR_FRAMES_MAX = 32 };

enum linear_kind {
    LINEAR_ALLOC,       /* got frame `frame` */
    LINEAR_NONE,        /* got none */
    LINEAR_FREE,        /* freed frame `frame` */
    LINEAR_DOUBLE_FREE, /* was refused, since `frame` was free already */
    LINEAR_CLAIM,       /* got frames `frame` and `frame` + 1 */
    LINEAR_IN_USE,      /* did not get them, since one was allocated */
};

struct linear_call {
    enum linear_kind kind;
    uint32_t frame;
    uint64_t begin, end; /* stamps, all different */
};

enum linear_spec {
    /** A set of free frames. */
    LINEAR_STRICT,
    /**
     * The same, but a free may be refused as double from the begin of the other free on: that has set the
     * bit, and takes effect only when it is counted. See docs/concurrency.md, "What a deferred free can be
     * seen by".
     */
    LINEAR_DEFERRED,
};

/**
 * Is a history linearizable, from the set @p before of free frames to the set @p after?
 *
 * @param count  How many calls, at most LINEAR_CALLS_MAX.
 */
bool linear_check(const struct linear_call *calls, uint64_t count, uint32_t before, uint32_t after,
                  enum linear_spec spec);

#endif
