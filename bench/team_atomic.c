/* SPDX-License-Identifier: MIT */
/*
 * team_atomic.c - the yardstick: one atomic read-modify-write after the other, and nothing else
 *
 * Of a word that no other thread touches, so uncontended; what the others call a pair is one of them.
 */
#include "threads.h"

static struct line {
    uint64_t word;
} ALONE lines[THREADS_MAX];

static void nothing(struct worker *self)
{
    (void)self;
}

static void nothing_many(struct worker *self, uint64_t frames)
{
    (void)self;
    (void)frames;
}

__attribute__((noinline)) static void add(struct worker *self, uint64_t pairs)
{
    uint64_t *word = &lines[self->core].word;
    uint64_t seen = 0;
    for (uint64_t i = 0; i < pairs; i++)
        seen |= __atomic_fetch_add(word, 1, __ATOMIC_SEQ_CST);
    self->random ^= seen; /* as who takes a frame looks at the old value */
}

static uint64_t bytes(uint64_t frames, uint32_t cores)
{
    (void)frames;
    (void)cores;
    return 1;
}

static bool open_nothing(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cores)
{
    (void)memory;
    (void)first_pa;
    (void)frames;
    (void)cores;
    return true;
}

static uint64_t close_nothing(void)
{
    return 0;
}

const struct team team_atomic = {
    .name = "atomic",
    .loops =
        {
            .fill = nothing_many,
            .drain = nothing,
            .bursts = add,
            .churn = add,
            .fill_runs = nothing_many,
            .drain_runs = nothing,
            .runs = add,
        },
    .bytes = bytes,
    .open = open_nothing,
    .close = close_nothing,
};
