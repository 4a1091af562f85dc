/* SPDX-License-Identifier: MIT */
/*
 * signals.c - interrupts
 *
 * A thread of its own sends signals to the others, one at a time, at random short intervals. A handler makes
 * a call on the same pool, as the same CPU, whatever the thread was doing; a signal that comes while a
 * handler runs waits. Handlers touch nothing but the pool, atomics and their own worker.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "stress.h"

static _Thread_local struct worker *interrupts_of_thread;
static pthread_t targets[THREADS_MAX];
static _Atomic(uint64_t) target_count;
static pthread_t pacemaker;
static atomic_bool is_over;
static uint64_t pace;

static void on_signal(int number)
{
    (void)number;
    int error = errno;
    if (interrupts_of_thread) {
        interrupts_of_thread->events[INTERRUPT]++;
        step_in_interrupt(interrupts_of_thread);
    }
    errno = error;
}

static void *keep_pace(void *argument)
{
    (void)argument;
    while (!atomic_load(&is_over)) {
        struct timespec pause = {.tv_nsec = (long)random_below(&pace, 30000)};
        (void)nanosleep(&pause, 0);
        uint64_t count = atomic_load(&target_count);
        for (uint64_t i = 0; i < count; i++)
            (void)pthread_kill(targets[(pace + i) % count], SIGUSR1);
    }
    return 0;
}

static void mask(int how)
{
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGUSR1);
    (void)pthread_sigmask(how, &signals, 0);
}

void signals_begin(uint64_t seed)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    pace = seed * 2 + 1;
    mask(SIG_BLOCK); /* threads begin as the one that makes them */
    if (sigaction(SIGUSR1, &action, 0) != 0 || pthread_create(&pacemaker, 0, keep_pace, 0) != 0)
        fail("no signals", 0, (uint64_t)errno);
}

void signals_end(void)
{
    atomic_store(&is_over, true);
    (void)pthread_join(pacemaker, 0);
}

void signals_join(struct worker *interrupts)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    interrupts_of_thread = interrupts;
    (void)pthread_mutex_lock(&mutex);
    targets[target_count] = pthread_self();
    atomic_fetch_add(&target_count, 1);
    (void)pthread_mutex_unlock(&mutex);
}

void signals_open(void)
{
    mask(SIG_UNBLOCK);
}

void signals_close(void)
{
    mask(SIG_BLOCK);
}
