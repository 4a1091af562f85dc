/* SPDX-License-Identifier: MIT */
/* walk.c - the runs of free and of allocated frames of a pool, beside the CPUs that use it. */
#include "layout/walk.h"
#include "shared/slots.h"

bool bitframe_shared_next_free(const struct bitframe_shared *shared, uint64_t *frame, uint64_t end,
                               struct bitframe_map_run *run)
{
    return walk_free(shared_pool(shared), shared, read_leaf, frame, end, run);
}

bool bitframe_shared_next_allocated(const struct bitframe_shared *shared, uint64_t *frame, uint64_t end,
                                    struct bitframe_map_run *run)
{
    return walk_allocated(shared_pool(shared), shared, read_leaf, frame, end, run);
}

bool bitframe_shared_is_range_free(const struct bitframe_shared *shared, uint64_t first_pa, uint64_t end_pa)
{
    return walk_is_free(shared_pool(shared), shared, read_leaf, first_pa, end_pa);
}

uint64_t bitframe_shared_count_free_range(const struct bitframe_shared *shared, uint64_t first_pa,
                                          uint64_t end_pa)
{
    return walk_count(shared_pool(shared), shared, read_leaf, first_pa, end_pa);
}
