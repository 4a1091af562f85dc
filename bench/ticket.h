/* SPDX-License-Identifier: MIT */
/*
 * ticket.h - a plain ticket lock, for what is compared with shared pools
 *
 * Fair: CPUs get it in the order in which they asked. The two numbers are on cache lines of their own, so
 * that a CPU that asks does not disturb those that wait or the holder. All that wait read the same cache line. It is a good
 * lock of its kind and not the best there is: queue locks wait on a line each.
 *
 * Waiting does not give up the processor: with more threads than CPUs define TICKET_RELAX() to do so.
 */
#ifndef BITFRAME_BENCH_TICKET_H
#define BITFRAME_BENCH_TICKET_H

#include <stdint.h>

/** What to do between two looks at the lock. */
#ifndef TICKET_RELAX
#if defined(__x86_64__)
#define TICKET_RELAX() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define TICKET_RELAX() __asm__ volatile("isb" ::: "memory") /* YIELD is a no-op on most CPUs */
#else
#define TICKET_RELAX() ((void)0)
#endif
#endif

/** All zeros: free. */
struct ticket {
    _Alignas(128) uint64_t next;    /* the next ticket to hand out */
    _Alignas(128) uint64_t serving; /* the ticket of the holder, or of the next one */
};

static inline void ticket_lock(struct ticket *ticket)
{
    uint64_t mine = __atomic_fetch_add(&ticket->next, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&ticket->serving, __ATOMIC_ACQUIRE) != mine)
        TICKET_RELAX();
}

/** The holder only writes serving: it may be read plainly. */
static inline void ticket_unlock(struct ticket *ticket)
{
    __atomic_store_n(&ticket->serving, ticket->serving + 1, __ATOMIC_RELEASE);
}

#endif
