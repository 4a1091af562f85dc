/* SPDX-License-Identifier: MIT */
/*
 * shake.c - now and then an atomic access takes longer than those ahead of it
 *
 * Mostly by a few hundred nanoseconds, as if the cache line were elsewhere; sometimes the thread gives up the
 * processor there, as if it were interrupted for long.
 */
#include <sched.h>

#include "shake.h"
#include "team.h"

const bool is_shaken = true;

static uint64_t shake_one_in, shake_seed;
static _Thread_local uint64_t state;
static _Thread_local uint64_t *thread_paths;

void shake_begin(uint64_t one_in, uint64_t seed)
{
    shake_one_in = one_in;
    shake_seed = seed;
}

void shake_join(uint64_t *paths)
{
    thread_paths = paths;
    state = shake_seed * 128 + team_self();
}

void shake(void)
{
    if (!thread_paths || shake_one_in == 0)
        return;
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
    uint64_t random = state >> 33;
    if (random % shake_one_in != 0)
        return;
    random /= shake_one_in;
    if (random % 4 == 0) {
        (void)sched_yield();
        return;
    }
    for (uint64_t i = random % 256; i != 0; i--)
        __asm__ volatile("" ::: "memory");
}

void shaken(enum shaken path)
{
    if (thread_paths)
        thread_paths[path]++;
}
