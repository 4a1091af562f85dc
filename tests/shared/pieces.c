/* SPDX-License-Identifier: MIT */
/*
 * pieces.c - accesses of a search for a run, where memory is in pieces that nearly answer
 *
 * Every second, third, ... frame is allocated, and each run and alignment is asked for, from below and from
 * above, where nothing answers or only the far end of memory does. A search loads each word once; three
 * times for a run of 127 frames or more, for which full words are looked for; and once more if the run must
 * be aligned to more than a word. A pool with one owner searches once, a shared one by its index and then by
 * the bitmap.
 *
 *     pieces [quick]   quick: fewer patterns
 */
#include <bitframe/bulk.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "beside.h"
#include "bounds.h"
#include "guarded.h"

#define POOL   (&beside->pool)
#define SHARED (beside->shared)

enum { GROUPS = 4, FRAMES = GROUPS * GROUP, FAR = 2 * HUGE };

static bool is_shared;
static struct bitframe_request request;
static enum bitframe_status status;
static uint64_t got_pa;

/* The dearest request so far, in accesses for 100 words, by alignment up to a word or beyond, of one owner or
 * shared. */
static struct {
    uint64_t accesses, frames, align, apart;
    bool highest;
} dearest[2][2];

/* The calls, of CPU 0 or of the owner. */

static void call(void)
{
    status = is_shared ? bitframe_shared_alloc_run(SHARED, 0, &request, &got_pa)
                       : bitframe_alloc_run(POOL, &request, &got_pa);
}

static bool free_run(uint64_t pa, uint64_t frames)
{
    return (is_shared ? bitframe_shared_free_run(SHARED, 0, pa, frames)
                      : bitframe_free_run(POOL, pa, frames)) == BITFRAME_OK;
}

static bool claim(uint64_t frame)
{
    return (is_shared ? bitframe_shared_alloc_at(SHARED, 0, pa_of(frame), 1)
                      : bitframe_alloc_at(POOL, pa_of(frame), 1)) == BITFRAME_OK;
}

static void alloc_range(uint64_t first_pa, uint64_t end_pa)
{
    (void)(is_shared ? bitframe_shared_alloc_range(SHARED, 0, first_pa, end_pa)
                     : bitframe_alloc_range(POOL, first_pa, end_pa));
}

static void must(bool succeeded, const char *what)
{
    if (!succeeded)
        beside_failed(what, request.frames);
}

/** Loads of each word that a search may cost, of which a shared pool makes two. */
static uint64_t loads(void)
{
    return (request.frames >= 127 ? 3 : 1) + (request.align > 64 * FRAME);
}

static void ask(uint64_t apart, bool is_granted)
{
    uint64_t small = is_shared ? bound_small() : 80;
    uint64_t words = beside->words * (is_shared ? 2 : 1);
    uint64_t accesses = beside_run_each(call, NULL, loads() * words + small);
    bool is_far = request.align > 64 * FRAME;
    if (accesses > dearest[is_shared][is_far].accesses) {
        dearest[is_shared][is_far].accesses = accesses;
        dearest[is_shared][is_far].frames = request.frames;
        dearest[is_shared][is_far].align = request.align / FRAME;
        dearest[is_shared][is_far].apart = apart;
        dearest[is_shared][is_far].highest = request.flags != 0;
    }
    if (is_granted)
        must(status == BITFRAME_OK, "refused");
    if (status == BITFRAME_OK)
        must(free_run(got_pa, request.frames), "cannot be given back");
}

/** Of every @p apart frames the one at @p phase is allocated, and no refusal is remembered. */
static void cut(uint64_t apart, uint64_t phase)
{
    alloc_range(0, UINT64_MAX);
    must(free_run(pa_of(0), FRAMES), "setup: cannot free");
    for (uint64_t frame = phase; frame < FRAMES; frame += apart)
        must(claim(frame), "setup: cannot claim");
}

/** The end of memory that is searched last becomes free, or as it was. */
static void open_far_end(uint64_t apart, uint64_t phase, bool is_open)
{
    uint64_t first = request.flags != 0 ? 0 : FRAMES - FAR;
    alloc_range(pa_of(first), pa_of(first + FAR));
    must(free_run(pa_of(first), FAR), "setup: cannot free");
    for (uint64_t frame = first; frame < first + FAR && !is_open; frame++)
        must(frame % apart != phase || claim(frame), "setup: claim");
}

static void ask_for_all(uint64_t apart, uint64_t phase)
{
    for (uint64_t flags = 0; flags <= BITFRAME_HIGHEST; flags += BITFRAME_HIGHEST) {
        request.flags = (uint32_t)flags;
        for (int is_open = 0; is_open < 2; is_open++) {
            for (uint64_t align = 1; align <= HUGE; align *= 2) {
                for (uint64_t frames = 1; frames <= 300; frames += frames < 9 ? 1 : frames / 6) {
                    /* Frames have come back since, so no refusal holds. */
                    if (is_shared || (align | frames) == 1)
                        open_far_end(apart, phase, is_open);
                    request.align = align * FRAME;
                    request.frames = frames;
                    ask(apart, is_open);
                }
            }
            open_far_end(apart, phase, false);
        }
    }
}

int main(int argc, char **argv)
{
    bool quick = argc > 1 && strcmp(argv[1], "quick") == 0;
    static const uint64_t aparts[] = {2, 3, 4, 5, 8, 9, 16, 17, 32, 33, 64, 65, 100, 130, 150, 300};
    beside_scene = "memory in pieces";
    beside_open(FRAMES, BITFRAME_LOWEST, GUARDED_ABOVE);
    for (int owners = 0; owners < 2; owners++) {
        is_shared = owners == 0;
        if (!is_shared)
            (void)bitframe_shared_begin_exclusive(SHARED);
        for (size_t i = 0; i < sizeof(aparts) / sizeof(*aparts); i += quick ? 5 : 1) {
            uint64_t phases = aparts[i] < 9 ? aparts[i] : 4;
            for (uint64_t phase = 0; phase < phases; phase++) {
                cut(aparts[i], aparts[i] - 1 - phase);
                ask_for_all(aparts[i], aparts[i] - 1 - phase);
            }
        }
        for (int is_far = 0; is_far < 2; is_far++)
            printf("%s, %s: %" PRIu64 " accesses for %" PRIu64 " words, where of each %" PRIu64
                   " frames one is allocated, for the %s run of %" PRIu64 " aligned to %" PRIu64 "\n",
                   is_shared ? "shared" : "one owner",
                   is_far ? "aligned to more" : "aligned to a word at most",
                   dearest[is_shared][is_far].accesses, beside->words, dearest[is_shared][is_far].apart,
                   dearest[is_shared][is_far].highest ? "highest" : "lowest",
                   dearest[is_shared][is_far].frames, dearest[is_shared][is_far].align);
    }
    beside_close();
    return 0;
}
