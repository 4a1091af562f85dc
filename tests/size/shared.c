/* SPDX-License-Identifier: MIT */
/* shared.c - a kernel that has a pool (pool.c) and shares it. tools/size links it and counts. */
#include <bitframe/shared.h>

uint64_t start(struct bitframe *pool, void *metadata, uint64_t bytes);

uint64_t start(struct bitframe *pool, void *metadata, uint64_t bytes)
{
    struct bitframe_request request = {.frames = bytes};
    struct bitframe_share_options options = {.cpus = 4};
    struct bitframe_shared *shared;
    uint64_t pa;
    uint64_t status = bitframe_init(pool, bytes, bytes, metadata, bytes);
    status += bitframe_share(&shared, pool, &options, metadata, bytes);
    status += bitframe_shared_free(shared, 1, bitframe_shared_alloc(shared, 1));
    status += bitframe_shared_alloc_run(shared, 1, &request, &pa);
    status += bitframe_shared_free_run(shared, 1, pa, bytes);
    status += bitframe_reserve(bitframe_shared_begin_exclusive(shared), bytes, bytes);
    bitframe_shared_end_exclusive(shared);
    return status;
}
