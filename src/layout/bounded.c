/* SPDX-License-Identifier: MIT */
/* bounded.c - requests with a boundary: reading one, and the search for a run that crosses no multiple of it. */
#include "layout/bounded.h"

enum bitframe_status bitframe_read_bounded(const struct bitframe_request *request, uint32_t flags,
                                           struct wanted *wanted)
{
    if (!is_valid_request(request, flags))
        return BITFRAME_INVALID;
    read_simple(request, wanted);
    uint64_t boundary = frame_number(request->boundary); /* 0: less than a frame, and than any run */
    if (wanted->frames > boundary)
        return BITFRAME_NONE;
    if (wanted->frames == boundary && wanted->align < boundary)
        wanted->align = boundary;
    /* A run that is no longer than its alignment crosses a multiple of nothing larger. */
    wanted->boundary = wanted->frames <= wanted->align ? 0 : boundary_code(boundary);
    return BITFRAME_OK;
}

uint64_t bitframe_search_bounded(const struct bitframe *pool, const struct wanted *wanted, uint64_t unit)
{
    struct wanted rest = wanted_as(wanted, wanted->frames, wanted->align);
    for (;;) {
        uint64_t frame = bitframe_search_pool(pool, &rest, unit);
        if (frame == NO_BIT)
            return NO_BIT;
        uint64_t boundary = wanted->boundary == 0 ? NO_BIT : boundary_inside(wanted, frame);
        if (boundary == NO_BIT)
            return frame;
        if (rest.highest)
            rest.end = boundary;
        else
            rest.first = boundary;
    }
}
