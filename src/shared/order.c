/* SPDX-License-Identifier: MIT */
/* order.c - blocks of 2^order frames, aligned to their size, of a pool that every CPU uses. */
#include <bitframe/shared.h>

#include "layout/request.h"

uint64_t bitframe_shared_alloc_order(struct bitframe_shared *shared, uint32_t cpu, unsigned order)
{
    if (order == 0)
        return bitframe_shared_alloc(shared, cpu);
    if (order == HUGE_ORDER)
        return bitframe_shared_alloc_huge(shared, cpu);
    if (order >= ORDERS)
        return 0;
    const struct bitframe_request request = block_request(order);
    uint64_t pa;
    return bitframe_shared_alloc_run(shared, cpu, &request, &pa) == BITFRAME_OK ? pa : 0;
}

enum bitframe_status bitframe_shared_free_order(struct bitframe_shared *shared, uint32_t cpu, uint64_t pa,
                                                unsigned order)
{
    if (order >= ORDERS)
        return BITFRAME_INVALID;
    if (pa % (BITFRAME_FRAME_BYTES << order) != 0)
        return BITFRAME_MISALIGNED;
    if (order == 0)
        return bitframe_shared_free(shared, cpu, pa);
    if (order == HUGE_ORDER)
        return bitframe_shared_free_huge(shared, cpu, pa);
    return bitframe_shared_free_run(shared, cpu, pa, UINT64_C(1) << order);
}
