/* SPDX-License-Identifier: MIT */
/* race.h - one measurement of several threads: a workload on a contender. */
#ifndef BITFRAME_BENCH_RACE_H
#define BITFRAME_BENCH_RACE_H

#include "bench.h"

/** A workload of several threads: what each of them does. A row of threads.c. */
struct thread_workload {
    const char *name;
    bool huge;            /* it holds 2 MiB, not frames */
    bool keeps;           /* it holds race->live frames all the time, and replaces one by one */
    uint64_t burst;       /* if not: how many it allocates before it frees them */
    uint64_t held;        /* and how many in the end, for them to be looked at */
    uint64_t most_pairs;  /* in one measurement, a multiple of BURST as the next */
    uint64_t least_pairs; /* and first, to see how many will do */
};

struct race {
    const struct contender *contender;
    const struct thread_workload *workload;
    unsigned threads;
    uint64_t live;  /* frames that a worker holds if the workload keeps some */
    bool check;     /* not a measurement: any CPU, few pairs */
    uint64_t pairs; /* that each worker makes in an attempt */
    unsigned ready; /* workers that waited for the start of an attempt, so far */
};

/** What came of a race: means of the threads, and sums. */
struct race_result {
    double ns;      /* per pair and thread */
    double rate;    /* pairs per us of all threads */
    bool disturbed; /* they did not run at the same time */
};

/** Frames of the memory that all share. */
#define RACE_FRAMES ((UINT64_C(3008) << 20) / BITFRAME_FRAME_BYTES)

/** Find the CPUs that this process may use, and return how many there are. To be called first. */
unsigned race_find_cpus(void);

/** Is the workload one for this contender? */
bool race_is_for(const struct thread_workload *workload, const struct contender *contender);

/** Run one measurement. Null, or what was wrong. */
const char *race_run(struct race *race, struct race_result *result);

#endif
