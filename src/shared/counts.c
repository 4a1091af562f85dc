/* SPDX-License-Identifier: MIT */
/* counts.c - frames of a shared pool that have as many references as their element says. */
#include "layout/counts.h"

uint64_t bitframe_shared_alloc_counted(struct bitframe_shared *shared, uint32_t cpu,
                                       struct bitframe_array *counts)
{
    uint64_t pa = bitframe_shared_alloc(shared, cpu);
    if (pa == 0)
        return 0;
    uint32_t *count = count_of(counts, pa);
    if (!count) {
        (void)bitframe_shared_free(shared, cpu, pa);
        return 0;
    }
    __atomic_store_n(count, 1, __ATOMIC_RELAXED);
    return pa;
}

enum bitframe_status bitframe_shared_put_counted(struct bitframe_shared *shared, uint32_t cpu,
                                                 struct bitframe_array *counts, uint64_t pa)
{
    uint32_t *count = count_of(counts, pa);
    enum bitframe_status status = refuse_put(counts, count, pa);
    if (status != BITFRAME_OK || !bitframe_shared_ref_put(count))
        return status;
    status = bitframe_shared_free(shared, cpu, pa);
    if (status != BITFRAME_OK) /* it is not free, so no other CPU has it */
        __atomic_store_n(count, 1, __ATOMIC_RELAXED);
    return status;
}
