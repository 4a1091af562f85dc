/* SPDX-License-Identifier: MIT */
/* unshared.c - <bitframe/shared.h> and <bitframe/core.h> in a library without atomics. */
#include <bitframe/core.h>

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

uint64_t bitframe_held_frames(const struct bitframe *pool, uint32_t core)
{
    (void)pool;
    (void)core;
    return 0;
}

enum bitframe_status bitframe_core_join(struct bitframe *pool, struct bitframe_core *cache, uint32_t core)
{
    (void)pool;
    (void)cache;
    (void)core;
    return BITFRAME_INVALID;
}

enum bitframe_status bitframe_core_take(struct bitframe *pool, struct bitframe_core *cache, uint64_t *pa)
{
    (void)cache;
    *pa = bitframe_take(pool);
    return *pa != 0 ? BITFRAME_OK : BITFRAME_NONE;
}

enum bitframe_status bitframe_core_free(struct bitframe *pool, struct bitframe_core *cache, uint64_t pa)
{
    (void)cache;
    return bitframe_free(pool, pa);
}

uint64_t bitframe_core_drain(struct bitframe *pool, struct bitframe_core *cache)
{
    (void)pool;
    (void)cache;
    return 0;
}

void bitframe_core_leave(struct bitframe *pool, struct bitframe_core *cache)
{
    (void)pool;
    (void)cache;
}
