/* SPDX-License-Identifier: MIT */
#include "extend_pools.h"

#include <string.h>

#include <bitframe/adopt.h>

enum { RANGES = 512 };

struct bitframe pool;
struct bitframe_map map;
static struct bitframe_map_range ranges[RANGES];
struct guarded metadata;

void begin(void)
{
    cr_assert_eq(bitframe_map_init(&map, ranges, RANGES), BITFRAME_OK);
}

void add(enum bitframe_map_kind kind, uint64_t pa, uint64_t bytes)
{
    cr_assert_eq(bitframe_map_add(&map, kind, pa, bytes), BITFRAME_OK);
}

void make(void)
{
    guarded_pool(&pool, &metadata, &map);
}

void extend(void)
{
    struct guarded next = {0};
    uint64_t bytes;
    cr_assert_eq(bitframe_get_extend_bytes(&pool, &map, &bytes), BITFRAME_OK);
    guarded_renew(&next, bytes, BITFRAME_METADATA_ALIGN);
    cr_assert_eq(bitframe_extend(&pool, &map, next.memory, bytes), BITFRAME_OK);
    struct bitframe other;
    cr_assert_eq(bitframe_adopt(&other, metadata.memory, metadata.bytes), BITFRAME_MALFORMED, "nobody's");
    memset(metadata.memory, GARBAGE, metadata.bytes);
    guarded_close(metadata.memory, metadata.bytes);
    metadata = next;
    ASSERT_SOUND(&pool);
}
