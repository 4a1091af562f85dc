/* SPDX-License-Identifier: MIT */
/*
 * costs.c - accesses of calls in the dearest states that are known, at 3 GiB, 64 GiB and 1 TiB
 *
 * A call that has something to take, or that was refused already, takes a number of accesses that depends on
 * levels and CPUs alone. One that is refused for the first time passes over the bitmap once or twice. The
 * bounds are those of docs/concurrency.md.
 *
 *     costs [quick]   quick: not at 1 TiB
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "beside.h"
#include "bounds.h"
#include "guarded.h"
#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"
#include "shared/slots.h"

#define POOL   (&beside->pool)
#define SHARED (beside->shared)

static enum bitframe_status status;
static uint64_t got_pa, got_frames, pas[64];

/* The calls. What they get is given back at once, which costs nothing here. */

static void request_run(const struct bitframe_request *request)
{
    status = bitframe_shared_alloc_run(SHARED, 0, request, &got_pa);
    got_frames = status == BITFRAME_OK ? request->frames : 0;
}

static void run_of(uint64_t frames, uint64_t align, uint64_t max_pa)
{
    request_run(&(struct bitframe_request){.frames = frames, .align = align, .max_pa = max_pa});
}

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

/* In a zone of ZONE frames, such as one for DMA. */

enum { ZONE = 64 * 64 };

static uint64_t zone;

static void zone_run(uint64_t frames, uint32_t flags)
{
    uint64_t first = zone * ZONE;
    request_run(&(struct bitframe_request){
        .frames = frames, .flags = flags, .min_pa = pa_of(first), .max_pa = pa_of(first + ZONE)});
}

static void zone_one(void)
{
    zone_run(1, 0);
}

static void zone_highest(void)
{
    zone_run(1, BITFRAME_HIGHEST);
}

static void zone_8(void)
{
    zone_run(8, 0);
}

static void zone_partial(void)
{
    const struct bitframe_request request = {.frames = 64,
                                             .flags = BITFRAME_PARTIAL,
                                             .min_pa = pa_of(zone * ZONE),
                                             .max_pa = pa_of((zone + 1) * ZONE)};
    uint64_t allocated;
    status = bitframe_shared_alloc_bulk(SHARED, 0, &request, pas, &allocated);
}

static void lower_half(void)
{
    run_of(1, 0, pa_of(beside->frames / 2));
}

static void upper_half(void)
{
    request_run(&(struct bitframe_request){.frames = 1, .min_pa = pa_of(beside->frames / 2)});
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

static void check(const char *what, uint64_t accesses, uint64_t most)
{
    beside_scene = what;
    if (accesses > most)
        beside_failed("accesses, of so many at most", accesses);
    printf("    %-48s %9" PRIu64 " accesses, at most %9" PRIu64 "\n", what, accesses, most);
}

/** @p call is granted at a small cost, again and again. */
static void granted(const char *what, void (*call)(void), bool is_bulk)
{
    uint64_t most = 0;
    beside_scene = what;
    for (int i = 0; i < 3; i++) {
        uint64_t accesses = beside_run_each(call, NULL, UINT64_MAX);
        if (status != BITFRAME_OK)
            beside_failed("refused", (uint64_t)status);
        most = accesses > most ? accesses : most;
        uint64_t freed = 1;
        enum bitframe_status back = is_bulk ? bitframe_shared_free_bulk(SHARED, 0, pas, got_frames, 0, &freed)
                                            : bitframe_shared_free_run(SHARED, 0, got_pa, got_frames);
        if (back != BITFRAME_OK || freed == 0)
            beside_failed("cannot be given back", (uint64_t)back);
    }
    check(what, most, bound_small());
}

/** @p call is refused: at first by a look at @p words words, then at a small cost. */
static void refused_by(const char *what, void (*call)(void), uint64_t words)
{
    char again[100];
    beside_scene = what;
    uint64_t first = beside_run_each(call, NULL, UINT64_MAX);
    if (status != BITFRAME_NONE)
        beside_failed("granted", (uint64_t)status);
    check(what, first, words + bound_small());
    (void)snprintf(again, sizeof(again), "%s, again", what);
    uint64_t second = beside_run_each(call, NULL, UINT64_MAX);
    if (status != BITFRAME_NONE)
        beside_failed("granted the second time", (uint64_t)status);
    check(again, second, bound_small());
}

/** The same by @p passes passes over the bitmap. */
static void refused(const char *what, void (*call)(void), uint64_t passes)
{
    refused_by(what, call, passes * beside->words);
}

static void must_free(uint64_t first, uint64_t frames)
{
    if (bitframe_shared_free_run(SHARED, 0, pa_of(first), frames) != BITFRAME_OK)
        beside_failed("setup: cannot free", first);
}

static void must_claim(uint64_t first, uint64_t frames)
{
    if (bitframe_shared_alloc_at(SHARED, 0, pa_of(first), frames) != BITFRAME_OK)
        beside_failed("setup: cannot claim", first);
}

/** A free somewhere and a take of it, so that no record holds any more. */
static void refusals_lapse(void)
{
    must_free(beside->frames - 1, 1);
    must_claim(beside->frames - 1, 1);
}

/** Nothing is free, and requests are for a zone: they look at no word outside it. */
static void full_zones(void)
{
    static const struct {
        const char *what;
        void (*call)(void);
    } calls[] = {
        {"a full zone: one", zone_one},
        {"a full zone: the highest", zone_highest},
        {"a full zone: a run of 8", zone_8},
        {"a full zone: up to 64", zone_partial},
    };
    for (zone = 0; zone < 2; zone++) {
        for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
            refused_by(calls[i].what, calls[i].call, ZONE / 64);
            refusals_lapse();
        }
    }
}

/** More requests than there are records: a later one is remembered all the same. */
static void many_refusals(void)
{
    for (zone = 0; zone < REFUSALS; zone++)
        refused_by("one of many zones", zone_one, ZONE / 64);
    refused("the lower half, beside many", lower_half, 1);
    refused("the upper half, beside many", upper_half, 1);
    refused("the lower half, once more", lower_half, 0);
    refused("the upper half, once more", upper_half, 0);
    refusals_lapse();
}

static void nothing_is_free(void)
{
    refused("nothing free: 2 MiB", alloc_huge, 1);
    refused("nothing free: a run of 2", alloc_2, 1);
    refused("nothing free: one with limits", alloc_limited, 1);
    refused("nothing free: a bulk take of 16", bulk_16, 1);
    refused("nothing free: a bulk take of many", all, 1);
    /* The first of these finds that nothing is free at all, which answers the others. */
    refused("nothing free: one", alloc, 1);
    refused("nothing free: up to 64", bulk_partial, 0);
}

static void little_is_free(void)
{
    must_free(beside->frames / 2, 8);
    granted("8 frames free: up to 64", bulk_partial, true);
    refused("8 frames free: a bulk take of 16", bulk_16, 1);
    must_claim(beside->frames / 2, 8);
}

/** All was taken by 2 MiB but for the last 2 MiB. */
static void allocated_by_huges(void)
{
    uint64_t huges = beside->frames / HUGE, last = beside->frames - HUGE;
    must_free(0, beside->frames);
    for (uint64_t i = 0; i < huges; i++)
        alloc_huge();
    if (status != BITFRAME_OK)
        beside_failed("setup: no line", huges);
    must_free(last, HUGE);
    granted("taken by 2 MiB but for one: one", alloc, false);
    granted("taken by 2 MiB but for one: a run of 2", alloc_2, false);
    granted("taken by 2 MiB but for one: a bulk take of 16", bulk_16, true);
    granted("taken by 2 MiB but for one: up to 64", bulk_partial, true);
    must_claim(last, HUGE);
}

static void a_frame_of_each_huge(void)
{
    must_free(0, beside->frames);
    for (uint64_t i = 77; i < beside->frames; i += HUGE)
        must_claim(i, 1);
    refused("a frame of each 2 MiB taken: 2 MiB", alloc_huge, 1);
    if (bitframe_shared_alloc_range(SHARED, 0, 0, UINT64_MAX) == 0)
        beside_failed("setup", 0);
}

/** Every fourth frame is taken, so 16 pieces of each word are long enough for a run of 3, and none begins at
 * an even frame. The bitmap is written, and all else made of it: that is quicker than to claim each frame. */
static void every_fourth_frame(void)
{
    must_free(0, beside->frames);
    for (uint64_t i = 0; i < beside->words; i++)
        levels_at(POOL, &POOL->frames, 0)[i] &= UINT64_C(0xEEEEEEEEEEEEEEEE);
    (void)bitframe_shared_begin_exclusive(SHARED);
    bitframe_shared_end_exclusive(SHARED);
    refused("every fourth frame taken: a run of 3, aligned", alloc_aligned, 2);
    must_claim(1, 1);
    must_free(1, 1);
    refused("every fourth frame taken: the highest such run", alloc_aligned_highest, 2);
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
    beside_scene = "hidden by a free that stopped: a bulk take of 16";
    first = beside_run_each(bulk_16, NULL, UINT64_MAX);
    uint64_t second = beside_run_each(bulk_16, NULL, UINT64_MAX);
    if (status != BITFRAME_OK)
        beside_failed("refused", (uint64_t)status);
    check("hidden by a free that stopped: 16", first, 3 * beside->words + 16 * bound_small());
    check("hidden by a free that stopped: 16 more", second, bound_small());
    (void)bitframe_shared_alloc_range(SHARED, 0, 0, UINT64_MAX);
}

/* What moves frames whose place is known: by words. */

static uint64_t moved_first, moved_frames;

static void free_run(void)
{
    status = bitframe_shared_free_run(SHARED, 0, pa_of(moved_first), moved_frames);
}

static void claim(void)
{
    status = bitframe_shared_alloc_at(SHARED, 0, pa_of(moved_first), moved_frames);
}

static void alloc_range(void)
{
    uint64_t allocated =
        bitframe_shared_alloc_range(SHARED, 0, pa_of(moved_first), pa_of(moved_first + moved_frames));
    status = allocated == moved_frames ? BITFRAME_OK : BITFRAME_NONE;
}

static void free_bulk(void)
{
    uint64_t freed;
    for (uint64_t i = 0; i < moved_frames; i++)
        pas[i] = pa_of(moved_first + i);
    status = bitframe_shared_free_bulk(SHARED, 0, pas, moved_frames, 0, &freed);
}

static void free_one(void)
{
    status = bitframe_shared_free(SHARED, 0, pa_of(moved_first));
}

static void count(void)
{
    status = bitframe_shared_get_free_frames(SHARED) == 0 ? BITFRAME_OK : BITFRAME_NONE;
}

static void move(const char *what, void (*call)(void), uint64_t most)
{
    beside_scene = what;
    uint64_t accesses = beside_run_each(call, NULL, UINT64_MAX);
    if (status != BITFRAME_OK)
        beside_failed("refused", (uint64_t)status);
    check(what, accesses, most);
}

static void move_words(void)
{
    static const uint64_t lengths[] = {1, 2, 64, HUGE, 3 * HUGE + 70, 2 * GROUP};
    uint64_t levels = POOL->frames.count;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
        moved_first = beside->frames / 2 + (lengths[i] == HUGE ? 0 : 61);
        moved_frames = lengths[i];
        uint64_t words = moved_frames / 64 + 2;
        move("free a run", free_run, words * (3 + 4 * levels) + 40);
        move("claim it", claim, words * (4 + 4 * levels) + 40);
        move("free it", free_run, words * (3 + 4 * levels) + 40);
        move("take it by its range", alloc_range, words * (4 + 4 * levels) + 40);
        if (moved_frames <= 64) {
            move("free it by a bulk call", free_bulk, words * (3 + 4 * levels) + 40);
            move("claim that", claim, words * (4 + 4 * levels) + 40);
        }
    }
    moved_frames = 1;
    move("free one, nothing else free", free_one, 36 + 4 * levels);
    move("claim one", claim, 2 * (4 + 4 * levels) + 40);
    move("count", count, 2 * CPUS);
}

int main(int argc, char **argv)
{
    bool quick = argc > 1 && strcmp(argv[1], "quick") == 0;
    static const uint64_t gib[] = {3, 64, 1024};
    for (size_t i = 0; i < sizeof(gib) / sizeof(*gib) - quick; i++) {
        for (int policy = BITFRAME_LOWEST; policy <= BITFRAME_LOCAL; policy++) {
            beside_open((gib[i] << 30) / FRAME, (enum bitframe_policy)policy, GUARDED_ABOVE);
            printf("%" PRIu64 " GiB, %s: %" PRIu64 " levels, %" PRIu64 " words\n", gib[i],
                   policy == BITFRAME_LOCAL ? "local" : "lowest", POOL->frames.count, beside->words);
            move_words();
            full_zones();
            many_refusals();
            nothing_is_free();
            little_is_free();
            allocated_by_huges();
            hidden();
            a_frame_of_each_huge();
            every_fourth_frame();
            beside_close();
        }
    }
    return 0;
}
