/* SPDX-License-Identifier: MIT */
/*
 * stress.c - many threads on a small pool, so that they meet all the time
 *
 * Each thread allocates and gives back frames at random, in every way that the mix has. A ledger with an owner
 * for each frame catches a frame that two have. Tickets catch a false "none": who has a ticket has one free
 * frame coming to it at every instant, so an allocation that answers "none" has lied. From time to time all stop,
 * and then the pool must be sound and the count exact; in the end every frame must be to be had.
 *
 *     stress [OPTION=VALUE]...
 *
 *     mix      single, any_way, everything or mistakes: see stress.h
 *     threads, frames, policy (as of bitframe_share()), seed
 *     calls    about as many of each thread, or, if there are none, as many as fit in `seconds`
 *     rounds   how often all stop meanwhile
 *     tickets  1: who takes must have a ticket for each frame: no request for one may fail
 *     map      1: memory has holes and reservations
 *     wrong    1: CPU numbers are random
 *     signals  1: interrupts make calls too
 *     shake    one atomic access in so many takes longer (in programs that can)
 *     must     events that must happen, separated by commas: see event_names. If need be it takes longer.
 */
#include <bitframe/check.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cpu.h"
#include "guarded.h"
#include "stress.h"

enum { PATIENCE = 50 }; /* times as many rounds as asked for, until all has happened that must */

struct settings set = {.threads = 4,
                       .calls = 200000,
                       .rounds = 8,
                       .frames = 3 * 512 + 100,
                       .policy = BITFRAME_LOCAL,
                       .mix = EVERYTHING,
                       .shake = 64};

const char *const mix_names[MIXES] = {"single", "any_way", "everything", "mistakes"};
static const char *const event_names[EVENTS] = {
    "none",        "busy",        "run",       "huge",     "no_run",    "claimed",    "in_use",
    "fewer",       "swept",       "wrong_cpu", "no_cpu",   "unmanaged", "misaligned", "reserved",
    "double_free", "second_free", "interrupt", "lost_bit", "rollback",
};

struct bitframe pool;
struct bitframe_shared *shared;
uint8_t kinds[FRAMES_MAX];
uint64_t usable;
_Atomic(int64_t) tickets;
_Atomic(uint64_t) swept;
_Atomic(uint64_t) given_back;

static struct worker workers[WORKERS_MAX]; /* and their interrupts behind them */
static uint64_t worker_count;
static bool is_over;         /* written while all wait */
static uint64_t frozen_live; /* likewise */
static struct timespec start;

_Noreturn void fail(const char *what, uint64_t pa, uint64_t number)
{
    fprintf(stderr, "stress: %s: PA %#" PRIx64 ", %" PRIu64 " (mix %s, seed %" PRIu64 ")\n", what, pa, number,
            mix_names[set.mix], set.seed);
    (void)fflush(stderr);
    _exit(1); /* perhaps in a signal handler */
}

/* Setting up. */

static uint64_t read_events(const char *names)
{
    uint64_t events = 0;
    while (*names) {
        size_t length = strcspn(names, ",");
        uint64_t event = 0;
        while (event < EVENTS &&
               (strlen(event_names[event]) != length || memcmp(names, event_names[event], length) != 0))
            event++;
        if (event == EVENTS)
            fail("no such event", 0, length);
        events |= UINT64_C(1) << event;
        names += length + (names[length] == ',');
    }
    return events;
}

static void read_option(const char *argument)
{
    const struct {
        const char *name;
        uint64_t *value;
    } options[] = {
        {"threads", &set.threads}, {"calls", &set.calls},     {"rounds", &set.rounds},
        {"seconds", &set.seconds}, {"frames", &set.frames},   {"seed", &set.seed},
        {"policy", &set.policy},   {"map", &set.map},         {"tickets", &set.tickets},
        {"wrong", &set.wrong},     {"signals", &set.signals}, {"shake", &set.shake},
    };
    const char *value = strchr(argument, '=');
    size_t length = value ? (size_t)(value - argument) : 0;
    for (size_t i = 0; value && i < sizeof(options) / sizeof(options[0]); i++) {
        if (strlen(options[i].name) == length && memcmp(argument, options[i].name, length) == 0) {
            *options[i].value = strtoull(value + 1, 0, 0);
            return;
        }
    }
    if (value && strncmp(argument, "must=", 5) == 0) {
        set.must = read_events(value + 1);
        return;
    }
    for (uint64_t i = 0; value && strncmp(argument, "mix=", 4) == 0 && i < MIXES; i++) {
        if (strcmp(value + 1, mix_names[i]) == 0) {
            set.mix = i;
            return;
        }
    }
    fprintf(stderr, "stress: what is %s?\n", argument);
    exit(2);
}

static struct {
    void *memory;
    uint64_t bytes;
} kept[2];
static int kept_count;

/** Memory for the pool, with what cannot be touched at one end or the other. */
static void *aligned(uint64_t bytes, uint64_t alignment)
{
    void *memory = guarded_open(bytes, alignment, set.frames % 2 == 0 ? GUARDED_ABOVE : GUARDED_BELOW);
    kept[kept_count].memory = memory;
    kept[kept_count++].bytes = bytes;
    return memset(memory, 0xA5, bytes);
}

static void add(struct bitframe_map *map, enum bitframe_map_kind kind, uint64_t first, uint64_t frames)
{
    must(bitframe_map_add(map, kind, (BASE + first) * FRAME, frames * FRAME), "a map", first);
}

/** Note the kind of each frame of @p view. */
static void note_kinds(const struct bitframe_map *map, enum bitframe_map_view view, enum kind kind)
{
    struct bitframe_map_run run;
    for (uint64_t frame = 0; bitframe_map_next(map, view, &frame, &run);)
        memset(kinds + (run.first_pa / FRAME - BASE), kind, run.frames);
}

static void make_pool(void)
{
    static struct bitframe_map_range ranges[16];
    struct bitframe_map map;
    must(bitframe_map_init(&map, ranges, sizeof(ranges) / sizeof(ranges[0])), "a map", 0);
    add(&map, BITFRAME_MAP_RAM, 0, set.frames);
    if (set.map) {
        /* A hole of two frames, one that is more than a huge frame if there is room for it, and reservations. */
        add(&map, BITFRAME_MAP_HOLE, set.frames / 4, 2);
        add(&map, BITFRAME_MAP_HOLE, set.frames / 2, set.frames / 3);
        add(&map, BITFRAME_MAP_RESERVED, set.frames / 8, 1 + set.frames / 100);
        add(&map, BITFRAME_MAP_RESERVED, set.frames * 7 / 8, 1 + set.frames / 50);
    }
    uint64_t bytes;
    must(bitframe_map_get_metadata_bytes(&map, &bytes), "a map", 0);
    must(bitframe_init_map(&pool, &map, aligned(bytes, BITFRAME_METADATA_ALIGN), bytes), "init", 0);
    note_kinds(&map, BITFRAME_MAP_VIEW_FREE, USABLE);
    note_kinds(&map, BITFRAME_MAP_VIEW_RESERVED, IN_RESERVATION);
    usable = bitframe_get_free_frames(&pool);

    struct bitframe_share_options options = {.policy = (enum bitframe_policy)set.policy,
                                             .cpus = (uint32_t)set.threads};
    bytes = bitframe_get_share_bytes(&pool, options.cpus);
    must(bitframe_share(&shared, &pool, &options, aligned(bytes, BITFRAME_SHARE_ALIGN), bytes), "share", 0);
}

/* Running. */

static uint64_t seconds_gone(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)(now.tv_sec - start.tv_sec);
}

static void must_be_sound(uint64_t when)
{
    enum bitframe_invariant broken = bitframe_shared_check(shared);
    if (broken != BITFRAME_SOUND)
        fail(bitframe_get_invariant_name(broken), 0, when);
}

/** What has happened so far, while nobody makes it happen. */
static void count_events(uint64_t *calls, uint64_t events[EVENTS])
{
    *calls = 0;
    memset(events, 0, EVENTS * sizeof(events[0]));
    for (uint64_t i = 0; i < worker_count; i++) {
        *calls += workers[i].calls;
        for (int event = 0; event < EVENTS; event++)
            events[event] += workers[i].events[event];
    }
}

/** Whether all happened that must. */
static bool is_complete(const uint64_t events[EVENTS])
{
    for (int event = 0; event < EVENTS; event++) {
        if ((set.must >> event & 1) != 0 && events[event] == 0)
            return false;
    }
    return true;
}

/** Whether it is time to end. A machine that is slow or busy gets more rounds if something is missing yet. */
static bool is_time(uint64_t round)
{
    uint64_t calls, events[EVENTS];
    bool is_due = set.seconds != 0 ? seconds_gone() >= set.seconds : round + 1 >= set.rounds;
    count_events(&calls, events);
    return is_due && (is_complete(events) || round + 1 >= PATIENCE * set.rounds);
}

/** While all wait: is everything as it should be? */
static void audit(uint64_t round)
{
    uint64_t live = 0;
    for (uint64_t i = 0; i < worker_count; i++) {
        for (uint64_t j = 0; j < workers[i].live_count; j++)
            live += workers[i].live[j].frames;
    }
    uint64_t free_frames = bitframe_shared_get_free_frames(shared);
    if (free_frames != usable - live - atomic_load(&swept))
        fail("the count is wrong", 0, free_frames);
    must_be_sound(round);
    if (set.mix >= EVERYTHING)
        reclaim_swept(&workers[0]);
    if (set.mix >= MISTAKES)
        ledger_freeze();
    frozen_live = live;
    atomic_store(&tickets, (int64_t)(usable - live));
    atomic_store(&given_back, 0);
    is_over = is_time(round);
    if (is_over && set.signals)
        signals_end();
}

/** While all wait: frames that several tried to free were freed once each. */
static void audit_contest(bool has_runs)
{
    if (!has_runs && atomic_load(&given_back) != frozen_live)
        fail("frames were freed another number of times", atomic_load(&given_back), frozen_live);
    if (bitframe_shared_get_free_frames(shared) != usable)
        fail("the count is wrong after a contest", 0, bitframe_shared_get_free_frames(shared));
    must_be_sound(0);
    ledger_clear();
    atomic_store(&tickets, (int64_t)usable);
}

/** A round of frees alone, if the mix makes mistakes. */
static void give_back_round(struct worker *worker, struct worker *interrupts, uint64_t round)
{
    bool is_contest = round % 2 == 0;
    bool has_runs = round % 4 == 0;
    give_back_only(worker, is_contest, has_runs);
    if (set.signals)
        give_back_only(interrupts, is_contest, has_runs);
    team_meet(); /* from here on somebody may take */
    if (!is_contest)
        return;
    if (worker->id == 0)
        audit_contest(has_runs);
    team_meet();
}

static void work(uint64_t self)
{
    struct worker *worker = &workers[self];
    struct worker *interrupts = worker + set.threads;
    shake_join(&worker->events[LOST_BIT]);
    if (set.signals)
        signals_join(interrupts);
    for (uint64_t round = 0; !is_over; round++) {
        uint64_t end = worker->calls + set.calls / set.rounds;
        if (set.signals)
            signals_open();
        for (uint64_t i = 0; worker->calls < end; i++)
            step(worker);
        if (set.signals)
            signals_close();
        team_meet();
        if (worker->id == 0)
            audit(round);
        team_meet();
        if (set.mix >= MISTAKES)
            give_back_round(worker, interrupts, round);
    }
    give_back_all(worker);
    if (set.signals)
        give_back_all(interrupts);
}

/* Reporting. */

/** Say what happened. @return  Whether all happened that must. */
static bool report(void)
{
    uint64_t calls, events[EVENTS];
    count_events(&calls, events);
    printf("%s%s%s: %s, %" PRIu64 " threads, %" PRIu64 " frames, policy %" PRIu64 ", seed %" PRIu64
           ": %" PRIu64 " calls",
           mix_names[set.mix], set.tickets ? " with tickets" : "",
           is_scheduled ? ", scheduled"
           : is_shaken  ? ", shaken"
                        : "",
           INSTRUCTIONS, set.threads, usable, set.policy, set.seed, calls);
    for (int event = 0; event < EVENTS; event++) {
        if (events[event] != 0)
            printf(", %s %" PRIu64, event_names[event], events[event]);
    }
    printf("\n");
    for (int event = 0; event < EVENTS; event++) {
        if ((set.must >> event & 1) != 0 && events[event] == 0)
            printf("stress: this never happened: %s\n", event_names[event]);
    }
    return is_complete(events);
}

/** With one owner again: every frame is to be had, once. */
static void alloc_everything(void)
{
    enum bitframe_invariant broken = bitframe_check(bitframe_shared_begin_exclusive(shared));
    if (broken != BITFRAME_SOUND)
        fail(bitframe_get_invariant_name(broken), 0, 1);
    for (uint64_t i = 0; i < usable; i++) {
        uint64_t pa = bitframe_alloc(&pool);
        if (pa == 0)
            fail("frames are lost", 0, i);
        own(&workers[0], pa, 1);
        workers[0].live_count = 0;
    }
    if (bitframe_alloc(&pool) != 0)
        fail("more frames than there are", 0, usable);
}

int main(int argc, char **argv)
{
    int status;
    if (is_question_for_lse(argc, argv, &status))
        return status;
    for (int i = 1; i < argc; i++)
        read_option(argv[i]);
    if (set.threads == 0 || set.threads > THREADS_MAX || set.frames == 0 || set.frames > FRAMES_MAX ||
        set.rounds == 0)
        fail("an option is out of range", 0, 0);
    if (is_scheduled && set.signals)
        fail("members that take turns have no interrupts", 0, 0);
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    make_pool();
    atomic_store(&tickets, (int64_t)usable);
    shake_begin(set.shake, set.seed);
    if (set.signals)
        signals_begin(set.seed);

    worker_count = set.threads * (set.signals ? 2 : 1);
    for (uint64_t i = 0; i < worker_count; i++) {
        workers[i].id = (uint32_t)i;
        workers[i].cpu = (uint32_t)(i % set.threads);
        workers[i].random = set.seed * WORKERS_MAX + i + 1;
        workers[i].bias = 57;
        workers[i].is_interrupt = i >= set.threads;
    }
    team_run(set.threads, work);

    if (bitframe_shared_get_free_frames(shared) != usable)
        fail("the count is wrong at the end", 0, bitframe_shared_get_free_frames(shared));
    must_be_sound(0);
    alloc_everything();
    for (; kept_count != 0; kept_count--)
        guarded_close(kept[kept_count - 1].memory, kept[kept_count - 1].bytes);
    return report() ? 0 : 1;
}
