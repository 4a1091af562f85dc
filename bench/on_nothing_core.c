/* SPDX-License-Identifier: MIT */
/* on_nothing_core.c - the loops around calls that are told a cache and return at once. */
#include "bench.h"
#include "nothing.h"

static struct nothing nothing;
static uint64_t cache;

static inline uint64_t take(void)
{
    uint64_t pa = 0;
    (void)nothing_core_take(&nothing, &cache, &pa);
    return pa;
}

#define TAKE()   take()
#define FREE(pa) nothing_core_free(&nothing, &cache, pa)
#include "loops.h"

const struct loops bench_empty_core_loops = LOOPS;
