/* SPDX-License-Identifier: MIT */
/* team_empty.c - the loops around calls that return at once. */
#include "nothing.h"
#include "team_nothing.h"

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

const struct team team_empty = {
    .name = "empty",
    .loops = LOOPS,
    .bytes = nothing_bytes,
    .open = open_nothing,
    .close = close_nothing,
};
