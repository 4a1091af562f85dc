/* SPDX-License-Identifier: MIT */
/*
 * edges.c - calls that meet on pools that are ragged at every level, in memory between pages that cannot be
 * touched
 *
 * Each call is played with each other one at each of its accesses, on pools whose number of words is no
 * multiple of 64 at any level above the first, with two to five levels. Next to nothing is free, so that
 * words become 0 under searches, in the last group above all. No call may get a frame that is held, and in
 * the end what was free is free again.
 *
 *     edges [quick]   quick: pools of up to three levels, and one policy of the others
 */
#include <bitframe/check.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beside.h"
#include "guarded.h"
#include "huge_calls.h"
#include "random.h"

#define SHARED (beside->shared)

/* The calls. They allocate; what they got is given back at the end of a scene. */

static void alloc(void)
{
    uint64_t pa = bitframe_shared_alloc(SHARED, 0);
    if (pa != 0)
        beside_own(pa, 1);
}

static void alloc_run(uint64_t frames, uint64_t align, uint64_t min_pa, uint32_t flags)
{
    const struct bitframe_request request = {
        .frames = frames, .align = align, .min_pa = min_pa, .flags = flags};
    uint64_t pa;
    if (shared_alloc_run(SHARED, 0, &request, &pa) == BITFRAME_OK)
        beside_own(pa, frames);
}

static void alloc_high(void)
{
    alloc_run(1, 0, 0, BITFRAME_HIGHEST);
}

static void alloc_limited(void)
{
    alloc_run(1, 0, BASE + FRAME, 0);
}

static void alloc_two(void)
{
    alloc_run(2, 0, 0, 0);
}

static void alloc_two_high(void)
{
    alloc_run(2, 0, 0, BITFRAME_HIGHEST);
}

static void alloc_many(void)
{
    alloc_run(200, 0, 0, 0);
}

static void alloc_huge(void)
{
    alloc_run(HUGE, HUGE * FRAME, 0, 0);
}

static void alloc_huges(void)
{
    alloc_run(2 * HUGE, HUGE * FRAME, 0, 0);
}

static void alloc_bulk(uint64_t frames, uint32_t flags)
{
    const struct bitframe_request request = {.frames = frames, .flags = flags};
    uint64_t pas[64], allocated;
    if (bitframe_shared_alloc_bulk(SHARED, 0, &request, pas, &allocated) != BITFRAME_OK)
        allocated = 0;
    for (uint64_t i = 0; i < allocated; i++)
        beside_own(pas[i], 1);
}

static void alloc_some(void)
{
    alloc_bulk(64, BITFRAME_PARTIAL);
}

static void alloc_some_high(void)
{
    alloc_bulk(64, BITFRAME_PARTIAL | BITFRAME_HIGHEST);
}

static void alloc_all(void)
{
    alloc_bulk(64, 0);
}

static void claim(void)
{
    if (bitframe_shared_alloc_at(SHARED, 0, pa_of(beside->free_first), beside->free_frames) == BITFRAME_OK)
        beside_own(pa_of(beside->free_first), beside->free_frames);
}

static void alloc_range(void)
{
    /* Which ones were there is not known: all that are free, so a frame at a time. */
    uint64_t pa = pa_of(beside->free_first);
    if (bitframe_shared_alloc_range(SHARED, 0, pa, pa + FRAME) != 0)
        beside_own(pa, 1);
}

/** A frame comes and goes: of the last group, and of the first. */
static void come_and_go(uint64_t frame)
{
    enum bitframe_status status = bitframe_shared_free(SHARED, 1, pa_of(frame));
    if (status == BITFRAME_DOUBLE_FREE)
        return; /* the other call is just doing the same */
    if (status != BITFRAME_OK)
        beside_failed("a free is refused", frame);
    uint64_t pa = bitframe_shared_alloc(SHARED, 1);
    if (pa == pa_of(frame))
        return;
    /* Another one was nearer: then this one is to be taken back. */
    if (pa != 0)
        beside_own(pa, 1);
    if (bitframe_shared_alloc_at(SHARED, 0, pa_of(frame), 1) != BITFRAME_OK && !beside_holds(frame))
        beside_failed("a frame is lost", frame);
}

static void come_and_go_last(void)
{
    come_and_go(beside->frames - 70);
}

static void come_and_go_first(void)
{
    come_and_go(77);
}

static const struct {
    const char *name;
    void (*run)(void);
} calls[] = {
    {"alloc", alloc},
    {"alloc the highest", alloc_high},
    {"alloc with limits", alloc_limited},
    {"alloc 2", alloc_two},
    {"alloc the highest 2", alloc_two_high},
    {"alloc 200", alloc_many},
    {"alloc a huge frame", alloc_huge},
    {"alloc two huge frames", alloc_huges},
    {"alloc up to 64", alloc_some},
    {"alloc up to 64, highest", alloc_some_high},
    {"alloc 64", alloc_all},
    {"claim", claim},
    {"alloc a range", alloc_range},
    {"a frame comes and goes", come_and_go_last},
    {"the first comes and goes", come_and_go_first},
};

enum { CALLS = sizeof(calls) / sizeof(*calls) };

static uint64_t scenes, random_state = 1;

/** The first accesses of a call are played one by one; a pass over the bitmap behind them by samples. */
enum { EVERY = 90 };

static void play(size_t call, size_t other)
{
    uint64_t step = beside->words / 6 + 1;
    char name[100];
    snprintf(name, sizeof(name), "%s beside %s", calls[call].name, calls[other].name);
    beside_scene = name;
    for (uint64_t at = 0; beside_run_once(calls[call].run, calls[other].run, at);
         at += at < EVERY ? 1 : step) {
        scenes++;
        beside_give_back();
        if (bitframe_shared_get_free_frames(SHARED) != beside->free_frames)
            beside_failed("free in the end", bitframe_shared_get_free_frames(SHARED));
    }
    beside_give_back();
}

static void play_all(uint64_t frames, enum bitframe_policy policy, enum guarded_end end, uint64_t one_in)
{
    /* One frame, two words of the last group, and a huge frame of it: at the very end, and further down. */
    const struct {
        uint64_t first, frames;
    } states[] = {
        {frames - 100, 1},
        {frames - 64, 64},
        {frames / HUGE * HUGE - 2 * HUGE, HUGE},
        {frames / 2, 3},
    };
    beside_open(frames, policy, end);
    for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
        beside->free_first = states[i].first;
        beside->free_frames = states[i].frames;
        if (shared_free_run(SHARED, 0, pa_of(beside->free_first), beside->free_frames) != BITFRAME_OK)
            beside_failed("setup: cannot free", beside->free_first);
        for (size_t call = 0; call < CALLS; call++) {
            for (size_t other = 0; other < CALLS; other++) {
                if (next_random(&random_state) % one_in == 0)
                    play(call, other);
            }
        }
        if (bitframe_shared_alloc_at(SHARED, 0, pa_of(beside->free_first), beside->free_frames) !=
            BITFRAME_OK)
            beside_failed("what was free is not", beside->free_first);
    }
    enum bitframe_invariant broken = bitframe_shared_check(SHARED);
    if (broken != BITFRAME_SOUND)
        beside_failed(bitframe_get_invariant_name(broken), (uint64_t)broken);
    beside_close();
}

int main(int argc, char **argv)
{
    bool quick = argc > 1 && strcmp(argv[1], "quick") == 0;
    static const uint64_t groups[] = {1, 3, 65, 3 * 64 + 5, 64 * 64 + 1};
    size_t count = sizeof(groups) / sizeof(*groups);
    for (size_t i = 0; i < count; i++) {
        for (unsigned kind = 0; kind < 4; kind++) {
            enum guarded_end end = kind % 2 == 0 ? GUARDED_ABOVE : GUARDED_BELOW;
            enum bitframe_policy policy = kind / 2 == 0 ? BITFRAME_LOCAL : BITFRAME_LOWEST;
            uint64_t before = scenes;
            if (quick && (i + 1 == count || (i > 1 && kind != i % 4)))
                continue;
            /* The last word of the bitmap is not all frames either. */
            play_all(groups[i] * GROUP - 37, policy, end, i + 1 == count ? 16 : 1);
            printf("%5" PRIu64 " groups, policy %d, guarded %s: %" PRIu64 " scenes\n", groups[i], (int)policy,
                   end == GUARDED_ABOVE ? "above" : "below", scenes - before);
            fflush(stdout);
        }
    }
    return 0;
}
