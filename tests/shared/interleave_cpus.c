/* SPDX-License-Identifier: MIT */
/* interleave_cpus.c - CPUs as coroutines: before each atomic access another one may go on */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "interleave.h"
#include "layout/levels.h"
#include "random.h"

enum {
    BUDGET = 20000, /* steps of all CPUs together: far more than any script takes */
    STACK = 1 << 16,
};

struct world world;
struct bitframe *const pool = &world.pool;
struct bitframe_shared *shared;
bool is_interesting[WORDS];

struct cpu cpu[MOST_CPUS];
uint32_t cpus, current;
struct schedule schedule = {.stopping = MOST_CPUS};
uint64_t steps, schedules;
bool is_mutant;
const struct scenario *playing;
static ucontext_t scheduler;

_Noreturn void found(const char *what, uint64_t value)
{
    accesses_hook = NULL;
    if (is_mutant) {
        printf("found after %" PRIu64 " schedules: %s: %s\n", schedules, playing->name, what);
        fflush(stdout);
        _Exit(0);
    }
    fprintf(stderr, "interleave: %s, schedule %" PRIu64 ": %s: %" PRIu64 "\n", playing->name, schedules, what,
            value);
    if (schedule.random_one_in != 0)
        fprintf(stderr, "  at random, switching one in %" PRIu64 "\n", schedule.random_one_in);
    for (unsigned i = 0; i < schedule.given_count; i++)
        fprintf(stderr, "  to CPU %u at step %" PRIu64 "\n", schedule.given[i].to, schedule.given[i].step);
    exit(1);
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
    if (current == schedule.stopping && schedule.stopping_at-- == 0) {
        schedule.has_stopped = true;
        leave(); /* and never come back */
    }
    if (next_random(&schedule.random_state) % schedule.random_one_in != 0)
        return;
    uint32_t to = (uint32_t)(next_random(&schedule.random_state) >> 32) % cpus;
    if (to != current && !cpu[to].is_done)
        switch_to(to);
}

void accessed(const volatile void *address, unsigned bytes, enum access_kind kind)
{
    (void)bytes;
    if (kind != ACCESS_ATOMIC_READ && kind != ACCESS_ATOMIC_WRITE && kind != ACCESS_ATOMIC_UPDATE)
        return;
    /* Nobody writes to words that are empty for good: when they are read makes no difference. */
    uint64_t word = (uint64_t)((const volatile uint64_t *)address - levels_at(pool, &pool->frames, 0));
    if (word < WORDS && !is_interesting[word]) {
        if (kind == ACCESS_ATOMIC_UPDATE)
            found("changes a word that is nobody's", word);
        return;
    }
    if (++steps > BUDGET)
        found("a call does not come to an end", steps);
    if (schedule.random_one_in != 0) {
        switch_at_random();
    } else if (schedule.given_next < schedule.given_count &&
               schedule.given[schedule.given_next].step == steps - 1) {
        uint32_t to = schedule.given[schedule.given_next++].to;
        if (to != current && !cpu[to].is_done)
            switch_to(to);
    }
}

static void play(void)
{
    for (;;) {
        playing->script[current]();
        leave(); /* and begin once more */
    }
}

void make_cpu(uint32_t number)
{
    (void)getcontext(&cpu[number].context);
    if (!cpu[number].stack)
        cpu[number].stack = malloc(STACK);
    cpu[number].context.uc_stack.ss_sp = cpu[number].stack;
    cpu[number].context.uc_stack.ss_size = STACK;
    cpu[number].context.uc_link = NULL;
    makecontext(&cpu[number].context, play, 0);
}

void run_cpus(uint32_t first)
{
    current = first;
    (void)swapcontext(&scheduler, &cpu[first].context);
    accesses_hook = NULL;
}
