/* SPDX-License-Identifier: MIT */
#include "pool_maps.h"

struct bitframe pool;
struct bitframe_map map;
static struct bitframe_map_range ranges[RANGES];
struct guarded metadata;

void add(enum bitframe_map_kind kind, uint64_t pa, uint64_t bytes)
{
    cr_assert_eq(bitframe_map_add(&map, kind, pa, bytes), BITFRAME_OK);
}

void begin(void)
{
    cr_assert_eq(bitframe_map_init(&map, ranges, RANGES), BITFRAME_OK);
}

void make(void)
{
    guarded_pool(&pool, &metadata, &map);
}

enum bitframe_status alloc_run(uint64_t frames, uint64_t align, uint64_t max_pa, uint32_t flags, uint64_t *pa)
{
    const struct bitframe_request request = {
        .frames = frames, .align = align, .max_pa = max_pa, .flags = flags};
    return bitframe_alloc_run(&pool, &request, pa);
}

void make_two_segments(void)
{
    begin();
    add(BITFRAME_MAP_RAM, GIB, 16 * MIB); /* a group of huge frames, to the bit */
    add(BITFRAME_MAP_RAM, 2 * GIB, 16 * MIB);
    make();
}
