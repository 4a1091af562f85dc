/* SPDX-License-Identifier: MIT */
/* pool.c - a kernel that has a pool: frames, runs, reservations. tools/size links it and counts. */
#include <bitframe/bitframe.h>

uint64_t start(struct bitframe *pool, void *metadata, uint64_t bytes);

uint64_t start(struct bitframe *pool, void *metadata, uint64_t bytes)
{
    struct bitframe_request request = {.frames = bytes};
    uint64_t pa;
    return bitframe_init(pool, bytes, bytes, metadata, bytes) + bitframe_reserve(pool, bytes, bytes) +
           bitframe_free(pool, bitframe_alloc(pool)) + bitframe_alloc_run(pool, &request, &pa) +
           bitframe_free_run(pool, pa, bytes);
}
