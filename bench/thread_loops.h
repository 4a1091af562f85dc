/* SPDX-License-Identifier: MIT */
/*
 * thread_loops.h - the measured loops of a worker, around one team's calls
 *
 * To be included once by a file that defines
 *   TAKE(self)           a free frame for the worker
 *   FREE(self, pa)       give a frame back; 0 if it was taken
 * and perhaps
 *   TAKE_RUN(self)       2 MiB, aligned
 *   FREE_RUN(self, pa)   give them back
 * and uses LOOPS, an initialiser of struct worker_loops. The loops are the same text for every team and are
 * kept from being inlined.
 */
#ifndef BITFRAME_BENCH_THREAD_LOOPS_H
#define BITFRAME_BENCH_THREAD_LOOPS_H

#include "threads.h"

#define LOOP __attribute__((noinline)) static

LOOP void fill(struct worker *self, uint64_t frames)
{
    for (uint64_t i = 0; i < frames; i++)
        self->held[i] = TAKE(self);
    self->count = frames;
}

LOOP void drain(struct worker *self)
{
    for (uint64_t i = 0; i < self->count; i++)
        self->refused |= (uint64_t)FREE(self, self->held[i]);
    self->count = 0;
}

LOOP void bursts(struct worker *self, uint64_t pairs)
{
    uint64_t refused = 0;
    for (uint64_t done = 0; done < pairs; done += BURST) {
        for (unsigned i = 0; i < BURST; i++)
            self->held[i] = TAKE(self);
        for (unsigned i = 0; i < BURST; i++)
            refused |= (uint64_t)FREE(self, self->held[i]);
    }
    self->refused |= refused;
}

LOOP void churn(struct worker *self, uint64_t pairs)
{
    uint64_t refused = 0;
    for (uint64_t i = 0; i < pairs; i++) {
        uint64_t *which = &self->held[worker_random(self, self->count)];
        refused |= (uint64_t)FREE(self, *which);
        *which = TAKE(self);
    }
    self->refused |= refused;
}

#ifdef TAKE_RUN
LOOP void fill_runs(struct worker *self, uint64_t runs)
{
    for (uint64_t i = 0; i < runs; i++)
        self->held[i] = TAKE_RUN(self);
    self->count = runs;
}

LOOP void drain_runs(struct worker *self)
{
    for (uint64_t i = 0; i < self->count; i++)
        self->refused |= (uint64_t)FREE_RUN(self, self->held[i]);
    self->count = 0;
}

LOOP void runs(struct worker *self, uint64_t pairs)
{
    uint64_t refused = 0;
    for (uint64_t i = 0; i < pairs; i++) {
        uint64_t pa = TAKE_RUN(self);
        refused |= (uint64_t)FREE_RUN(self, pa);
    }
    self->refused |= refused;
}
#define LOOP_RUNS .fill_runs = fill_runs, .drain_runs = drain_runs, .runs = runs,
#else
#define LOOP_RUNS
#endif

#define LOOPS                                                                                                \
    {                                                                                                        \
        .fill = fill, .drain = drain, .bursts = bursts, .churn = churn, LOOP_RUNS                            \
    }

#endif
