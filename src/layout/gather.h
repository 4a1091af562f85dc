/* SPDX-License-Identifier: MIT */
/*
 * gather.h - the longest runs among those that a pass meets, until they are enough
 *
 * A piece is a part of a free run that one run of the answer may have: from the first aligned frame up to the
 * next multiple of the boundary, or to the end. No two runs of an answer lie in one piece with profit: one that
 * begins where the lower does can be as long as both. So the longest pieces are enough if any runs are.
 *
 * Invariant between two calls: runs has the longest pieces so far, at most `most`, ascending, and their sum
 * is less than is wanted. The piece that makes it enough is longer than the one that it replaces, and longer
 * than what is too much; its end is cut off.
 */
#ifndef BITFRAME_LAYOUT_GATHER_H
#define BITFRAME_LAYOUT_GATHER_H

#include <bitframe/scatter.h>

#include "layout/request.h"

struct gather {
    struct wanted wanted; /* boundary is not used */
    uint64_t boundary;    /* frames; 0: none */
    struct bitframe_map_run *runs;
    uint64_t most;
    uint64_t count;    /* runs */
    uint64_t shortest; /* index of the first of the shortest runs, if there are `most` */
    uint64_t found;    /* frames of all runs */
};

/**
 * Begin to gather.
 *
 * @return  BITFRAME_OK; BITFRAME_INVALID; or BITFRAME_NONE: no runs can answer.
 */
enum bitframe_status bitframe_gather_begin(struct gather *gather, const struct bitframe_request *request,
                                           struct bitframe_map_run *runs, uint64_t most);

/** Forget all runs. */
static inline void gather_again(struct gather *gather)
{
    gather->count = 0;
    gather->found = 0;
}

/** Frames [@p first, @p end) are free, and above all before. Returns whether there are enough now. */
bool bitframe_gather_free(struct gather *gather, uint64_t first, uint64_t end);

/** Zero the runs if @p request says so. */
static inline void gather_zero(const struct gather *gather, const struct bitframe_request *request)
{
    for (uint64_t i = 0; (request->flags & BITFRAME_ZEROED) != 0 && i < gather->count; i++)
        zero_run(gather->runs[i].first_pa, gather->runs[i].frames);
}

#endif
