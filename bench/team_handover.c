/* SPDX-License-Identifier: MIT */
/*
 * team_handover.c - what it costs on this machine that a cache line goes from core to core
 *
 * No allocator: the workers add to one word in turn, and what the others call a pair is one turn of each.
 */
#include "team_nothing.h"

static uint64_t turn ALONE;
static uint32_t workers;

/* All make as many, so the next attempt begins where this one did. */
__attribute__((noinline)) static void take_turns(struct worker *self, uint64_t pairs)
{
    for (uint64_t i = 0; i < pairs; i++) {
        uint64_t now = __atomic_load_n(&turn, __ATOMIC_ACQUIRE);
        while (now % workers != self->core) {
            thread_relax();
            now = __atomic_load_n(&turn, __ATOMIC_ACQUIRE);
        }
        __atomic_store_n(&turn, now + 1, __ATOMIC_RELEASE);
    }
}

static bool open_handover(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cores)
{
    (void)memory;
    (void)first_pa;
    (void)frames;
    workers = cores;
    turn = 0;
    return true;
}

const struct team team_handover = {
    .name = "handover",
    .loops =
        {
            .fill = hold_nothing_many,
            .drain = hold_nothing,
            .bursts = take_turns,
            .churn = take_turns,
            .fill_runs = hold_nothing_many,
            .drain_runs = hold_nothing,
            .runs = take_turns,
        },
    .bytes = nothing_bytes,
    .open = open_handover,
    .close = close_nothing,
};
