/* SPDX-License-Identifier: MIT */
/* on_bytemap.c - the original allocator: a byte a page, searched from the start. */
#include <string.h>

#include "bytemap.h"

static struct bytemap map;

#define TAKE()           bytemap_take(&map)
#define FREE(pa)         bytemap_free_page(&map, pa)
#define COUNT()          bytemap_count(&map)
#define RESERVE(pa, end) bytemap_reserve_below(&map, end)
#define INIT()           bytemap_init(&map, map.start_pa, map.pages, map.allocated)
#include "loops.h"

static uint64_t bytes(uint64_t frames)
{
    return frames;
}

static void open_map(void *memory, uint64_t first_pa, uint64_t frames)
{
    /* Its own calls look at every page: preparing would take minutes under an emulator. */
    bytemap_init(&map, first_pa, 0, memory);
    map.pages = map.total = frames;
    memset(memory, 0, frames);
}

static void occupy(uint64_t frames)
{
    memset(map.allocated, 1, frames);
    map.total -= frames;
}

const struct contender bench_bytemap = {
    .name = "bytemap",
    .walk = WALK_BYTES,
    .loops = LOOPS,
    .empty = &bench_empty_loops,
    .bytes = bytes,
    .open = open_map,
    .occupy = occupy,
};
