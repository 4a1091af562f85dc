/* SPDX-License-Identifier: MIT */
/*
 * shake.c - now and then an atomic access takes longer than those ahead of it
 *
 * Mostly by a few hundred nanoseconds, as if the cache line were elsewhere; sometimes the thread gives up the
 * processor there, as if it were interrupted for long.
 */
#include <sched.h>

#include "shake.h"
#include "stress.h"

const bool is_shaken = true;

static uint64_t shake_one_in;
static _Thread_local uint64_t state;
static _Thread_local struct worker *thread;

void shake_begin(uint64_t one_in)
{
    shake_one_in = one_in;
}

void shake_join(struct worker *worker)
{
    thread = worker;
    state = worker->random * 2 + 1;
}

void shake(void)
{
    /* A worse generator than that of the tests, and a quicker one. */
    if (!thread || shake_one_in == 0)
        return;
    state = state * UINT64_C(6364136223846793005) + 1;
    uint64_t random = state >> 33;
    if (random % shake_one_in != 0)
        return;
    random /= shake_one_in;
    if (random % 16 == 0) {
        (void)sched_yield();
        return;
    }
    for (uint64_t i = random % 256; i != 0; i--)
        __asm__ volatile("" ::: "memory");
}

void shaken(enum shaken path)
{
    if (thread)
        thread->events[LOST_BIT + path]++;
}
