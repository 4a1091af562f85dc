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

#include "bounds.h"
#include "costs.h"
#include "guarded.h"
#include "huge_calls.h"

enum bitframe_status status;
uint64_t got_pa, got_frames, pas[64];

void request_run(const struct bitframe_request *request)
{
    status = shared_alloc_run(SHARED, 0, request, &got_pa);
    got_frames = status == BITFRAME_OK ? request->frames : 0;
}

void run_of(uint64_t frames, uint64_t align, uint64_t max_pa)
{
    request_run(&(struct bitframe_request){.frames = frames, .align = align, .max_pa = max_pa});
}

void check(const char *what, uint64_t accesses, uint64_t most)
{
    beside_scene = what;
    if (accesses > most)
        beside_failed("accesses, of so many at most", accesses);
    printf("    %-48s %9" PRIu64 " accesses, at most %9" PRIu64 "\n", what, accesses, most);
}

void granted(const char *what, void (*call)(void), bool is_bulk)
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
                                            : shared_free_run(SHARED, 0, got_pa, got_frames);
        if (back != BITFRAME_OK || freed == 0)
            beside_failed("cannot be given back", (uint64_t)back);
    }
    check(what, most, bound_small());
}

void refused_by(const char *what, void (*call)(void), uint64_t words)
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

void refused(const char *what, void (*call)(void), uint64_t passes)
{
    refused_by(what, call, passes * beside->words);
}

void must_free(uint64_t first, uint64_t frames)
{
    if (shared_free_run(SHARED, 0, pa_of(first), frames) != BITFRAME_OK)
        beside_failed("setup: cannot free", first);
}

void must_claim(uint64_t first, uint64_t frames)
{
    if (bitframe_shared_alloc_at(SHARED, 0, pa_of(first), frames) != BITFRAME_OK)
        beside_failed("setup: cannot claim", first);
}

/* What moves frames whose place is known: by words. */

static uint64_t moved_first, moved_frames;

static void free_run(void)
{
    status = shared_free_run(SHARED, 0, pa_of(moved_first), moved_frames);
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
        move("allocate it by its range", alloc_range, words * (4 + 4 * levels) + 40);
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
            costs_of_zones();
            costs_of_searches();
            beside_close();
        }
    }
    return 0;
}
