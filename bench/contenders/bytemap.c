/* SPDX-License-Identifier: MIT */
/* bytemap.c - the original allocator: a byte a page, searched from the start. */
#include "../../tests/reference/bytemap.h"

#include <string.h>

#include "bench.h"

static struct bytemap map;

#define CONTENDER        bytemap
#define ALLOC(cpu)       bytemap_alloc(&map)
#define FREE(pa, cpu)    bytemap_free_page(&map, pa)
#define RESERVE(pa, end) bytemap_reserve_below(&map, end)
#define COUNT()          bytemap_count(&map)
#define INIT()           bytemap_init(&map, map.start_pa, map.pages, map.allocated)
#include "loops.h"

static uint64_t bytes(uint64_t frames, uint32_t cpus)
{
    (void)cpus;
    return frames;
}

static bool open_map(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cpus)
{
    (void)cpus;
    /* Its own calls look at every page: preparing would take minutes under an emulator. */
    bytemap_init(&map, first_pa, 0, memory);
    map.pages = map.total = frames;
    memset(memory, 0, frames);
    return true;
}

static void occupy(uint64_t frames)
{
    memset(map.allocated, 1, frames);
    map.total -= frames;
}

const struct contender bench_bytemap[] = {
    {
        .name = "bytemap",
        .places = IN_MEMORY,
        .walk = WALK_BYTES,
        .loops = &loops_of_bytemap,
        .empty = &loops_of_empty,
        .bytes = bytes,
        .open = open_map,
        .occupy = occupy,
    },
    {0},
};
