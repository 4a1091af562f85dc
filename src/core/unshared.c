/* SPDX-License-Identifier: MIT */
/* unshared.c - <bitframe/shared.h> in a library without atomics. */
#include <bitframe/shared.h>

uint64_t bitframe_share_bytes(const struct bitframe *pool, uint32_t cores)
{
    return BITFRAME_SHARE_BYTES(cores, pool->frames.words);
}

enum bitframe_status bitframe_share(struct bitframe *pool, const struct bitframe_share_options *options,
                                    void *storage, uint64_t bytes)
{
    (void)bytes;
    return pool && options && storage ? BITFRAME_UNSUPPORTED : BITFRAME_INVALID;
}

enum bitframe_status bitframe_unshare(struct bitframe *pool)
{
    (void)pool;
    return BITFRAME_INVALID;
}

uint64_t bitframe_shared_free_frames(const struct bitframe *pool)
{
    return pool->free_frames;
}

uint64_t bitframe_take_on(struct bitframe *pool, uint32_t core)
{
    (void)core;
    return bitframe_take(pool);
}

enum bitframe_status bitframe_free_on(struct bitframe *pool, uint64_t pa, uint32_t core)
{
    (void)core;
    return bitframe_free(pool, pa);
}
