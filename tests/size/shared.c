/* SPDX-License-Identifier: MIT */
/* shared.c - a kernel that has a pool (pool.c) and shares it. tools/size links it and counts. */
#include <bitframe/shared.h>

uint64_t start(struct bitframe *pool, void *metadata, uint64_t bytes);

uint64_t start(struct bitframe *pool, void *metadata, uint64_t bytes)
{
    struct bitframe_request request = {.frames = bytes};
    struct bitframe_share_options options = {.cores = 4};
    uint64_t pa;
    return bitframe_init(pool, bytes, bytes, metadata, bytes) + bitframe_reserve(pool, bytes, bytes) +
           bitframe_share(pool, &options, metadata, bytes) +
           bitframe_free_on(pool, bitframe_take_on(pool, 1), 1) + bitframe_take_run(pool, &request, &pa) +
           bitframe_free_run(pool, pa, bytes);
}
