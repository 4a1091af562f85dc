/* SPDX-License-Identifier: MIT */
/*
 * team_scheduled.c - members take turns in one thread
 *
 * Whose turn it is changes ahead of atomic accesses of the CPU, by chance. Most turns are short; now and
 * then a member is stopped for long, as if its CPU had been: that is how the rarest interleavings come
 * about. What this cannot show is orders weaker than one access after the other.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#include "shake.h"
#include "team.h"

enum { MEMBERS_MAX = 64, STACK_BYTES = 256 * 1024, LONG_ONE_IN = 8, LONG_TURNS = 64 };

const bool is_scheduled = true;
const bool is_shaken = true;

struct member {
    ucontext_t context;
    uint64_t stopped_until; /* the turn from which it may go on */
    bool is_waiting, is_over;
    uint64_t *paths;
    void *stack;
};

static struct member members[MEMBERS_MAX];
static uint64_t member_count;
static void (*member_work)(uint64_t);
static ucontext_t outside;
static uint64_t self, turn, arrived, one_in, state = 1;
static bool is_running;

static uint64_t random_number(void)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return state >> 33;
}

void shake_begin(uint64_t accesses, uint64_t seed)
{
    one_in = accesses;
    state = seed;
}

void shake_join(uint64_t *paths)
{
    members[self].paths = paths;
}

/** Somebody whose turn it may be, by chance; who is stopped only if nobody else is left. */
static uint64_t choose(void)
{
    for (int round = 0; round < 2; round++) {
        uint64_t first = random_number() % member_count;
        for (uint64_t i = 0; i < member_count; i++) {
            uint64_t member = (first + i) % member_count;
            if (!members[member].is_over && !members[member].is_waiting &&
                (round == 1 || members[member].stopped_until <= turn))
                return member;
        }
    }
    return member_count;
}

/** Give the turn to somebody, who may be the same. */
static void next_turn(void)
{
    uint64_t before = self;
    turn++;
    uint64_t next = choose();
    if (next == member_count) {
        fprintf(stderr, "all wait for each other\n");
        exit(1);
    }
    self = next;
    if (next != before && swapcontext(&members[before].context, &members[next].context) != 0)
        exit(1);
}

static void run(void)
{
    member_work(self);
    members[self].is_over = true;
    turn++;
    uint64_t next = choose();
    if (next != member_count) {
        self = next;
        (void)setcontext(&members[next].context);
    }
    (void)setcontext(&outside);
}

static void prepare(struct member *member)
{
    member->stack = malloc(STACK_BYTES);
    if (!member->stack || getcontext(&member->context) != 0)
        exit(1);
    member->context.uc_stack.ss_sp = member->stack;
    member->context.uc_stack.ss_size = STACK_BYTES;
    member->context.uc_link = 0;
    makecontext(&member->context, run, 0);
}

void team_run(uint64_t count, void (*work)(uint64_t))
{
    member_count = count;
    member_work = work;
    for (uint64_t i = 0; i < count; i++)
        prepare(&members[i]);
    is_running = true;
    self = 0;
    (void)swapcontext(&outside, &members[0].context);
    is_running = false;
    self = 0;
    for (uint64_t i = 0; i < count; i++)
        free(members[i].stack);
}

void team_meet(void)
{
    if (++arrived < member_count) {
        members[self].is_waiting = true;
        next_turn();
        return;
    }
    arrived = 0;
    for (uint64_t i = 0; i < member_count; i++)
        members[i].is_waiting = false;
}

void team_yield(void)
{
    next_turn();
}

uint64_t team_self(void)
{
    return self;
}

void shake(void)
{
    if (!is_running || one_in == 0 || random_number() % one_in != 0)
        return;
    if (random_number() % LONG_ONE_IN == 0)
        members[self].stopped_until = turn + random_number() % LONG_TURNS;
    next_turn();
}

void shaken(enum shaken path)
{
    if (is_running && members[self].paths)
        members[self].paths[path]++;
}
