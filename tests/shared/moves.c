/* SPDX-License-Identifier: MIT */
/*
 * moves.c - accesses of calls that are told which frames: frees, claims, ranges, and the count
 *
 * Alone, on pools of 1 to 4096 segments for 2 to 4096 CPUs; and beside another CPU that acts at their
 * accesses, always in one way or in a random one. It allocates what is free and gives it back: frames of the same
 * word, huge frame and group, of other groups, huge frames, and what the call has just freed. Each call stays
 * within the bounds of docs/concurrency.md, and no frame is lost.
 *
 *     moves [quick]   quick: fewer random ways
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "beside.h"
#include "bounds.h"
#include "guarded.h"
#include "huge_calls.h"
#include "random.h"

#define SHARED (beside->shared)

enum { GROUPS = 65, LONGEST = 3 * HUGE }; /* four levels */

/* The frames that a call is told, how many of them it moved, and whether it refused. */
static uint64_t first, frames, done;
static bool refused;

static void noted(enum bitframe_status status)
{
    refused = status != BITFRAME_OK;
    done = refused ? 0 : frames;
}

static void free_one(void)
{
    noted(bitframe_shared_free(SHARED, 0, pa_of(first)));
}

static void free_run(void)
{
    noted(shared_free_run(SHARED, 0, pa_of(first), frames));
}

static void free_bulk(void)
{
    static uint64_t pas[LONGEST];
    for (uint64_t i = 0; i < frames; i++)
        pas[i] = pa_of(first + frames - 1 - i); /* none follows the one before it */
    refused = bitframe_shared_free_bulk(SHARED, 0, pas, frames, 0, &done) != BITFRAME_OK;
}

static void claim(void)
{
    noted(bitframe_shared_alloc_at(SHARED, 0, pa_of(first), frames));
}

static void alloc_range(void)
{
    done = bitframe_shared_alloc_range(SHARED, 0, pa_of(first), pa_of(first + frames));
    refused = done == 0;
}

static void count(void)
{
    (void)bitframe_shared_get_free_frames(SHARED);
    done = 0;
    refused = false;
}

static const struct {
    const char *name;
    void (*call)(void);
    enum moved kind;
    bool allocs;
} calls[] = {
    {"free one", free_one, MOVED_FREE, false},           {"free a run", free_run, MOVED_FREE_RUN, false},
    {"free in bulk", free_bulk, MOVED_FREE_BULK, false}, {"claim", claim, MOVED_CLAIM, true},
    {"alloc a range", alloc_range, MOVED_RANGE, true},   {"count", count, MOVED_COUNT, false},
};
enum { CALLS = sizeof(calls) / sizeof(*calls) };

static struct {
    uint64_t accesses, bound;
} nearest[CALLS][BESIDE + 1];

static void must(bool is_so, const char *what)
{
    if (!is_so)
        beside_failed(what, first);
}

static void must_free(uint64_t from, uint64_t length)
{
    must(shared_free_run(SHARED, 0, pa_of(from), length) == BITFRAME_OK, "setup: cannot free");
}

static uint64_t words_of(enum moved kind)
{
    return kind == MOVED_FREE_BULK ? frames : (first + frames - 1) / 64 - first / 64 + 1;
}

/** Run call @p i within its bound. */
static void play(size_t i, void (*other)(void), enum motion motion)
{
    beside_scene = calls[i].name;
    uint64_t bound = bound_of_move(calls[i].kind, motion, words_of(calls[i].kind));
    uint64_t accesses = beside_run_each(calls[i].call, other, bound);
    if (accesses * nearest[i][motion].bound >= nearest[i][motion].accesses * bound) {
        nearest[i][motion].accesses = accesses;
        nearest[i][motion].bound = bound;
    }
}

/* Alone. */

/** Frames are allocated; or they are free, and all else of the huge frame is as they are. */
static void play_alone(uint64_t from, uint64_t length)
{
    first = from;
    frames = length;
    for (size_t i = 0; i < CALLS; i++) {
        if (calls[i].kind == MOVED_FREE && frames != 1)
            continue;
        if (calls[i].allocs)
            must_free(first, frames);
        play(i, NULL, DONE);
        must(!refused && (done == frames || calls[i].kind == MOVED_COUNT), "refused");
        if (calls[i].kind != MOVED_COUNT) {
            play(i, NULL, NOT_DONE);
            must(refused, "done a second time");
        }
        if (!calls[i].allocs && calls[i].kind != MOVED_COUNT)
            must(bitframe_shared_alloc_at(SHARED, 0, pa_of(first), frames) == BITFRAME_OK,
                 "setup: cannot claim");
    }
}

static void alloc_all(void)
{
    done = bitframe_shared_alloc_range(SHARED, 0, 0, UINT64_MAX);
}

/** All spans at once: an access for each span more. */
static void range_of_all(uint64_t segments)
{
    beside_scene = "alloc all";
    (void)bitframe_shared_alloc_range(SHARED, 0, 0, UINT64_MAX);
    for (uint64_t i = 0; i < segments; i++)
        must_free(span_first(i), span_frames(i));
    (void)beside_run_each(alloc_all, NULL, segments + bound_of_move(MOVED_RANGE, DONE, beside->words));
    must(done == beside->frames, "not all were allocated");
    (void)beside_run_each(alloc_all, NULL, segments + bound_of_move(MOVED_RANGE, NOT_DONE, beside->words));
    must(done == 0, "allocated twice");
}

static void alone(uint64_t segments, uint32_t cpus, enum bitframe_policy policy)
{
    beside_open_spans(segments, cpus, policy);
    for (int is_open = 0; is_open < 2; is_open++) {
        for (uint64_t i = segments > 8 ? segments - 8 : 0; i < segments; i++) {
            uint64_t length = span_frames(i);
            play_alone(span_first(i), 1);
            play_alone(span_first(i) + length - 1, 1);
            play_alone(span_first(i), length);
            play_alone(span_first(i) + length / 3, length - length / 3);
        }
        for (uint64_t i = 0; i + 8 < segments && !is_open; i += 3)
            must_free(span_first(i), 1);
    }
    range_of_all(segments);
    beside_close();
}

/* Beside another CPU. What it took in one of its ways it gives back when it comes by that way again. */

enum { WAYS = 9 };

static struct {
    uint64_t pa, frames; /* held; 0 if nothing */
} held[WAYS];
static uint64_t random_state, only_way;

/** Where way @p way claims a run, and how long it is. */
static void place_of(uint64_t way, uint64_t *from, uint64_t *length)
{
    const struct {
        uint64_t from, length;
    } places[WAYS] = {
        {first, 1},                                               /* what the call moves */
        {first + frames - 1, 1},                                  /* the last of it */
        {first + frames, 1},                                      /* beside it */
        {first / HUGE * HUGE + (first + HUGE / 2) % HUGE, 1},     /* the same huge frame */
        {first / GROUP * GROUP + (first + GROUP / 2) % GROUP, 1}, /* the same group */
        {(first + 2 * GROUP) % beside->frames, 1},                /* another group */
        {first / HUGE * HUGE, HUGE},                              /* the huge frame */
    };
    *from = places[way].from, *length = places[way].length;
}

static void act_in(uint64_t way)
{
    if (held[way].frames != 0) {
        must(shared_free_run(SHARED, 0, held[way].pa, held[way].frames) == BITFRAME_OK, "a free is refused");
        held[way].frames = 0;
        return;
    }
    uint64_t pa, from, length;
    if (way == WAYS - 1) { /* any frame, or any huge frame */
        pa = bitframe_shared_alloc(SHARED, 1);
        held[way].frames = pa != 0;
    } else if (way == WAYS - 2) {
        const struct bitframe_request request = {.frames = HUGE, .align = HUGE * FRAME};
        held[way].frames = shared_alloc_run(SHARED, 0, &request, &pa) == BITFRAME_OK ? HUGE : 0;
    } else {
        place_of(way, &from, &length);
        pa = pa_of(from);
        held[way].frames = bitframe_shared_alloc_at(SHARED, 0, pa, length) == BITFRAME_OK ? length : 0;
    }
    held[way].pa = pa;
}

static void act(void)
{
    uint64_t way = only_way <= WAYS ? only_way : next_random(&random_state) % (WAYS + 2);
    if (way < WAYS)
        act_in(way);
}

/** Free before a call: only what it takes; its huge frames but for what it frees; or a group more. */
enum state { FULL, HUGES, OPEN, STATES };

static void play_beside(size_t i, enum state state)
{
    uint64_t from = first / HUGE * HUGE, end = (first + frames + HUGE - 1) / HUGE * HUGE;
    if (state == FULL && calls[i].allocs)
        must_free(first, frames);
    if (state != FULL)
        must_free(from, end - from);
    if (state == OPEN)
        must_free((first / GROUP + 2) * GROUP % beside->frames, GROUP);
    if (state != FULL && !calls[i].allocs && calls[i].kind != MOVED_COUNT)
        must(bitframe_shared_alloc_at(SHARED, 0, pa_of(first), frames) == BITFRAME_OK, "setup: cannot claim");
    uint64_t open = bitframe_shared_get_free_frames(SHARED);
    play(i, only_way == WAYS ? NULL : act, only_way == WAYS ? DONE : BESIDE); /* at first nothing acts */
    must(!refused || calls[i].allocs, "a free is refused");
    open = calls[i].allocs ? open - done : open + done;
    for (uint64_t way = 0; way < WAYS; way++) {
        if (held[way].frames != 0)
            act_in(way);
    }
    must(bitframe_shared_get_free_frames(SHARED) == open, "frames were lost: counted");
    must(bitframe_shared_alloc_range(SHARED, 0, 0, UINT64_MAX) == open, "frames were lost");
}

static void beside_another(enum bitframe_policy policy, uint64_t rounds)
{
    static const uint64_t lengths[] = {1, 2, 64, 200, HUGE, HUGE + 70, LONGEST};
    beside_open(GROUPS * GROUP, policy, GUARDED_ABOVE);
    for (size_t l = 0; l < sizeof(lengths) / sizeof(*lengths); l++) {
        frames = lengths[l];
        for (size_t i = 0; i < CALLS; i++) {
            if (calls[i].kind == MOVED_FREE && frames != 1)
                continue;
            uint64_t dear = frames < 65 ? 1 : 10; /* a call of many words has many accesses to act at */
            for (uint64_t round = 0; round < STATES * (WAYS + 1 + rounds / dear); round++) {
                enum state state = (enum state)(round % STATES);
                only_way = round / STATES;
                random_state = round + 1;
                first = (round % 2 == 0 ? GROUPS / 2 : GROUPS - 1) * GROUP + (frames % HUGE == 0 ? 0 : 61);
                play_beside(i, state);
            }
        }
    }
    beside_close();
}

int main(int argc, char **argv)
{
    bool quick = argc > 1 && strcmp(argv[1], "quick") == 0;
    static const uint64_t segments[] = {1, 3, 64, SPANS_MAX};
    static const uint32_t cpus[] = {2, 64, 256, 4096};
    static const char *const motions[] = {"done", "not done", "beside another CPU"};
    for (int policy = BITFRAME_LOWEST; policy <= BITFRAME_LOCAL; policy++) {
        for (size_t s = 0; s < sizeof(segments) / sizeof(*segments); s++) {
            for (size_t c = 0; c < sizeof(cpus) / sizeof(*cpus); c += quick ? 3 : 1)
                alone(segments[s], cpus[c], (enum bitframe_policy)policy);
        }
        beside_another((enum bitframe_policy)policy, quick ? 30 : 500);
    }
    for (size_t i = 0; i < CALLS; i++) {
        for (int motion = DONE; motion <= BESIDE; motion++) {
            if (nearest[i][motion].bound != 0)
                printf("%-14s %-20s %6" PRIu64 " accesses, at most %6" PRIu64 "\n", calls[i].name,
                       motions[motion], nearest[i][motion].accesses, nearest[i][motion].bound);
        }
    }
    return 0;
}
