/* SPDX-License-Identifier: MIT */
/* team_empty.c - the loops around calls that return at once. */
#include "nothing.h"

#include "threads.h"

static struct nothing nothing;

static inline uint64_t give_back(uint64_t pa)
{
    nothing_free(&nothing, pa);
    return 0;
}

/* What the call returns is whatever was in the register: not to be looked at. */
#define TAKE(self)         nothing_take(&nothing)
#define FREE(self, pa)     give_back(pa)
#define TAKE_RUN(self)     nothing_take_huge(&nothing, self, (self)->held)
#define FREE_RUN(self, pa) give_back(pa)
#include "thread_loops.h"

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

const struct team team_empty = {
    .name = "empty",
    .loops = LOOPS,
    .bytes = bytes,
    .open = open_nothing,
    .close = close_nothing,
};
