/* SPDX-License-Identifier: MIT */
/*
 * interleave.c - a few CPUs and a few calls, in very many of the orders that their accesses can have
 *
 * Each CPU is a coroutine that runs a short script of calls on a pool where next to nothing is free. Before
 * each atomic access of the library a scheduler may let another CPU go on. It tries every schedule with up
 * to two switches beside those where a script ends (three if they are few), and then schedules at random. In
 * each of them
 *
 *  - no frame is held by two, and no call answers what its script does not allow;
 *  - a CPU that has a ticket gets a frame: there is a ticket for every frame that no CPU holds or is about to hold, so
 *    a "none" for its holder is false, and it may be told "busy" only if during each look another frame came back;
 *  - no call takes more than a bounded number of steps, whatever the others do;
 *  - in the end counts are exact and bitframe_check() finds the pool sound, so no frame is lost.
 *
 * In some of those at random one CPU stops for ever at some step. The others go on and find all this as
 * before; when they are done one of them allocates what is left, and no more than the stopped CPU was moving is
 * missing, neither then nor after bitframe_shared_begin_exclusive().
 *
 *     interleave [SCHEDULES [mutant [SCENARIO]]]
 *
 * At most so many schedules of each kind of a scenario. With `mutant` the library is broken on purpose: the
 * program succeeds if it finds that out, and says after how many schedules.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bitframe/bulk.h>
#include <bitframe/platform.h>

#include "interleave.h"
#include "random.h"
#include "room.h"

static struct world saved;
static struct room room, saved_room;
static uint64_t stops, most_lost; /* of a scenario */

static void panicked(const char *what)
{
    found(what, 0);
}

/** A CPU has stopped: is what is left all there was but what it was moving? */
static void look_after_stop(uint64_t held)
{
    uint64_t most = cpu[schedule.stopping].moves, got = 0;
    uint32_t other = schedule.stopping == 0 ? 1 : 0;
    for (uint64_t pa; (pa = bitframe_shared_alloc(shared, other)) != 0; got++) {
        if (world.owner[(pa - BASE) / FRAME] != 0)
            found("handed out what is held, after a CPU stopped", (pa - BASE) / FRAME);
        if (got > FRAMES)
            found("handed out without end", got);
    }
    stops++;
    if (FRAMES - got - held > most_lost)
        most_lost = FRAMES - got - held;
    if (got + held + most < FRAMES)
        found("after a CPU stopped more is lost than it moved", got);
    enum bitframe_invariant broken = bitframe_check(bitframe_shared_begin_exclusive(shared));
    if (broken != BITFRAME_SOUND)
        found(bitframe_get_invariant_name(broken), 1);
    if (bitframe_get_free_frames(pool) + got + held + most < FRAMES)
        found("even after the repair more is lost than it moved", bitframe_get_free_frames(pool));
    make_cpu(schedule.stopping);
}

/** Run the schedule, CPU @p first first, and look at what is left. Returns how many steps it had. */
static uint64_t run(uint32_t first)
{
    world = saved;
    room_copy(&room, &saved_room);
    steps = 0;
    schedule.given_next = 0;
    schedule.has_stopped = false;
    schedules++;
    for (uint32_t i = 0; i < cpus; i++)
        cpu[i].is_done = false;
    run_cpus(first);

    uint64_t held = 0;
    for (uint64_t i = 0; i < FRAMES; i++)
        held += world.owner[i] != 0;
    if (schedule.has_stopped) {
        look_after_stop(held);
        return steps;
    }
    if (bitframe_shared_get_free_frames(shared) != FRAMES - held)
        found("the count is wrong", bitframe_shared_get_free_frames(shared));
    enum bitframe_invariant broken = bitframe_shared_check(shared);
    if (broken != BITFRAME_SOUND)
        found(bitframe_get_invariant_name(broken), 0);
    return steps;
}

/** Every schedule with what is given and up to @p more switches behind it. */
static void explore(uint32_t first, unsigned more, uint64_t *left)
{
    uint64_t length = run(first);
    if (*left != 0)
        --*left;
    if (more == 0)
        return;
    unsigned at = schedule.given_count++;
    for (uint64_t step = at == 0 ? 0 : schedule.given[at - 1].step + 1; step < length && *left != 0; step++) {
        for (uint32_t to = 0; to < cpus && *left != 0; to++) {
            schedule.given[at].step = step;
            schedule.given[at].to = to;
            if (to != first || at != 0)
                explore(first, more - 1, left);
        }
    }
    schedule.given_count--;
}

static void set_up(const struct scenario *played)
{
    static const struct bitframe_platform platform = {.panic = panicked};
    struct bitframe_share_options options = {.policy = played->policy};
    for (options.cpus = 0; options.cpus < MOST_CPUS && played->script[options.cpus]; options.cpus++) {
    }
    playing = played;
    cpus = options.cpus;
    memset(&world, 0, sizeof(world));
    memset(is_interesting, 0, sizeof(is_interesting));
    memset(world.owner, 0xFF, sizeof(world.owner));
    (void)bitframe_set_platform(&platform);
    /* One end after the other lies against what cannot be touched. */
    static unsigned times;
    enum guarded_end end = times++ % 2 == 0 ? GUARDED_ABOVE : GUARDED_BELOW;
    room_close(&room);
    room_close(&saved_room);
    if (!room_open(&room, BASE, FRAMES, cpus, WORDS, end) ||
        !room_open(&saved_room, BASE, FRAMES, cpus, WORDS, end))
        found("setup: no room", 0);
    if (bitframe_init(pool, BASE, FRAMES * FRAME, room.metadata, room.metadata_bytes) != BITFRAME_OK ||
        bitframe_alloc_range(pool, 0, UINT64_MAX) != FRAMES ||
        bitframe_share(&shared, pool, &options, room.storage, room.storage_bytes) != BITFRAME_OK)
        found("setup: no pool", 0);
    played->setup();
    saved = world;
    room_copy(&saved_room, &room);
    for (uint32_t i = 0; i < cpus; i++)
        make_cpu(i);
}

/** Schedules of scenario @p played, @p most of each kind. */
static void explore_all(const struct scenario *played, uint64_t most)
{
    uint64_t counts[SWITCHES + 1], length;
    set_up(played);
    stops = most_lost = busy = 0;
    schedule.random_one_in = 0;
    schedule.given_count = 0;
    length = run(0);
    for (unsigned more = 1; more <= SWITCHES; more++) {
        uint64_t before = schedules;
        for (uint32_t first = 0; first < cpus; first++) {
            uint64_t left = most / cpus;
            explore(first, more, &left);
        }
        counts[more] = schedules - before;
    }
    schedule.random_state = setting("BITFRAME_SEED", 20261122);
    for (uint64_t k = 0; k < most; k++) {
        schedule.random_one_in = 1 + k % 16;
        schedule.stopping = k % 4 == 3 ? (uint32_t)(k / 4) % cpus : MOST_CPUS;
        schedule.stopping_at = next_random(&schedule.random_state) % (length / cpus + 1);
        (void)run((uint32_t)k % cpus);
    }
    schedule.stopping = MOST_CPUS;
    if (!is_mutant)
        printf("%-26s %5u %5" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %7" PRIu64
               " %5" PRIu64 " %5" PRIu64 "\n",
               played->name, cpus, length, counts[1], counts[2], counts[3], most, stops, most_lost, busy);
}

int main(int argc, char **argv)
{
    static const struct scenario *const scenarios[] = {frame_scenarios, run_scenarios};
    uint64_t most = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000;
    is_mutant = argc > 2 && strcmp(argv[2], "mutant") == 0;
    if (!is_mutant)
        printf("%-26s %5s %5s %9s %9s %9s %9s %7s %5s %5s\n", "scenario", "CPUs", "steps", "1 switch", "2",
               "3", "at random", "stopped", "lost", "busy");
    for (uint64_t few = is_mutant ? most / 64 : most; few <= most; few *= 8) {
        for (int kind = 0; kind < 2; kind++) {
            for (const struct scenario *played = scenarios[kind]; played->name; played++) {
                if (argc < 4 || strcmp(argv[3], played->name) == 0)
                    explore_all(played, few);
            }
        }
    }
    printf("%" PRIu64 " schedules%s\n", schedules, is_mutant ? ", and nothing found" : "");
    return is_mutant;
}
