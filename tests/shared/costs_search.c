/* SPDX-License-Identifier: MIT */
/* costs_search.c - requests that search all of memory, in its dearest states */
#include <stddef.h>

#include "bounds.h"
#include "costs.h"
#include "layout/levels.h"

static void alloc_2(void)
{
    run_of(2, 0, 0);
}

static void alloc_aligned(void)
{
    run_of(3, 2 * FRAME, 0);
}

static void alloc_aligned_highest(void)
{
    request_run(&(struct bitframe_request){.frames = 3, .align = 2 * FRAME, .flags = BITFRAME_HIGHEST});
}

static void alloc_huge(void)
{
    run_of(HUGE, HUGE * FRAME, 0);
}

static void alloc_limited(void)
{
    run_of(1, 0, pa_of(beside->frames));
}

static void alloc(void)
{
    got_pa = bitframe_shared_alloc(SHARED, 0);
    status = got_pa != 0 ? BITFRAME_OK : BITFRAME_NONE;
    got_frames = got_pa != 0;
}

static void bulk_of(uint64_t frames, uint32_t flags)
{
    const struct bitframe_request request = {.frames = frames, .flags = flags};
    uint64_t allocated;
    status = bitframe_shared_alloc_bulk(SHARED, 0, &request, pas, &allocated);
    got_frames = allocated;
}

static void bulk_16(void)
{
    bulk_of(16, 0);
}

static void bulk_partial(void)
{
    bulk_of(64, BITFRAME_PARTIAL);
}

static void all(void)
{
    static const uint64_t few = 1 << 20; /* no room for so many addresses: it must be refused */
    bulk_of(beside->frames < few ? beside->frames + 1 : few, 0);
}

static void nothing_is_free(void)
{
    refused("nothing free: 2 MiB", alloc_huge, 1);
    refused("nothing free: a run of 2", alloc_2, 1);
    refused("nothing free: one with limits", alloc_limited, 1);
    refused("nothing free: a bulk alloc of 16", bulk_16, 1);
    refused("nothing free: a bulk alloc of many", all, 1);
    /* The first of these finds that nothing is free at all, which answers the others. */
    refused("nothing free: one", alloc, 1);
    refused("nothing free: up to 64", bulk_partial, 0);
}

static void little_is_free(void)
{
    must_free(beside->frames / 2, 8);
    granted("8 frames free: up to 64", bulk_partial, true);
    refused("8 frames free: a bulk alloc of 16", bulk_16, 1);
    must_claim(beside->frames / 2, 8);
}

/** All was allocated by 2 MiB but for the last 2 MiB. */
static void allocated_by_huges(void)
{
    uint64_t huges = beside->frames / HUGE, last = beside->frames - HUGE;
    must_free(0, beside->frames);
    for (uint64_t i = 0; i < huges; i++)
        alloc_huge();
    if (status != BITFRAME_OK)
        beside_failed("setup: no huge frame", huges);
    must_free(last, HUGE);
    granted("allocated by 2 MiB but for one: one", alloc, false);
    granted("allocated by 2 MiB but for one: a run of 2", alloc_2, false);
    granted("allocated by 2 MiB but for one: a bulk alloc of 16", bulk_16, true);
    granted("allocated by 2 MiB but for one: up to 64", bulk_partial, true);
    must_claim(last, HUGE);
}

static void a_frame_of_each_huge(void)
{
    must_free(0, beside->frames);
    for (uint64_t i = 77; i < beside->frames; i += HUGE)
        must_claim(i, 1);
    refused("a frame of each 2 MiB allocated: 2 MiB", alloc_huge, 1);
    if (bitframe_shared_alloc_range(SHARED, 0, 0, UINT64_MAX) == 0)
        beside_failed("setup", 0);
}

/** Every fourth frame is allocated, so 16 pieces of each word are long enough for a run of 3, and none begins at
 * an even frame. The bitmap is written, and all else made of it: that is quicker than to claim each frame. */
static void every_fourth_frame(void)
{
    must_free(0, beside->frames);
    for (uint64_t i = 0; i < beside->words; i++)
        levels_at(POOL, &POOL->frames, 0)[i] &= UINT64_C(0xEEEEEEEEEEEEEEEE);
    (void)bitframe_shared_begin_exclusive(SHARED);
    bitframe_shared_end_exclusive(SHARED);
    refused("every fourth frame allocated: a run of 3, aligned", alloc_aligned, 2);
    must_claim(1, 1);
    must_free(1, 1);
    refused("every fourth frame allocated: the highest such run", alloc_aligned_highest, 2);
    (void)bitframe_shared_alloc_range(SHARED, 0, 0, UINT64_MAX);
}

/** A free stopped in `filled` below level 2: what others free there later is hidden. */
static void hidden(void)
{
    uint64_t group = beside->words / 64 - 1, most = 0;
    must_free(group * GROUP, GROUP);
    levels_at(POOL, &POOL->frames, 2)[group / 64] &= ~bit_mask(group);
    beside_scene = "hidden by a free that stopped";
    uint64_t first = beside_run_each(alloc, NULL, UINT64_MAX);
    for (int i = 0; i < 1000 && status == BITFRAME_OK; i++) {
        uint64_t accesses = beside_run_each(alloc, NULL, UINT64_MAX);
        most = accesses > most ? accesses : most;
    }
    if (status != BITFRAME_OK)
        beside_failed("refused", (uint64_t)status);
    check("hidden by a free that stopped: one", first, beside->words + bound_small());
    check("hidden by a free that stopped: others", most, bound_small());
    (void)bitframe_shared_alloc_range(SHARED, 0, 0, UINT64_MAX);

    must_free(group * GROUP, GROUP);
    levels_at(POOL, &POOL->frames, 2)[group / 64] &= ~bit_mask(group);
    beside_scene = "hidden by a free that stopped: a bulk alloc of 16";
    first = beside_run_each(bulk_16, NULL, UINT64_MAX);
    uint64_t second = beside_run_each(bulk_16, NULL, UINT64_MAX);
    if (status != BITFRAME_OK)
        beside_failed("refused", (uint64_t)status);
    check("hidden by a free that stopped: 16", first, 3 * beside->words + 16 * bound_small());
    check("hidden by a free that stopped: 16 more", second, bound_small());
    (void)bitframe_shared_alloc_range(SHARED, 0, 0, UINT64_MAX);
}

void costs_of_searches(void)
{
    nothing_is_free();
    little_is_free();
    allocated_by_huges();
    hidden();
    a_frame_of_each_huge();
    every_fourth_frame();
}
