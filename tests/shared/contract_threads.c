/* SPDX-License-Identifier: MIT */
/*
 * contract_threads.c - the page_alloc contract called by several threads at once
 *
 *     contract_threads [POLICY [CALLS]]
 *
 * A kernel that calls get_free_page() and free_page() shares the pool behind them and is done. Each page has
 * an owner here, changed by an exchange, and a mark that memzero() sets: a page that is handed out was zeroed
 * since it was given back, by the thread that gets it. Half of the time there are fewer pages than the
 * threads want, so that 0 is answered, but never to one that has a ticket.
 */
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bitframe/check.h>
#include <bitframe/page_alloc.h>
#include <bitframe/shared.h>

#include "guarded.h"
#include "random.h"

enum { THREADS = 4, LIVE = 600 };

static _Atomic(uint8_t) owner[MALLOC_PAGES];  /* thread + 1; 0: nobody */
static _Atomic(uint8_t) zeroed[MALLOC_PAGES]; /* by which thread, + 1 */
static _Atomic(int64_t) tickets = MALLOC_PAGES;
static _Thread_local uint32_t thread;
static _Atomic(int) started;
static uint64_t calls = 100000;

_Noreturn static void fail(const char *what, uint64_t pa)
{
    fprintf(stderr, "contract_threads: %s, %#" PRIx64 ", thread %u\n", what, pa, thread);
    exit(1);
}

/* The kernel's side. */

static uint64_t page_of(uint64_t pa)
{
    if (pa < MALLOC_START || pa >= MALLOC_END || pa % PAGE_SIZE != 0)
        fail("not a page", pa);
    return (pa - MALLOC_START) / PAGE_SIZE;
}

void memzero(uint64_t start, uint64_t size)
{
    if (size != PAGE_SIZE)
        fail("not a page to be zeroed", start);
    uint64_t page = page_of(kva_to_pa(start));
    if (atomic_load(&owner[page]) != 0)
        fail("zeroed while it is somebody's", start);
    atomic_store(&zeroed[page], (uint8_t)(thread + 1));
}

void main_output(int32_t interface, const char *str)
{
    (void)interface, (void)str;
}

void main_output_u64(int32_t interface, uint64_t value)
{
    (void)interface, (void)value;
}

uint32_t bitframe_page_alloc_cpu(void)
{
    return thread;
}

/* A thread. */

static void own(uint64_t pa)
{
    uint64_t page = page_of(pa);
    if (atomic_exchange(&zeroed[page], 0) != thread + 1)
        fail("not zeroed for its owner", pa);
    if (atomic_exchange(&owner[page], (uint8_t)(thread + 1)) != 0)
        fail("two have it", pa);
}

static void disown(uint64_t pa)
{
    if (atomic_exchange(&owner[page_of(pa)], 0) != thread + 1)
        fail("somebody else has it", pa);
}

static void *work(void *number)
{
    thread = (uint32_t)(uintptr_t)number;
    uint64_t random = thread + 1, live[LIVE], count = 0;
    atomic_fetch_add(&started, 1);
    while (atomic_load(&started) < THREADS)
        sched_yield();
    for (uint64_t call = 0; call < calls; call++) {
        uint64_t choice = next_random(&random) >> 16;
        bool grows = call / 2000 % 2 == 0;
        if (count < LIVE && choice % 8 < (grows ? 6 : 2)) {
            if (atomic_fetch_sub(&tickets, 1) <= 0) {
                atomic_fetch_add(&tickets, 1);
                continue;
            }
            uint64_t pa = choice % 16 < 8 ? get_free_page() : kva_to_pa(get_kernel_page());
            if (pa == 0 || pa == kva_to_pa(0))
                fail("no page for a ticket", pa);
            own(pa);
            live[count++] = pa;
        } else if (count != 0) {
            uint64_t i = choice / 16 % count, pa = live[i];
            live[i] = live[--count];
            disown(pa);
            if (choice % 16 < 8)
                free_page(pa + choice % PAGE_SIZE);
            else
                free_kernel_page(pa_to_kva(pa));
            atomic_fetch_add(&tickets, 1);
        }
        if (choice % 64 == 0)
            free_page(MALLOC_END + (choice & ~(uint64_t)1));
    }
    while (count != 0) {
        disown(live[--count]);
        free_page(live[count]);
        atomic_fetch_add(&tickets, 1);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    struct bitframe_shared *shared;
    struct bitframe_share_options options = {.cpus = THREADS};
    pthread_t threads[THREADS];
    if (argc > 1)
        options.policy = (enum bitframe_policy)strtoul(argv[1], NULL, 0);
    if (argc > 2)
        calls = strtoull(argv[2], NULL, 0);

    mem_map_init();
    mem_map_reserve_below(MALLOC_START + 100 * PAGE_SIZE);
    uint64_t pages = dump_free_count();
    atomic_store(&tickets, (int64_t)pages);
    uint64_t bytes = bitframe_get_share_bytes(bitframe_get_page_alloc_pool(), THREADS);
    void *storage = guarded_open(bytes, BITFRAME_SHARE_ALIGN, GUARDED_ABOVE);
    if (bitframe_page_alloc_share(&shared, &options, storage, bytes) != BITFRAME_OK)
        fail("not shared", 0);
    for (uintptr_t i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, work, (void *)i) != 0)
            fail("no thread", i);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);

    if (dump_free_count() != pages || mem_total_count() != pages)
        fail("the count is wrong at the end", bitframe_shared_get_free_frames(shared));
    if (bitframe_shared_check(shared) != BITFRAME_SOUND)
        fail(bitframe_get_invariant_name(bitframe_shared_check(shared)), 0);
    for (uint64_t i = 0; i < pages; i++)
        own(get_free_page());
    if (get_free_page() != 0 || get_kernel_page() != 0)
        fail("a page too many", 0);
    printf("%d threads, %" PRIu64 " calls\n", THREADS, THREADS * calls);
    return 0;
}
