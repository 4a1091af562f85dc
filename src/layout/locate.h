/* SPDX-License-Identifier: MIT */
/* locate.h - may these frames be allocated or freed, and where are their bits? */
#ifndef BITFRAME_LAYOUT_LOCATE_H
#define BITFRAME_LAYOUT_LOCATE_H

#include "layout/tables.h"

/** Is @p pa the start of a frame that is the pool's and not reserved? */
static inline enum bitframe_status locate_frame(const struct bitframe *pool, uint64_t pa)
{
    uint64_t frame = frame_number(pa);
    if (!frame_is_managed(pool, frame))
        return BITFRAME_UNMANAGED;
    if (pa % BITFRAME_FRAME_BYTES != 0)
        return BITFRAME_MISALIGNED;
    return frame_is_reserved(pool, frame) ? BITFRAME_RESERVED : BITFRAME_OK;
}

/** Are the frames the pool's, none reserved and none offline? If so, @p bit becomes the bit of the first. */
enum bitframe_status bitframe_locate_run(const struct bitframe *pool, uint64_t pa, uint64_t frames,
                                         uint64_t *bit);

#endif
