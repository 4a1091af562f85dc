/* SPDX-License-Identifier: MIT */
/* team_threads.c - a thread for each member. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "team.h"

enum { MEMBERS_MAX = 64, SPINS = 2000 };

const bool is_scheduled = false;

static uint64_t member_count;
static void (*member_work)(uint64_t);
static _Atomic(uint64_t) arrived, turn;
static _Thread_local uint64_t self;

static void *run(void *argument)
{
    self = (uint64_t)(uintptr_t)argument;
    member_work(self);
    return 0;
}

void team_run(uint64_t members, void (*work)(uint64_t))
{
    pthread_t threads[MEMBERS_MAX];
    member_count = members;
    member_work = work;
    for (uint64_t i = 0; i < members; i++) {
        if (i >= MEMBERS_MAX || pthread_create(&threads[i], 0, run, (void *)(uintptr_t)i) != 0) {
            fprintf(stderr, "no thread\n");
            exit(1);
        }
    }
    for (uint64_t i = 0; i < members; i++)
        (void)pthread_join(threads[i], 0);
}

/* They are about as fast as each other, so at first they do not give up the processor. */
void team_meet(void)
{
    uint64_t now = atomic_load(&turn);
    if (atomic_fetch_add(&arrived, 1) == member_count - 1) {
        atomic_store(&arrived, 0);
        atomic_store(&turn, now + 1);
        return;
    }
    for (int i = 0; atomic_load(&turn) == now; i++) {
        if (i > SPINS)
            (void)sched_yield();
    }
}

void team_yield(void)
{
    (void)sched_yield();
}

uint64_t team_self(void)
{
    return self;
}
