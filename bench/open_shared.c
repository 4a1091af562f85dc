/* SPDX-License-Identifier: MIT */
/* open_shared.c - memory of a shared pool, and a pool in it. */
#include <bitframe/shared.h>

#include "bench.h"

/** Where the storage of the cores begins: behind the metadata. */
static uint64_t storage_at(uint64_t frames)
{
    uint64_t bytes = BITFRAME_METADATA_BYTES(0, frames * BITFRAME_FRAME_BYTES) + 64;
    return (bytes + BITFRAME_SHARE_ALIGN - 1) / BITFRAME_SHARE_ALIGN * BITFRAME_SHARE_ALIGN;
}

/* A range that begins within a group touches one more than is counted here. */
static uint64_t storage_bytes(uint64_t frames, uint32_t cores)
{
    return BITFRAME_SHARE_BYTES(cores, BITFRAME_BITMAP_WORDS(0, frames * BITFRAME_FRAME_BYTES) + 64);
}

uint64_t bench_shared_bytes(uint64_t frames, uint32_t cores)
{
    return storage_at(frames) + storage_bytes(frames, cores);
}

struct bitframe_shared *bench_open_shared(struct bitframe *pool, void *memory, uint64_t first_pa,
                                          uint64_t frames, const struct bitframe_share_options *options)
{
    bench_declare_platform();
    struct bitframe_shared *shared;
    if (bitframe_init(pool, first_pa, frames * BITFRAME_FRAME_BYTES, memory, storage_at(frames)) !=
            BITFRAME_OK ||
        bitframe_share(&shared, pool, options, (char *)memory + storage_at(frames),
                       storage_bytes(frames, options->cpus)) != BITFRAME_OK)
        return NULL;
    return shared;
}
