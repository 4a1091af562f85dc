/* SPDX-License-Identifier: MIT */
/* locate.c - checks of a run that the caller names by its address. */
#include "layout/locate.h"
#include "layout/offline_records.h"

enum bitframe_status bitframe_locate_run(const struct bitframe *pool, uint64_t pa, uint64_t frames,
                                         uint64_t *bit)
{
    uint64_t first = frame_number(pa);
    if (frames == 0)
        return BITFRAME_INVALID;
    uint64_t end = first + frames;
    if (end < first || bitframe_span_overlap(pool_spans(pool), pool->span_count, first, end) != frames)
        return BITFRAME_UNMANAGED;
    if (pa % BITFRAME_FRAME_BYTES != 0)
        return BITFRAME_MISALIGNED;
    if (bitframe_span_overlap(pool_reserved(pool), pool->reserved_count, first, end) != 0)
        return BITFRAME_RESERVED;
    if (bitframe_offline_holds(pool, first, end))
        return BITFRAME_OFFLINE;
    *bit = pool_bit(pool, first);
    return BITFRAME_OK;
}
