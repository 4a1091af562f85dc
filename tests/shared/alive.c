/* SPDX-License-Identifier: MIT */
/*
 * alive.c - every call has an end, beside another CPU that never stops, and says what is true
 *
 * At each access of a call another CPU makes a whole pair of calls, for as long as the call goes on. It moves
 * the last free frame to and fro, or one that the call may not have, or a run, or a huge frame, or other bits of
 * the words that are claimed. Each call ends within the bound that docs/concurrency.md states. As something
 * that answers is free at every instant, none may say NONE, and while a call that is refused looks for many
 * frames the other CPU gets one each time that it asks.
 *
 * Then refusals: the first passes over the bitmap, the second does not, and after one more free the first is
 * no longer true.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "beside.h"
#include "guarded.h"
#include "huge_calls.h"
#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"
#include "shared/none.h"
#include "shared/slots.h"

#define POOL   (&beside->pool)
#define SHARED (beside->shared)

enum { GROUPS = 3, RUN = 70, PLACES = 2 };

static enum bitframe_status status;
static uint64_t at_hand, turns;

/* Another CPU's pair: what is free moves from one of two places to the other. */

static struct {
    uint64_t first[PLACES], frames;
} moved;

static void move(void)
{
    uint64_t from = moved.first[at_hand], to = moved.first[1 - at_hand];
    if (shared_free_run(SHARED, 0, pa_of(to), moved.frames) != BITFRAME_OK)
        return; /* the call under test has taken what was there */
    if (bitframe_shared_alloc_at(SHARED, 0, pa_of(from), moved.frames) != BITFRAME_OK)
        return;
    at_hand = 1 - at_hand;
    turns++;
}

/** The other CPU allocates a frame and gives it back: it must get one. */
static void alloc_and_give(void)
{
    uint64_t pa = bitframe_shared_alloc(SHARED, 1);
    if (pa == 0)
        beside_failed("another CPU is told that there is none", turns);
    if (bitframe_shared_free(SHARED, 1, pa) != BITFRAME_OK)
        beside_failed("a free is refused", pa);
    turns++;
}

/* The calls. */

static void note(enum bitframe_status got, uint64_t pa, uint64_t frames)
{
    status = got;
    if (got == BITFRAME_OK)
        beside_own(pa, frames);
}

static void request_run(struct bitframe_request request)
{
    uint64_t pa = 0;
    enum bitframe_status got = shared_alloc_run(SHARED, 0, &request, &pa);
    note(got, pa, request.frames);
}

static void request_bulk(struct bitframe_request request)
{
    static uint64_t pas[HELD_MAX];
    uint64_t allocated;
    status = bitframe_shared_alloc_bulk(SHARED, 0, &request, pas, &allocated);
    for (uint64_t i = 0; i < allocated; i++)
        beside_own(pas[i], 1);
}

static void alloc(void)
{
    uint64_t pa = bitframe_shared_alloc(SHARED, 0);
    note(pa != 0 ? BITFRAME_OK : BITFRAME_BUSY, pa, 1);
}

static void alloc_limited(void)
{
    request_run((struct bitframe_request){.frames = 1, .min_pa = BASE + FRAME});
}

static void alloc_highest(void)
{
    request_run((struct bitframe_request){.frames = 1, .flags = BITFRAME_HIGHEST});
}

static void alloc_in_zone(void)
{
    request_run((struct bitframe_request){.frames = 1, .max_pa = pa_of(GROUP)});
}

static void alloc_run(void)
{
    request_run((struct bitframe_request){.frames = RUN});
}

static void alloc_run_highest(void)
{
    request_run((struct bitframe_request){.frames = RUN, .flags = BITFRAME_HIGHEST});
}

static void alloc_huge(void)
{
    request_run((struct bitframe_request){.frames = HUGE, .align = HUGE * FRAME});
}

static void alloc_huge_highest(void)
{
    request_run((struct bitframe_request){.frames = HUGE, .align = HUGE * FRAME, .flags = BITFRAME_HIGHEST});
}

static void alloc_some(void)
{
    request_bulk((struct bitframe_request){.frames = 64, .flags = BITFRAME_PARTIAL});
}

static void alloc_all(void)
{
    request_bulk((struct bitframe_request){.frames = RUN});
}

static void alloc_more(void)
{
    request_bulk((struct bitframe_request){.frames = 2 * RUN});
}

static void alloc_many_more(void)
{
    request_bulk((struct bitframe_request){.frames = 2 * GROUP});
}

static void claim(void)
{
    note(bitframe_shared_alloc_at(SHARED, 0, pa_of(moved.first[0] & ~UINT64_C(63)), 8),
         pa_of(moved.first[0] & ~UINT64_C(63)), 8);
}

/** Frames of the pool that the bitmap says are free. */
static uint64_t count_free(void)
{
    uint64_t frames = 0;
    for (uint64_t i = 0; i < beside->words; i++)
        frames += word_count(levels_at(POOL, &POOL->frames, 0)[i]);
    return frames;
}

/* The bounds of docs/concurrency.md, for a pool with one span. */

static uint64_t bound(uint64_t frames)
{
    uint64_t words = beside->words, levels = POOL->frames.count;
    uint64_t look = 8 * words + 2 * CPUS + 6 * REFUSALS + 10 * (frames / 64 + 2) * levels;
    return LOOKS * look + TRIES * (TRIES + 64 + 40 * levels) + look;
}

/* What is free moves between these two places while the call under test goes on. */

static const struct {
    const char *name;
    void (*call)(void);
    uint64_t frames, first[PLACES];
    bool may_be_none; /* what moves does not answer the request */
} scenes[] = {
    {"alloc", alloc, 1, {5, 2 * GROUP + 70}, false},
    {"alloc, in a word", alloc, 1, {5, 6}, false},
    {"alloc with limits", alloc_limited, 1, {5, 2 * GROUP + 70}, false},
    {"alloc the highest", alloc_highest, 1, {5, 2 * GROUP + 70}, false},
    {"alloc in a zone that is full", alloc_in_zone, 1, {2 * GROUP + 5, 2 * GROUP + 70}, true},
    {"alloc a run", alloc_run, RUN, {60, 2 * GROUP + 70}, false},
    {"alloc the highest run", alloc_run_highest, RUN, {60, 2 * GROUP + 70}, false},
    {"alloc a huge frame", alloc_huge, HUGE, {HUGE, 2 * GROUP + HUGE}, false},
    {"alloc the highest huge frame", alloc_huge_highest, HUGE, {HUGE, 2 * GROUP + HUGE}, false},
    {"alloc up to 64", alloc_some, 1, {5, 2 * GROUP + 70}, false},
    {"alloc 70", alloc_all, RUN, {60, 2 * GROUP + 70}, false},
    {"alloc 140", alloc_more, RUN, {60, 2 * GROUP + 70}, true},
    {"alloc two groups", alloc_many_more, HUGE, {HUGE, 2 * GROUP + HUGE}, true},
};

static void to_and_fro(enum bitframe_policy policy, enum guarded_end end)
{
    for (size_t i = 0; i < sizeof(scenes) / sizeof(*scenes); i++) {
        beside_scene = scenes[i].name;
        beside_open(GROUPS * GROUP, policy, (int)end);
        moved.frames = scenes[i].frames;
        memcpy(moved.first, scenes[i].first, sizeof(moved.first));
        at_hand = turns = 0;
        if (shared_free_run(SHARED, 0, pa_of(moved.first[0]), moved.frames) != BITFRAME_OK)
            beside_failed("setup: cannot free", moved.first[0]);
        uint64_t accesses = beside_run_each(scenes[i].call, move, bound(moved.frames));
        if (status == BITFRAME_NONE && !scenes[i].may_be_none)
            beside_failed("a false none", turns);
        if (status != BITFRAME_OK && status != BITFRAME_NONE && status != BITFRAME_BUSY)
            beside_failed("refused otherwise", (uint64_t)status);
        printf("%-28s %-7s %6" PRIu64 " accesses, at most %6" PRIu64 ", %6" PRIu64 " pairs beside it: %s\n",
               beside_scene, policy == BITFRAME_LOCAL ? "local" : "lowest", accesses, bound(moved.frames),
               turns, bitframe_get_status_name(status));
        beside_close();
    }
}

static uint64_t steal_at, accesses_seen;
static bool has_stolen;

/** Another bit of the word that is claimed changes, and at one access a frame of the run is allocated. */
static void move_or_steal(void)
{
    if (accesses_seen++ == steal_at)
        has_stolen = bitframe_shared_alloc_at(SHARED, 0, pa_of(64 + 5), 1) == BITFRAME_OK;
    else
        move();
}

/** A claim of frames of a word that never stands still: it ends, and allocates all of them or nothing. */
static void claim_in_motion(void)
{
    for (steal_at = 0; steal_at < 2 * TRIES + 10; steal_at++) {
        beside_scene = "claim";
        beside_open(GROUPS * GROUP, BITFRAME_LOWEST, GUARDED_ABOVE);
        moved.frames = 1;
        moved.first[0] = 64 + 20;
        moved.first[1] = 64 + 30;
        at_hand = turns = accesses_seen = 0;
        has_stolen = false;
        if (shared_free_run(SHARED, 0, pa_of(64), 8) != BITFRAME_OK ||
            shared_free_run(SHARED, 0, pa_of(64 + 20), 1) != BITFRAME_OK)
            beside_failed("setup: cannot free", steal_at);
        (void)beside_run_each(claim, move_or_steal, bound(8));
        if (status != (has_stolen ? BITFRAME_IN_USE : BITFRAME_OK))
            beside_failed("a claim says", (uint64_t)status);
        if (count_free() != (has_stolen ? 8 : 1) || bitframe_shared_get_free_frames(SHARED) != count_free())
            beside_failed("free after a claim", count_free());
        beside_close();
    }
}

/** What is refused: what it costs at first, after that, and that it is granted again. */
static void refuse(const char *name, void (*call)(void), uint64_t frames, uint64_t far,
                   enum bitframe_policy policy)
{
    static const uint64_t apart = 4; /* free frames, that far from each other, in each group */
    beside_scene = name;
    beside_open(GROUPS * GROUP, policy, GUARDED_BELOW);
    for (uint64_t i = 0; i < far; i++) {
        if (shared_free_run(SHARED, 0, pa_of(GROUP + i * apart), 1) != BITFRAME_OK)
            beside_failed("setup: cannot free", i);
    }
    uint64_t first = beside_run_each(call, NULL, bound(frames));
    if (status != BITFRAME_NONE)
        beside_failed("granted", (uint64_t)status);
    uint64_t again = beside_run_each(call, NULL, 8 * (CPUS + REFUSALS) + 60 * POOL->frames.count + 300);
    if (status != BITFRAME_NONE)
        beside_failed("granted the second time", (uint64_t)status);
    if (far != 0) {
        turns = 0;
        /* The call allocates nothing that it would have to give back: there is one for another CPU at each
         * access. */
        (void)beside_run_each(call, alloc_and_give, bound(frames));
        if (status == BITFRAME_OK)
            beside_failed("granted beside another CPU", turns);
    }
    /* What answers comes back. */
    if (shared_free_run(SHARED, 0, pa_of(2 * GROUP), GROUP) != BITFRAME_OK)
        beside_failed("setup: cannot free a group", 0);
    (void)beside_run_each(call, NULL, bound(frames) + 20 * frames);
    if (status != BITFRAME_OK)
        beside_failed("still refused", (uint64_t)status);
    printf("%-28s %-7s %6" PRIu64 " accesses, again %6" PRIu64 "\n", name,
           policy == BITFRAME_LOCAL ? "local" : "lowest", first, again);
    beside_close();
}

int main(void)
{
    for (int policy = BITFRAME_LOWEST; policy <= BITFRAME_LOCAL; policy++) {
        for (int end = 0; end < GUARDED_ENDS; end++)
            to_and_fro((enum bitframe_policy)policy, (enum guarded_end)end);
        refuse("alloc a run, refused", alloc_run, RUN, 50, (enum bitframe_policy)policy);
        refuse("alloc a huge frame, refused", alloc_huge, HUGE, 50, (enum bitframe_policy)policy);
        refuse("alloc 70, refused", alloc_all, RUN, 50, (enum bitframe_policy)policy);
        refuse("alloc 140, refused", alloc_more, 2 * RUN, 50, (enum bitframe_policy)policy);
        refuse("alloc 70 of none, refused", alloc_all, RUN, 0, (enum bitframe_policy)policy);
        refuse("alloc with limits, refused", alloc_limited, 1, 0, (enum bitframe_policy)policy);
        refuse("alloc up to 64, refused", alloc_some, 64, 0, (enum bitframe_policy)policy);
    }
    claim_in_motion();
    return 0;
}
