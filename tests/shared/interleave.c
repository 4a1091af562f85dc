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
 *  - a CPU that has a ticket gets a frame: a ticket is there for every frame that no CPU holds or is about
 * to, so a "none" for its holder is false, and it may be told "busy" only if during each look another frame
 * came back;
 *  - no call takes more than a bounded number of steps, whatever the others do;
 *  - in the end counts are exact and bitframe_check() finds the pool sound, so no frame is lost.
 *
 * In some of those at random one CPU stops for ever at some step. The others go on and find all this as
 * before; when they are done one of them takes what is left, and no more than the stopped CPU was moving is
 * missing, neither then nor after bitframe_shared_begin_exclusive().
 *
 *     interleave [SCHEDULES [mutant [SCENARIO]]]
 *
 * At most so many schedules of each kind of a scenario. With `mutant` the library is broken on purpose: the
 * program succeeds if it finds that out, and says after how many schedules.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <bitframe/bulk.h>
#include <bitframe/check.h>
#include <bitframe/platform.h>
#include <bitframe/shared.h>

#include "accesses.h"
#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"
#include "random.h"
#include "room.h"
#include "shared/slots.h"

#define FRAME BITFRAME_FRAME_BYTES
#define BASE  UINT64_C(0x40000000)

enum {
    HUGE = BITFRAME_HUGE_FRAMES,
    GROUP = WORD_BITS * WORD_BITS,
    FRAMES = 2 * GROUP,
    CORES = 3,
    SWITCHES = 3,
    BUDGET = 20000, /* steps of all CPUs together: far more than any script takes */
    STACK = 1 << 16,
};

static struct world {
    struct bitframe pool;
    uint8_t owner[FRAMES]; /* CPU + 1; 0 for nobody: free */
    int64_t tickets;
} world, saved;
static struct room room, saved_room;

static struct bitframe *const pool = &world.pool;
static struct bitframe_shared *shared; /* of it, in room */

/* What goes on. */

static struct {
    ucontext_t context;
    bool is_done;
    uint64_t moves; /* frames that its last call takes or moves, at most */
    char *stack;
} cpu[CORES];
static ucontext_t scheduler;
static uint32_t cpus, current;
static uint64_t steps, schedules;
static bool is_mutant;
static const char *scenario;

/* The schedule: given switches, then none; or any. */
static struct {
    uint64_t step;
    uint32_t to;
} given[SWITCHES];
static unsigned given_count, given_next;
static uint64_t random_state, random_one_in; /* 0: none at random */

/* The CPU that stops for ever, at which of its steps. */
static uint32_t stopping = CORES;
static uint64_t stopping_at;
static bool has_stopped;
static uint64_t stops, most_lost, busy; /* of a scenario */

static bool is_interesting[FRAMES / WORD_BITS]; /* words of the bitmap that change at all */

_Noreturn static void found(const char *what, uint64_t value)
{
    accesses_hook = NULL;
    if (is_mutant) {
        printf("found after %" PRIu64 " schedules: %s: %s\n", schedules, scenario, what);
        fflush(stdout);
        _Exit(0);
    }
    fprintf(stderr, "interleave: %s, schedule %" PRIu64 ": %s: %" PRIu64 "\n", scenario, schedules, what,
            value);
    if (random_one_in != 0)
        fprintf(stderr, "  at random, switching one in %" PRIu64 "\n", random_one_in);
    for (unsigned i = 0; i < given_count; i++)
        fprintf(stderr, "  to CPU %u at step %" PRIu64 "\n", given[i].to, given[i].step);
    exit(1);
}

static void panicked(const char *what)
{
    found(what, 0);
}

static void switch_to(uint32_t to)
{
    uint32_t from = current;
    current = to;
    (void)swapcontext(&cpu[from].context, &cpu[to].context);
}

/** The CPU that is undone and comes first, or the scheduler if there is none, goes on. */
static void leave(void)
{
    uint32_t from = current, next = 0;
    cpu[from].is_done = true;
    while (next < cpus && cpu[next].is_done)
        next++;
    if (next == cpus) {
        accesses_hook = NULL;
        (void)swapcontext(&cpu[from].context, &scheduler);
    } else {
        switch_to(next);
    }
}

static void switch_at_random(void)
{
    if (current == stopping && stopping_at-- == 0) {
        has_stopped = true;
        leave(); /* and never come back */
    }
    if (next_random(&random_state) % random_one_in != 0)
        return;
    uint32_t to = (uint32_t)(next_random(&random_state) >> 32) % cpus;
    if (to != current && !cpu[to].is_done)
        switch_to(to);
}

static void accessed(const volatile void *address, unsigned bytes, enum access_kind kind)
{
    (void)bytes;
    if (kind != ACCESS_ATOMIC_READ && kind != ACCESS_ATOMIC_WRITE && kind != ACCESS_ATOMIC_UPDATE)
        return;
    /* Nobody writes to words that are empty for good: when they are read makes no difference. */
    uint64_t word = (uint64_t)((const volatile uint64_t *)address - levels_at(pool, &pool->frames, 0));
    if (word < FRAMES / WORD_BITS && !is_interesting[word]) {
        if (kind == ACCESS_ATOMIC_UPDATE)
            found("changes a word that is nobody's", word);
        return;
    }
    if (++steps > BUDGET)
        found("a call does not come to an end", steps);
    if (random_one_in != 0) {
        switch_at_random();
    } else if (given_next < given_count && given[given_next].step == steps - 1) {
        uint32_t to = given[given_next++].to;
        if (to != current && !cpu[to].is_done)
            switch_to(to);
    }
}

/* What scripts are made of. */

static uint64_t pa_of(uint64_t frame)
{
    return BASE + frame * FRAME;
}

static void own(uint64_t pa, uint64_t frames)
{
    for (uint64_t frame = (pa - BASE) / FRAME; frames != 0; frame++, frames--) {
        if (frame >= FRAMES || pa % FRAME != 0)
            found("handed out what is no frame", pa);
        if (world.owner[frame] != 0)
            found("handed out what is held", frame);
        world.owner[frame] = (uint8_t)(current + 1);
    }
}

static void disown(uint64_t first, uint64_t frames)
{
    for (; frames != 0; first++, frames--)
        world.owner[first] = 0;
}

static bool get_tickets(int64_t frames)
{
    if (world.tickets < frames)
        return false;
    world.tickets -= frames;
    return true;
}

/** The call is the library's: the rest of a script happens at once. Evaluates to what it returns. */
#define CALL(frames, call) (cpu[current].moves = (frames), accesses_hook = accessed, call)

/** Frames ever given back, without a step. */
static uint64_t frees_so_far(void)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < cpus; i++)
        sum += shared->slot[i].freed;
    return sum;
}

/** A call of a CPU that had a ticket was refused, and the sum of frees was @p sum when it began. */
static void refused(enum bitframe_status status, uint64_t sum)
{
    uint64_t frees = frees_so_far() - sum;
    if (status == BITFRAME_NONE)
        found("a false none", frees);
    if (status != BITFRAME_BUSY)
        found("refused otherwise", (uint64_t)status);
    if (frees < LOOKS)
        found("busy, though fewer frames than looks came back meanwhile", frees);
    busy++;
    world.tickets++;
}

/** Returns the frame, or FRAMES if it is not known whether there is one, or there is no ticket. */
static uint64_t alloc(void)
{
    if (!get_tickets(1))
        return FRAMES;
    uint64_t sum = frees_so_far();
    uint64_t pa = CALL(1, bitframe_shared_alloc(shared, current));
    if (pa == 0) {
        refused(BITFRAME_BUSY, sum); /* it does not say which */
        return FRAMES;
    }
    own(pa, 1);
    return (pa - BASE) / FRAME;
}

static void give(uint64_t frame);

/** One frame, by a request for a run that has limits. Returns it, or FRAMES. */
static uint64_t alloc_limited(void)
{
    const struct bitframe_request limits = {.frames = 1, .min_pa = BASE};
    uint64_t pa;
    if (!get_tickets(1))
        return FRAMES;
    uint64_t sum = frees_so_far();
    enum bitframe_status status = CALL(1, bitframe_shared_alloc_run(shared, current, &limits, &pa));
    if (status != BITFRAME_OK) {
        refused(status, sum);
        return FRAMES;
    }
    own(pa, 1);
    return (pa - BASE) / FRAME;
}

/** The same, given back, and a request for many frames of which one will do. */
static void alloc_otherwise(void)
{
    const struct bitframe_request partial = {.frames = 2, .flags = BITFRAME_PARTIAL};
    uint64_t pas[2], count;
    give(alloc_limited());
    if (!get_tickets(2))
        return;
    uint64_t sum = frees_so_far();
    enum bitframe_status status = CALL(2, bitframe_shared_alloc_bulk(shared, current, &partial, pas, &count));
    if (status != BITFRAME_OK) {
        refused(status, sum);
        world.tickets++;
        return;
    }
    for (uint64_t i = 0; i < count; i++)
        own(pas[i], 1);
    world.tickets += 2 - (int64_t)count;
}

static void give(uint64_t frame)
{
    if (frame >= FRAMES)
        return;
    disown(frame, 1);
    if (CALL(1, bitframe_shared_free(shared, current, pa_of(frame))) != BITFRAME_OK)
        found("a free is refused", frame);
    world.tickets++;
}

/** Of frames of which @p most may be free. */
static bool claim(uint64_t first, uint64_t frames, int64_t most)
{
    if (!get_tickets(most))
        return false;
    enum bitframe_status status =
        CALL(frames, bitframe_shared_alloc_at(shared, current, pa_of(first), frames));
    if (status == BITFRAME_OK) {
        own(pa_of(first), frames);
        world.tickets += most - (int64_t)frames;
        return true;
    }
    if (status != BITFRAME_IN_USE)
        found("a claim is refused otherwise", (uint64_t)status);
    world.tickets += most;
    return false;
}

static void give_run(uint64_t first, uint64_t frames)
{
    disown(first, frames);
    if (CALL(frames, bitframe_shared_free_run(shared, current, pa_of(first), frames)) != BITFRAME_OK)
        found("the free of a run is refused", first);
    world.tickets += (int64_t)frames;
}

/** Returns the first frame, or FRAMES. */
static uint64_t alloc_run(uint64_t frames, uint64_t align)
{
    struct bitframe_request request = {.frames = frames, .align = align};
    uint64_t pa;
    if (!get_tickets((int64_t)frames))
        return FRAMES;
    enum bitframe_status status = CALL(frames, bitframe_shared_alloc_run(shared, current, &request, &pa));
    if (status == BITFRAME_OK) {
        own(pa, frames);
        return (pa - BASE) / FRAME;
    }
    if (status != BITFRAME_NONE && status != BITFRAME_BUSY)
        found("a run is refused otherwise", (uint64_t)status);
    world.tickets += (int64_t)frames;
    return FRAMES;
}

static void alloc_bulk(uint64_t frames, uint32_t flags)
{
    struct bitframe_request request = {.frames = frames, .flags = flags};
    uint64_t pas[64], allocated;
    if (!get_tickets((int64_t)frames))
        return;
    enum bitframe_status status =
        CALL(frames, bitframe_shared_alloc_bulk(shared, current, &request, pas, &allocated));
    if (status == BITFRAME_NONE)
        found("a false none of a bulk take", frames);
    if (status != BITFRAME_OK && status != BITFRAME_BUSY)
        found("a bulk take is refused otherwise", (uint64_t)status);
    for (uint64_t i = 0; i < allocated; i++)
        own(pas[i], 1);
    world.tickets += (int64_t)(frames - allocated);
}

static void give_bulk(const uint64_t *frames, uint64_t count)
{
    uint64_t pas[64], freed;
    for (uint64_t i = 0; i < count; i++) {
        disown(frames[i], 1);
        pas[i] = pa_of(frames[i]);
    }
    if (CALL(count, bitframe_shared_free_bulk(shared, current, pas, count, 0, &freed)) != BITFRAME_OK ||
        freed != count)
        found("a bulk free is refused", freed);
    world.tickets += (int64_t)count;
}

/* Scenarios: which frames are free at first, and what each CPU does. Frames 0 to 63 are word 0. */

static void leave_free(uint64_t first, uint64_t frames)
{
    if (bitframe_shared_free_run(shared, current, pa_of(first), frames) != BITFRAME_OK)
        found("setup: cannot free", first);
    disown(first, frames);
    world.tickets += (int64_t)frames;
}

/** Of word @p word something may change. */
static void words(uint64_t first, uint64_t count)
{
    memset(is_interesting + first, true, count);
}

/* One frame, and one that somebody gives back to the same word. */
static void setup_word(void)
{
    words(0, 1);
    leave_free(5, 1);
}

static void alloc_give_alloc(void)
{
    give(alloc());
    (void)alloc();
}

static void give_7_alloc(void)
{
    give(7);
    (void)alloc();
}

static void give_9(void)
{
    give(9);
}

/* Two words of a group: one becomes empty, and the other one no longer is. */
static void setup_words(void)
{
    words(0, 2);
    leave_free(5, 1);
}

static void give_64(void)
{
    give(64 + 9);
}

/* Two words of different groups: up to the top. */
static void setup_groups(void)
{
    words(0, 1);
    words(64, 1);
    leave_free(5, 1);
    leave_free(GROUP + 5, 1);
}

static void alloc_alloc_give(void)
{
    uint64_t frame = alloc();
    (void)alloc();
    give(frame);
}

static void give_other_alloc(void)
{
    give(GROUP + 9);
    (void)alloc();
}

/* A frame is always free, now here and now there. */
static void setup_to_and_fro(void)
{
    words(0, 1);
    words(64, 1);
    leave_free(GROUP + 5, 1);
}

static void alloc_otherwise_once(void)
{
    (void)alloc_limited();
}

static void to_and_fro(void)
{
    for (int i = 0; i < 3; i++) {
        give(5);
        if (!claim(GROUP + 5, 1, 1))
            return;
        give(GROUP + 5);
        if (!claim(5, 1, 1))
            return;
    }
}

/* A frame that the index lacks, as if a CPU had stopped amid a free of it; then another one comes back, and
 * it goes. */
static void setup_past_index(void)
{
    words(0, 1);
    words(64, 1);
    leave_free(GROUP + 5, 1);
    levels_at(pool, &pool->frames, 1)[1] = 0;
    levels_at(pool, &pool->frames, 2)[0] = 0;
}

static void give_5_claim_other(void)
{
    give(5);
    (void)claim(GROUP + 5, 1, 1);
}

/* Claims of runs that overlap. */
static void setup_runs(void)
{
    words(0, 4);
    leave_free(62, 2 + 64 + 2);
}

static void claim_low(void)
{
    if (claim(62, 66, 66))
        give_run(62, 66);
}

static void claim_high(void)
{
    if (claim(64, 66, 66))
        give_run(64, 66);
}

static void alloc_in_run(void)
{
    give(alloc());
}

/* A claim that fails when it has one of two frames that are free. */
static void setup_fails(void)
{
    words(0, 3);
    leave_free(63, 1);
    leave_free(130, 1);
}

static void claim_in_vain(void)
{
    if (claim(63, 2, 1))
        found("a frame is claimed that is taken", 64);
}

static void claims_in_vain(void)
{
    for (int i = 0; i < 3; i++)
        claim_in_vain();
}

/** The other one of the two frames, again and again. */
static void alloc_give_130(void)
{
    for (int i = 0; i < 3 && claim(130, 1, 1); i++)
        give(130);
    (void)claim(130, 1, 1);
}

static void alloc_one(void)
{
    (void)alloc();
}

/* A line, whole but for a frame that comes back. */
static void setup_huge(void)
{
    words(8, 8);
    leave_free(HUGE, 300);
    leave_free(HUGE + 301, HUGE - 301);
}

static void give_300_alloc_huge(void)
{
    give(HUGE + 300);
    uint64_t huge_frame = alloc_run(HUGE, HUGE * FRAME);
    if (huge_frame != FRAMES)
        give_run(huge_frame, HUGE);
}

static void alloc_huge(void)
{
    (void)alloc_run(HUGE, HUGE * FRAME);
}

static void alloc_two(void)
{
    uint64_t frame = alloc();
    (void)alloc();
    give(frame);
}

/* Two lines in different groups, one given back whole. */
static void setup_huges(void)
{
    words(8, 8);
    words(72, 8);
    leave_free(HUGE, HUGE);
}

static void alloc_give_huge(void)
{
    uint64_t huge_frame = alloc_run(HUGE, HUGE * FRAME);
    if (huge_frame != FRAMES)
        give_run(huge_frame, HUGE);
}

static void give_huge_alloc_huge(void)
{
    give_run(GROUP + HUGE, HUGE);
    alloc_huge();
}

/* Two lines, the lower one with a bit that a frame of it belies; the frame comes back, and one of the other
 * goes. */
static void setup_two_huges(void)
{
    words(1, 1);
    words(8, 16);
    leave_free(64, 3); /* for tickets */
    leave_free(HUGE, 300);
    leave_free(HUGE + 301, 2 * HUGE - 301);
    levels_at(pool, &pool->huge, 0)[0] |= 2;
}

static void alloc_two_huges(void)
{
    (void)alloc_run(2 * HUGE, HUGE * FRAME);
}

static void give_300_alloc_other(void)
{
    give(HUGE + 300);
    (void)claim(2 * HUGE + 3, 1, 1);
}

/* Two CPUs give back the same line: one of them is told. */
static void setup_huge_twice(void)
{
    words(8, 8);
    memset(world.owner + HUGE, 0, HUGE);
}

static void give_huge_twice(void)
{
    enum bitframe_status status = CALL(HUGE, bitframe_shared_free_run(shared, current, pa_of(HUGE), HUGE));
    if (status != BITFRAME_OK && status != BITFRAME_DOUBLE_FREE)
        found("refused otherwise", (uint64_t)status);
}

/* Any run. */
static void alloc_run_of_3(void)
{
    uint64_t first = alloc_run(3, 0);
    if (first != FRAMES)
        give_run(first, 3);
}

static void setup_pieces(void)
{
    words(0, 3);
    leave_free(61, 5);
    leave_free(130, 2);
}

static void give_run_of_words(void)
{
    give_run(100, 30);
    (void)alloc();
}

/* Many at once. */
static void bulk_5(void)
{
    alloc_bulk(5, 0);
}

static void bulk_partial(void)
{
    static const uint64_t back[] = {132, 133, 10};
    alloc_bulk(4, BITFRAME_PARTIAL);
    give_bulk(back, 3);
}

/** All of two frames that are free and two that come back one after the other: one access decides. */
static void alloc_range(void)
{
    if (!get_tickets(4))
        return;
    uint64_t got = CALL(4, bitframe_shared_alloc_range(shared, current, pa_of(130), pa_of(134)));
    if (got < 2 || got > 4)
        found("a range of so many", got);
    own(pa_of(130), got);
    world.tickets += 4 - (int64_t)got;
}

static void give_to_range(void)
{
    give(132);
    give(133);
    give(alloc());
}

/* Two CPUs free the same frame: one of them is told. */
static void setup_twice(void)
{
    words(0, 1);
}

static void give_5_twice(void)
{
    world.owner[5] = 0;
    enum bitframe_status status = CALL(1, bitframe_shared_free(shared, current, pa_of(5)));
    if (status == BITFRAME_OK)
        world.tickets++;
    else if (status != BITFRAME_DOUBLE_FREE)
        found("refused otherwise", (uint64_t)status);
}

static const struct scenario {
    const char *name;
    enum bitframe_policy policy;
    void (*setup)(void);
    void (*script[CORES])(void);
} scenarios[] = {
    {"a word, two CPUs", BITFRAME_LOWEST, setup_word, {alloc_give_alloc, give_7_alloc}},
    {"a word, three CPUs", BITFRAME_LOWEST, setup_word, {alloc_give_alloc, give_7_alloc, give_9}},
    {"two words", BITFRAME_LOWEST, setup_words, {alloc_give_alloc, give_64}},
    {"two groups", BITFRAME_LOWEST, setup_groups, {alloc_alloc_give, give_other_alloc}},
    {"two groups, local", BITFRAME_LOCAL, setup_groups, {alloc_alloc_give, give_other_alloc}},
    {"two groups, three CPUs", BITFRAME_LOCAL, setup_groups, {alloc_alloc_give, alloc_give_alloc, give_9}},
    {"one by a run", BITFRAME_LOWEST, setup_groups, {alloc_otherwise, give_other_alloc}},
    {"one by a run, three CPUs", BITFRAME_LOWEST, setup_groups, {alloc_otherwise, alloc_alloc_give, give_9}},
    {"to and fro", BITFRAME_LOWEST, setup_to_and_fro, {alloc_otherwise_once, to_and_fro}},
    {"past the index", BITFRAME_LOWEST, setup_past_index, {alloc_one, give_5_claim_other}},
    {"claims that overlap", BITFRAME_LOWEST, setup_runs, {claim_low, claim_high}},
    {"claims and a take", BITFRAME_LOWEST, setup_runs, {claim_low, claim_high, alloc_in_run}},
    {"a claim in vain", BITFRAME_LOWEST, setup_fails, {alloc_one, claim_in_vain, alloc_one}},
    {"claims in vain", BITFRAME_LOWEST, setup_fails, {alloc_one, claims_in_vain, alloc_give_130}},
    {"a line comes back", BITFRAME_LOWEST, setup_huge, {give_300_alloc_huge, alloc_two}},
    {"a line, three CPUs", BITFRAME_LOCAL, setup_huge, {give_300_alloc_huge, alloc_huge, alloc_two}},
    {"lines", BITFRAME_LOWEST, setup_huges, {alloc_give_huge, give_huge_alloc_huge}},
    {"two lines at once", BITFRAME_LOWEST, setup_two_huges, {alloc_two_huges, give_300_alloc_other}},
    {"a line freed twice", BITFRAME_LOWEST, setup_huge_twice, {give_huge_twice, give_huge_twice}},
    {"runs", BITFRAME_LOWEST, setup_pieces, {alloc_run_of_3, give_run_of_words, alloc_two}},
    {"many at once", BITFRAME_LOWEST, setup_pieces, {bulk_5, bulk_partial, alloc_two}},
    {"a range", BITFRAME_LOCAL, setup_pieces, {alloc_range, give_to_range}},
    {"freed twice", BITFRAME_LOWEST, setup_twice, {give_5_twice, give_5_twice, give_9}},
};

/* Running one. */

static const struct scenario *playing;

static void play(void)
{
    for (;;) {
        playing->script[current]();
        leave(); /* and begin once more */
    }
}

static void make_cpu(uint32_t number)
{
    (void)getcontext(&cpu[number].context);
    if (!cpu[number].stack)
        cpu[number].stack = malloc(STACK);
    cpu[number].context.uc_stack.ss_sp = cpu[number].stack;
    cpu[number].context.uc_stack.ss_size = STACK;
    cpu[number].context.uc_link = NULL;
    makecontext(&cpu[number].context, play, 0);
}

static void make_cpu(uint32_t number);

/** A CPU has stopped: is what is left all there was but what it was moving? */
static void look_after_stop(uint64_t held)
{
    uint64_t most = cpu[stopping].moves, got = 0;
    uint32_t other = stopping == 0 ? 1 : 0;
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
    make_cpu(stopping);
}

/** Run the schedule, CPU @p first first, and look at what is left. Returns how many steps it had. */
static uint64_t run(uint32_t first)
{
    world = saved;
    room_copy(&room, &saved_room);
    steps = 0;
    given_next = 0;
    has_stopped = false;
    schedules++;
    for (uint32_t i = 0; i < cpus; i++)
        cpu[i].is_done = false;
    current = first;
    (void)swapcontext(&scheduler, &cpu[first].context);
    accesses_hook = NULL;

    uint64_t held = 0;
    for (uint64_t i = 0; i < FRAMES; i++)
        held += world.owner[i] != 0;
    if (has_stopped) {
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
    unsigned at = given_count++;
    for (uint64_t step = at == 0 ? 0 : given[at - 1].step + 1; step < length && *left != 0; step++) {
        for (uint32_t to = 0; to < cpus && *left != 0; to++) {
            given[at].step = step;
            given[at].to = to;
            if (to != first || at != 0)
                explore(first, more - 1, left);
        }
    }
    given_count--;
}

static void set_up(const struct scenario *played)
{
    static const struct bitframe_platform platform = {.panic = panicked};
    struct bitframe_share_options options = {.policy = played->policy};
    for (options.cpus = 0; options.cpus < CORES && played->script[options.cpus]; options.cpus++) {
    }
    playing = played;
    scenario = played->name;
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
    if (!room_open(&room, BASE, FRAMES, cpus, FRAMES / WORD_BITS, end) ||
        !room_open(&saved_room, BASE, FRAMES, cpus, FRAMES / WORD_BITS, end))
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
    random_one_in = 0;
    given_count = 0;
    length = run(0);
    for (unsigned more = 1; more <= SWITCHES; more++) {
        uint64_t before = schedules;
        for (uint32_t first = 0; first < cpus; first++) {
            uint64_t left = most / cpus;
            explore(first, more, &left);
        }
        counts[more] = schedules - before;
    }
    random_state = setting("BITFRAME_SEED", 20261122);
    for (uint64_t k = 0; k < most; k++) {
        random_one_in = 1 + k % 16;
        stopping = k % 4 == 3 ? (uint32_t)(k / 4) % cpus : CORES;
        stopping_at = next_random(&random_state) % (length / cpus + 1);
        (void)run((uint32_t)k % cpus);
    }
    stopping = CORES;
    if (!is_mutant)
        printf("%-26s %5u %5" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %7" PRIu64
               " %5" PRIu64 " %5" PRIu64 "\n",
               scenario, cpus, length, counts[1], counts[2], counts[3], most, stops, most_lost, busy);
}

int main(int argc, char **argv)
{
    const size_t count = sizeof(scenarios) / sizeof(*scenarios);
    uint64_t most = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000;
    is_mutant = argc > 2 && strcmp(argv[2], "mutant") == 0;
    if (!is_mutant)
        printf("%-26s %5s %5s %9s %9s %9s %9s %7s %5s %5s\n", "scenario", "CPUs", "steps", "1 switch", "2",
               "3", "at random", "stopped", "lost", "busy");
    for (uint64_t few = is_mutant ? most / 64 : most; few <= most; few *= 8) {
        for (size_t i = 0; i < count; i++) {
            if (argc < 4 || strcmp(argv[3], scenarios[i].name) == 0)
                explore_all(scenarios + i, few);
        }
    }
    printf("%" PRIu64 " schedules%s\n", schedules, is_mutant ? ", and nothing found" : "");
    return is_mutant;
}
