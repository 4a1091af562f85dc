/* SPDX-License-Identifier: MIT */
#include "test_pool.h"

#include <bitframe/offline.h>

void guarded_pool(struct bitframe *pool, struct guarded *metadata, const struct bitframe_map *map)
{
    uint64_t bytes;
    cr_assert_eq(bitframe_map_get_metadata_bytes(map, &bytes), BITFRAME_OK);
    guarded_renew(metadata, bytes, BITFRAME_METADATA_ALIGN);
    cr_assert_eq(bitframe_init_map(pool, map, metadata->memory, bytes), BITFRAME_OK);
    ASSERT_SOUND(pool);
}

void guarded_plain_pool(struct bitframe *pool, struct guarded *metadata, uint64_t first_pa, uint64_t bytes)
{
    struct bitframe_map_range range;
    struct bitframe_map map;
    uint64_t metadata_bytes;
    cr_assert_eq(bitframe_map_init(&map, &range, 1), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, first_pa, bytes), BITFRAME_OK);
    cr_assert_eq(bitframe_map_get_metadata_bytes(&map, &metadata_bytes), BITFRAME_OK);
    guarded_renew(metadata, metadata_bytes, BITFRAME_METADATA_ALIGN);
    cr_assert_eq(bitframe_init(pool, first_pa, bytes, metadata->memory, metadata_bytes), BITFRAME_OK);
    ASSERT_SOUND(pool);
}

struct bitframe_shared *guarded_share(struct bitframe *pool, struct guarded *storage,
                                      enum bitframe_policy policy, uint32_t cpus)
{
    const struct bitframe_share_options options = {.policy = policy, .cpus = cpus};
    uint64_t bytes = bitframe_get_share_bytes(pool, cpus);
    struct bitframe_shared *shared = NULL;
    guarded_renew(storage, bytes, BITFRAME_SHARE_ALIGN);
    cr_assert_eq(bitframe_share(&shared, pool, &options, storage->memory, bytes), BITFRAME_OK);
    return shared;
}

void guarded_debug(struct bitframe *pool, struct bitframe_debug *debug, struct guarded *storage,
                   uint32_t flags)
{
    uint64_t bytes = bitframe_get_debug_bytes(pool);
    guarded_renew(storage, bytes, sizeof(uint32_t));
    cr_assert_eq(bitframe_debug_start(pool, debug, storage->memory, bytes, flags), BITFRAME_OK);
}

uint64_t *guarded_offline_words(struct guarded *words, uint64_t pa, uint64_t bytes, uint64_t *count)
{
    *count = BITFRAME_OFFLINE_WORDS(pa, bytes);
    return guarded_renew(words, *count * sizeof(uint64_t), sizeof(uint64_t));
}
