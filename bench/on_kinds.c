/* SPDX-License-Identifier: MIT */
/*
 * on_kinds.c - one atomic access of every kind that icount.c tells apart, and a barrier
 *
 * No allocator: what tools/bench-bounds asks for to know that atomic accesses are counted at all. A CPU
 * without LSE cannot run it.
 */
#include "bench.h"

__attribute__((noinline)) static uint64_t one_of_each(uint64_t *word)
{
    uint64_t old;
    uint32_t failed;
    __asm__ volatile(".arch_extension lse\n"
                     "ldxr %0, [%2]\n"
                     "stxr %w1, %0, [%2]\n"
                     "cas %0, %0, [%2]\n"
                     "swp %0, %0, [%2]\n"
                     "ldclr %0, %0, [%2]\n"
                     "ldset %0, %0, [%2]\n"
                     "ldadd %0, %0, [%2]\n"
                     "dmb ish\n"
                     : "=&r"(old), "=&r"(failed)
                     : "r"(word)
                     : "memory");
    return old;
}

static uint64_t word;

#define COUNT() one_of_each(&word)
#include "loops.h"

static uint64_t bytes(uint64_t frames)
{
    return frames;
}

static void open_kinds(void *memory, uint64_t first_pa, uint64_t frames)
{
    (void)memory;
    (void)first_pa;
    (void)frames;
}

static void occupy(uint64_t frames)
{
    (void)frames;
}

extern const struct contender bench_kinds;
const struct contender bench_kinds = {
    .name = "kinds",
    .count_only = true,
    .loops = LOOPS,
    .empty = &bench_empty_loops,
    .bytes = bytes,
    .open = open_kinds,
    .occupy = occupy,
};
