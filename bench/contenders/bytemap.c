/* SPDX-License-Identifier: MIT */
/* bytemap.c - the original allocator: a byte a page, searched from the start. */
#include "../../tests/reference/bytemap.h"

#include <string.h>

#include "bench.h"

static struct bytemap map;

#define CONTENDER        bytemap
#define ALLOC(cpu)       bytemap_alloc(&map)
#define FREE(pa, cpu)    (bytemap_free_page(&map, pa), 0)
#define RESERVE(pa, end) bytemap_reserve_below(&map, end)
#define COUNT()          bytemap_count(&map)
#define INIT()           bytemap_init(&map, map.start_pa, map.pages, map.allocated)
#include "loops.h"

static uint64_t bytes(uint64_t frames)
{
    return frames;
}

static bool open_map(const struct bench_memory *memory)
{
    /* Its own calls look at every page: preparing would take minutes under an emulator. */
    bytemap_init(&map, memory->first_pa, 0, memory->metadata);
    map.pages = map.total = memory->frames;
    memset(memory->metadata, 0, memory->frames);
    return true;
}

static void occupy(uint64_t frames)
{
    memset(map.allocated, 1, frames);
    map.total -= frames;
}

const struct contender bench_bytemap[] = {
    {"bytemap", IN_MEMORY, &loops_of_bytemap, &loops_of_empty, bytes, open_map, occupy, .walk = WALK_BYTES},
    {0},
};
