/* SPDX-License-Identifier: MIT */
#include "shared_pool.h"

#include <bitframe/map.h>

struct bitframe pool;
_Alignas(BITFRAME_METADATA_ALIGN) uint64_t metadata[BITFRAME_METADATA_BYTES(BASE, MOST *FRAME) / 8];
_Alignas(BITFRAME_SHARE_ALIGN) uint8_t storage[BITFRAME_SHARE_BYTES(BITFRAME_CORES_MAX, MOST / 64) + 64];

void make_pool(uint64_t frames)
{
    cr_assert_eq(bitframe_init(&pool, BASE, frames * FRAME, metadata, sizeof(metadata)), BITFRAME_OK);
}

void make_spans(void)
{
    static struct bitframe_map_range ranges[16];
    struct bitframe_map map;
    (void)bitframe_map_init(&map, ranges, 16);
    (void)bitframe_map_add(&map, BITFRAME_MAP_RAM, BASE, 300 * FRAME);
    (void)bitframe_map_add(&map, BITFRAME_MAP_RAM, pa_of(1000), 3000 * FRAME);
    (void)bitframe_map_add(&map, BITFRAME_MAP_RESERVED, pa_of(100), 10 * FRAME);
    (void)bitframe_map_add(&map, BITFRAME_MAP_RESERVED, pa_of(3000), 10 * FRAME);
    cr_assert_eq(bitframe_init_map(&pool, &map, metadata, sizeof(metadata)), BITFRAME_OK);
}

void share_as(enum bitframe_policy policy, uint32_t cores)
{
    struct bitframe_share_options options = {.policy = policy, .cores = cores};
    cr_assert_eq(bitframe_share(&pool, &options, storage, sizeof(storage)), BITFRAME_OK);
}

void make_shared(uint64_t frames, enum bitframe_policy policy)
{
    make_pool(frames);
    share_as(policy, CORES);
}

enum bitframe_status free_by(enum way way, uint64_t pa)
{
    return way == BY_POOL ? bitframe_free(&pool, pa) : bitframe_free_on(&pool, pa, 1);
}
