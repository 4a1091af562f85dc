/* SPDX-License-Identifier: MIT */
#include "pool_states.h"

#include <bitframe/bulk.h>

struct bitframe pool;
struct guarded metadata;

void make_pool(uint64_t first, uint64_t frames)
{
    guarded_plain_pool(&pool, &metadata, first * FRAME, frames * FRAME);
}

void make_full_pool(void)
{
    guarded_plain_pool(&pool, &metadata, HUGE, PENDING_HUGES * HUGE);
    bitframe_alloc_range(&pool, 0, UINT64_MAX);
    cr_assert_eq(bitframe_free(&pool, PENDING_HUGES * HUGE), BITFRAME_OK);
}
