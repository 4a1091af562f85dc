/* SPDX-License-Identifier: MIT */
/* page_alloc_shared.c - the page_alloc contract over a shared pool. */
#include "contract/page_alloc.h"

#include <bitframe/page_alloc.h>

#include "layout/levels.h"

static uint64_t shared_distance; /* of the shared pool from the pool */

static uint64_t answer(enum page_request request, uint64_t first_pa, uint64_t end_pa)
{
    uint64_t *storage = pool_word(bitframe_get_page_alloc_pool(), shared_distance);
    struct bitframe_shared *shared = (struct bitframe_shared *)(void *)storage;
    if (request == PAGE_ALLOC)
        return bitframe_shared_alloc(shared, bitframe_page_alloc_cpu());
    if (request == PAGE_COUNT)
        return bitframe_shared_get_free_frames(shared);
    if (request == PAGE_RESERVE)
        return bitframe_shared_alloc_range(shared, bitframe_page_alloc_cpu(), first_pa, end_pa);
    (void)bitframe_shared_free(shared, bitframe_page_alloc_cpu(), first_pa); /* a refusal is ignored */
    return 0;
}

enum bitframe_status bitframe_page_alloc_share(struct bitframe_shared **shared,
                                               const struct bitframe_share_options *options, void *storage,
                                               uint64_t bytes)
{
    struct bitframe *pool = bitframe_get_page_alloc_pool();
    enum bitframe_status status = bitframe_share(shared, pool, options, storage, bytes);
    if (status == BITFRAME_OK) {
        shared_distance = pool_distance(pool, *shared);
        bitframe_page_answer = (uintptr_t)answer - (uintptr_t)pool;
    }
    return status;
}
