/* SPDX-License-Identifier: MIT */
/*
 * team_atomic.c - the yardstick: one atomic read-modify-write after the other, and nothing else
 *
 * Of a word that no other thread touches, so uncontended; what the others call a pair is one of them.
 */
#include "team_nothing.h"

static struct line {
    uint64_t word;
} ALONE lines[THREADS_MAX];

__attribute__((noinline)) static void add(struct worker *self, uint64_t pairs)
{
    uint64_t *word = &lines[self->core].word;
    uint64_t seen = 0;
    for (uint64_t i = 0; i < pairs; i++)
        seen |= __atomic_fetch_add(word, 1, __ATOMIC_SEQ_CST);
    self->random ^= seen; /* as who takes a frame looks at the old value */
}

const struct team team_atomic = {
    .name = "atomic",
    .loops =
        {
            .fill = hold_nothing_many,
            .drain = hold_nothing,
            .bursts = add,
            .churn = add,
            .fill_runs = hold_nothing_many,
            .drain_runs = hold_nothing,
            .runs = add,
        },
    .bytes = nothing_bytes,
    .open = open_nothing,
    .close = close_nothing,
};
