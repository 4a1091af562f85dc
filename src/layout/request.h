/* SPDX-License-Identifier: MIT */
/* request.h - a request, in frame numbers and bits. */
#ifndef BITFRAME_LAYOUT_REQUEST_H
#define BITFRAME_LAYOUT_REQUEST_H

#include "base/kernels.h"
#include "layout/tables.h"

/** The flags of a request for one run. */
enum { RUN_FLAGS = BITFRAME_HIGHEST | BITFRAME_ZEROED };

/** A request in frame numbers. */
struct wanted {
    uint64_t frames;
    uint64_t align;    /* frames */
    uint64_t first;    /* lowest frame allowed */
    uint64_t end;      /* one past the highest; UINT64_MAX: no limit */
    uint64_t boundary; /* boundary_code() of what the run may not cross; 0: it may cross anything */
    uint64_t highest;  /* 0 or 1: a word, so that one instruction stores it and the boundary */
};

/* A boundary's code is in bits 57 to 62. An alignment is below them, bit 56 always clear: see shared/none.c. */
enum { BOUNDARY_SHIFT = 57 };

/** A boundary of @p frames frames, a power of two above 1. The lower it is the higher its code. */
static inline uint64_t boundary_code(uint64_t frames)
{
    return (uint64_t)(WORD_BITS - lowest_bit(frames)) << BOUNDARY_SHIFT;
}

/** The request for @p frames frames aligned to @p align. By member: a copy of it may call memcpy(). */
static inline struct wanted wanted_as(const struct wanted *wanted, uint64_t frames, uint64_t align)
{
    return (struct wanted){
        .frames = frames,
        .align = align,
        .first = wanted->first,
        .end = wanted->end,
        .boundary = wanted->boundary,
        .highest = wanted->highest,
    };
}

/**
 * Is the request valid, and without a boundary? Flags above @p flags are not allowed. One branch answers for
 * three members: with a test and a branch for each, a request would cost more than before it had a boundary.
 */
static inline bool is_simple(const struct bitframe_request *request, uint32_t flags)
{
    uint64_t wrong = (request->align & (request->align - 1)) | request->boundary;
    return request->frames != 0 && (wrong | request->flags / (flags + 1)) == 0;
}

/** Read a request that is simple; else all but its boundary. */
static inline void read_simple(const struct bitframe_request *request, struct wanted *wanted)
{
    wanted->frames = request->frames;
    wanted->align = request->align < BITFRAME_FRAME_BYTES ? 1 : frame_number(request->align);
    wanted->first = frame_number_up(request->min_pa);
    wanted->end = request->max_pa == 0 ? UINT64_MAX : frame_number(request->max_pa);
    wanted->boundary = 0;
    wanted->highest = request->flags & BITFRAME_HIGHEST;
}

/** Is the request valid, with a boundary or without? Flags above @p flags are not allowed. */
static inline bool is_valid_request(const struct bitframe_request *request, uint32_t flags)
{
    uint64_t wrong = (request->align & (request->align - 1)) | (request->boundary & (request->boundary - 1)) |
                     (request->flags & ~flags);
    return request->frames != 0 && wrong == 0;
}

/**
 * Read a request that need not be simple.
 *
 * @return  BITFRAME_OK, BITFRAME_INVALID, or BITFRAME_NONE: the run is longer than the boundary.
 */
enum bitframe_status bitframe_read_bounded(const struct bitframe_request *request, uint32_t flags,
                                           struct wanted *wanted);

/** The multiple of the boundary, which there is, that the run at @p frame crosses, or NO_BIT. */
static inline uint64_t boundary_inside(const struct wanted *wanted, uint64_t frame)
{
    uint64_t boundary = bit_mask(0 - (wanted->boundary >> BOUNDARY_SHIFT));
    uint64_t next = (frame | (boundary - 1)) + 1;
    return next - frame < wanted->frames ? next : NO_BIT;
}

/** The request for a block of 2^@p order frames, aligned to its size. */
static inline struct bitframe_request block_request(unsigned order)
{
    return (struct bitframe_request){.frames = UINT64_C(1) << order, .align = BITFRAME_FRAME_BYTES << order};
}

/** Read a request for many single frames. Returns whether it is valid. */
static inline bool read_bulk_request(const struct bitframe_request *request, struct wanted *wanted)
{
    if (!is_simple(request, BITFRAME_HIGHEST | BITFRAME_ZEROED | BITFRAME_PARTIAL))
        return false;
    read_simple(request, wanted);
    return wanted->align == 1;
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
