/* SPDX-License-Identifier: MIT */
#include "shared_pool.h"

#include "guarded.h"

struct bitframe pool;
struct bitframe_shared *shared;
uint64_t *metadata;
uint64_t metadata_bytes;

/** The ends of guarded memory in turn. */
static enum guarded_end next_end(void)
{
    static unsigned turn;
    return (enum guarded_end)(turn++ % GUARDED_ENDS);
}

static void make_metadata(uint64_t bytes)
{
    if (metadata)
        guarded_close(metadata, metadata_bytes);
    metadata_bytes = bytes;
    metadata = guarded_open(bytes, BITFRAME_METADATA_ALIGN, next_end());
}

void make_mapped(struct bitframe_map *map)
{
    uint64_t bytes;
    cr_assert_eq(bitframe_map_get_metadata_bytes(map, &bytes), BITFRAME_OK);
    make_metadata(bytes);
    cr_assert_eq(bitframe_init_map(&pool, map, metadata, metadata_bytes), BITFRAME_OK);
}

void make_pool(uint64_t frames)
{
    make_metadata(BITFRAME_METADATA_BYTES(BASE, frames * FRAME));
    cr_assert_eq(bitframe_init(&pool, BASE, frames * FRAME, metadata, metadata_bytes), BITFRAME_OK);
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
    make_mapped(&map);
}

void share_as(enum bitframe_policy policy, uint32_t cpus)
{
    static void *guarded;
    static uint64_t bytes;
    struct bitframe_share_options options = {.policy = policy, .cpus = cpus};
    if (guarded)
        guarded_close(guarded, bytes);
    bytes = bitframe_get_share_bytes(&pool, cpus);
    guarded = guarded_open(bytes, BITFRAME_SHARE_ALIGN, next_end());
    cr_assert_eq(bitframe_share(&shared, &pool, &options, guarded, bytes), BITFRAME_OK);
}

void make_shared(uint64_t frames, enum bitframe_policy policy)
{
    make_pool(frames);
    share_as(policy, CPUS);
}
