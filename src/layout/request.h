/* SPDX-License-Identifier: MIT */
/* request.h - a request, in frame numbers and bits. */
#ifndef BITFRAME_LAYOUT_REQUEST_H
#define BITFRAME_LAYOUT_REQUEST_H

#include "base/kernels.h"
#include "layout/tables.h"

/** A request in frame numbers. */
struct wanted {
    uint64_t frames;
    uint64_t align; /* frames */
    uint64_t first; /* lowest frame allowed */
    uint64_t end;   /* one past the highest */
    bool highest;
};

/** The request for @p frames frames aligned to @p align. By member: a copy of it may call memcpy(). */
static inline struct wanted wanted_as(const struct wanted *wanted, uint64_t frames, uint64_t align)
{
    return (struct wanted){
        .frames = frames,
        .align = align,
        .first = wanted->first,
        .end = wanted->end,
        .highest = wanted->highest,
    };
}

/** Read a request that may have @p flags. Returns whether it is valid. */
static inline bool read_request(const struct bitframe_request *request, uint32_t flags, struct wanted *wanted)
{
    if (request->frames == 0 || (request->align & (request->align - 1)) != 0 ||
        (request->flags & ~flags) != 0)
        return false;
    wanted->frames = request->frames;
    wanted->align = request->align < BITFRAME_FRAME_BYTES ? 1 : frame_number(request->align);
    wanted->first = frame_number_up(request->min_pa);
    wanted->end = request->max_pa == 0 ? frame_number(UINT64_MAX) + 1 : frame_number(request->max_pa);
    wanted->highest = (request->flags & BITFRAME_HIGHEST) != 0;
    return true;
}

/** Read a request for many single frames. Returns whether it is valid. */
static inline bool read_bulk_request(const struct bitframe_request *request, struct wanted *wanted)
{
    return read_request(request, BITFRAME_HIGHEST | BITFRAME_ZEROED | BITFRAME_PARTIAL, wanted) &&
           wanted->align == 1;
}

/** The @p i-th segment in the order of the request. */
static inline const struct segment *wanted_segment(const struct bitframe *pool, const struct wanted *wanted,
                                                   uint64_t i)
{
    return pool_segments(pool) + (wanted->highest ? pool->segment_count - 1 - i : i);
}

/** The frames [first, end) of @p segment that the request allows; first >= end if there are none. */
static inline struct span wanted_frames(const struct segment *segment, const struct wanted *wanted)
{
    return (struct span){
        .first = wanted->first > segment->first ? wanted->first : segment->first,
        .end = wanted->end < segment->end ? wanted->end : segment->end,
    };
}

/** Zero @p frames frames from @p pa on, through the linear map. */
static inline void zero_run(uint64_t pa, uint64_t frames)
{
    kernel_zero_frames((void *)(uintptr_t)(pa + bitframe_machine.linear_map_base),
                       frames << BITFRAME_FRAME_SHIFT);
}

#endif
