/* SPDX-License-Identifier: MIT */
/* bounds.h - what calls cost at most: the table of docs/concurrency.md, for the pool of
 * beside.h. */
#ifndef BITFRAME_TESTS_BOUNDS_H
#define BITFRAME_TESTS_BOUNDS_H

#include "beside.h"
#include "shared/slots.h"

/** Rows of the table: calls that look for frames. */
enum bounded {
    BOUNDED_ALLOC,
    BOUNDED_HUGE,
    BOUNDED_RUN,      /* of less than 127 frames, or of huge frames */
    BOUNDED_LONG_RUN, /* of more */
    BOUNDED_PARTIAL,
    BOUNDED_BULK,      /* up to 4096 frames */
    BOUNDED_BULK_MORE, /* of more */
};

enum outcome { GRANTED, REFUSED, REFUSED_AGAIN, OUTCOMES };

/** Calls that are told which frames. */
enum moved { MOVED_FREE, MOVED_FREE_RUN, MOVED_FREE_BULK, MOVED_CLAIM, MOVED_RANGE, MOVED_COUNT };

/** How such a call ends; or that another CPU acts at each of its accesses. */
enum motion { DONE, NOT_DONE, BESIDE };

static const char *const outcome_names[] = {"granted", "refused", "refused again"};

/** K of the document. */
static inline uint64_t bound_small(void)
{
    return 3 * beside->cpus + 7 * REFUSALS + 80 + 70 * beside->pool.frames.count;
}

/** Its G: a look for a group that the policy likes. */
static inline uint64_t bound_group(void)
{
    uint64_t others = beside->cpus < 64 ? beside->cpus : 64;
    return beside->shared->policy == BITFRAME_LOCAL ? 200 + others * (2 * beside->pool.frames.count + 1) : 0;
}

/** What all segments but the first add to a search, a count or a look. */
static inline uint64_t bound_segments(void)
{
    return (beside->pool.segment_count - 1) * (2 * beside->pool.frames.count + 4);
}

/** The most accesses of a call that got frames in @p words words. */
static inline uint64_t bound_of(enum bounded kind, enum outcome outcome, uint64_t words)
{
    uint64_t levels = beside->pool.frames.count, all = beside->words;
    uint64_t small = bound_small(), group = bound_group(), segments = bound_segments();
    switch (kind) {
    case BOUNDED_ALLOC: return outcome == REFUSED ? all + segments + small + group : small + group;
    case BOUNDED_HUGE: return outcome == REFUSED ? all + 2 * segments + small : small;
    case BOUNDED_RUN:
    case BOUNDED_LONG_RUN:
        all = all * (kind == BOUNDED_RUN ? 1 : 3) + segments;
        if (outcome == GRANTED)
            return all + 4 * words * levels + small;
        return outcome == REFUSED ? 2 * all + small : small;
    case BOUNDED_PARTIAL:
        if (outcome == GRANTED)
            return words * (4 + 4 * levels) + segments + small + 16 * group;
        return (outcome == REFUSED ? all + segments : 0) + segments + small + group;
    case BOUNDED_BULK:
    case BOUNDED_BULK_MORE:
        if (outcome == GRANTED)
            return (kind == BOUNDED_BULK ? 0 : all) + words * (8 + 6 * levels) + 2 * segments + small +
                   16 * group;
        return outcome == REFUSED ? all + 2 * segments + small : small;
    }
    return 0;
}

/** The most accesses of a call that is told frames in @p words words. */
static inline uint64_t bound_of_move(enum moved kind, enum motion motion, uint64_t words)
{
    uint64_t levels = beside->pool.frames.count;
    switch (kind) {
    case MOVED_FREE: return motion == DONE ? 36 + 4 * levels : motion == NOT_DONE ? 1 : 40 + 12 * levels;
    case MOVED_FREE_RUN:
    case MOVED_FREE_BULK:
        return motion == DONE       ? words * (3 + 4 * levels) + 40
               : motion == NOT_DONE ? words + (kind == MOVED_FREE_BULK)
                                    : words * (3 + 12 * levels) + 80;
    case MOVED_CLAIM:
        return motion == BESIDE ? words * (24 + 12 * levels) + 80 : words * (4 + 4 * levels) + 40;
    case MOVED_RANGE:
        return motion == DONE       ? words * (4 + 4 * levels) + 40
               : motion == NOT_DONE ? words + 1
                                    : words * (4 + 12 * levels) + 80;
    case MOVED_COUNT: return 2 * beside->cpus;
    }
    return 0;
}

#endif
