/* SPDX-License-Identifier: MIT */
/* gather.c - keeping the longest runs of a pass. */
#include "layout/gather.h"

enum bitframe_status bitframe_gather_begin(struct gather *gather, const struct bitframe_request *request,
                                           struct bitframe_map_run *runs, uint64_t most)
{
    if (most == 0 || !is_valid_request(request, BITFRAME_ZEROED))
        return BITFRAME_INVALID;
    read_simple(request, &gather->wanted);
    gather->boundary = frame_number(request->boundary);
    gather->runs = runs;
    gather->most = most;
    gather_again(gather);
    if (request->boundary == 0)
        return BITFRAME_OK;
    /* Rounded up: frames / boundary may leave a rest, and most * boundary may pass 2^64. */
    return gather->boundary == 0 || (request->frames - 1) / gather->boundary >= most ? BITFRAME_NONE
                                                                                     : BITFRAME_OK;
}

static void find_shortest(struct gather *gather)
{
    gather->shortest = 0;
    for (uint64_t i = 1; i < gather->count; i++) {
        if (gather->runs[i].frames < gather->runs[gather->shortest].frames)
            gather->shortest = i;
    }
}

/** Drop the shortest run. */
static void drop_shortest(struct gather *gather)
{
    gather->found -= gather->runs[gather->shortest].frames;
    gather->count--;
    for (uint64_t i = gather->shortest; i < gather->count; i++) {
        gather->runs[i].first_pa = gather->runs[i + 1].first_pa;
        gather->runs[i].frames = gather->runs[i + 1].frames;
    }
}

/** Keep the piece of @p frames frames from @p first on, if it is one of the longest. */
static bool keep_piece(struct gather *gather, uint64_t first, uint64_t frames)
{
    if (gather->count == gather->most) {
        if (frames <= gather->runs[gather->shortest].frames)
            return false;
        drop_shortest(gather);
    }
    struct bitframe_map_run *run = gather->runs + gather->count++;
    run->first_pa = first << BITFRAME_FRAME_SHIFT;
    run->frames = frames;
    gather->found += frames;
    if (gather->found >= gather->wanted.frames) {
        run->frames -= gather->found - gather->wanted.frames;
        return true;
    }
    if (gather->count == gather->most)
        find_shortest(gather);
    return false;
}

bool bitframe_gather_free(struct gather *gather, uint64_t first, uint64_t end)
{
    const struct wanted *wanted = &gather->wanted;
    if (first < wanted->first)
        first = wanted->first;
    if (end > wanted->end)
        end = wanted->end;
    while (first < end) {
        first = (first + wanted->align - 1) & -wanted->align;
        if (first >= end)
            return false;
        uint64_t stop = end;
        if (gather->boundary != 0 && end - first > gather->boundary - first % gather->boundary)
            stop = first - first % gather->boundary + gather->boundary;
        if (keep_piece(gather, first, stop - first))
            return true;
        first = stop;
    }
    return false;
}
