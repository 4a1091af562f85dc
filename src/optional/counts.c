/* SPDX-License-Identifier: MIT */
/* counts.c - frames of one owner that have as many references as their element says. */
#include "layout/counts.h"

uint64_t bitframe_alloc_counted(struct bitframe *pool, struct bitframe_array *counts)
{
    uint64_t pa = bitframe_alloc(pool);
    if (pa == 0)
        return 0;
    uint32_t *count = count_of(counts, pa);
    if (!count) {
        (void)bitframe_free(pool, pa);
        return 0;
    }
    *count = 1;
    return pa;
}

enum bitframe_status bitframe_put_counted(struct bitframe *pool, struct bitframe_array *counts, uint64_t pa)
{
    uint32_t *count = count_of(counts, pa);
    enum bitframe_status status = refuse_put(counts, count, pa);
    if (status != BITFRAME_OK || !bitframe_ref_put(count))
        return status;
    status = bitframe_free(pool, pa);
    if (status != BITFRAME_OK)
        *count = 1;
    return status;
}
