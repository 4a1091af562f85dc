/* SPDX-License-Identifier: MIT */
/* counts.h - the element of an array that counts the references of a frame. */
#ifndef BITFRAME_LAYOUT_COUNTS_H
#define BITFRAME_LAYOUT_COUNTS_H

#include <bitframe/counts.h>

enum { COUNT_SHIFT = 2 }; /* 4 bytes */

/** The count of the frame at @p pa; null if it has none. */
static inline uint32_t *count_of(const struct bitframe_array *counts, uint64_t pa)
{
    return counts->shift == COUNT_SHIFT ? (uint32_t *)bitframe_array_at(counts, pa) : 0;
}

/** Why @p pa has no @p count to drop a reference from, which may be null; BITFRAME_OK if it has one. */
static inline enum bitframe_status refuse_put(const struct bitframe_array *counts, const uint32_t *count,
                                              uint64_t pa)
{
    if (counts->shift != COUNT_SHIFT)
        return BITFRAME_INVALID;
    if (!count)
        return BITFRAME_UNMANAGED;
    if (pa % BITFRAME_FRAME_BYTES != 0)
        return BITFRAME_MISALIGNED;
    return __atomic_load_n(count, __ATOMIC_RELAXED) == 0 ? BITFRAME_DOUBLE_FREE : BITFRAME_OK;
}

#endif
