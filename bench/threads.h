/* SPDX-License-Identifier: MIT */
/*
 * threads.h - what is measured on several threads at once, each pinned to a CPU
 *
 * A team is an allocator that all threads use: a shared pool, or something under a lock. A worker is a thread
 * with the frames that it holds. As in bench.h each team instantiates the loops of thread_loops.h around
 * direct calls of its own, and "empty" answers at once: what it costs is the loops' own share.
 */
#ifndef BITFRAME_BENCH_THREADS_H
#define BITFRAME_BENCH_THREADS_H

#include <stdbool.h>
#include <stdint.h>

#include <bitframe/bitframe.h>

enum {
    BURST = 128,          /* frames that a burst takes and then gives back */
    RUN_FRAMES = 512,     /* of a run of 2 MiB */
    THREADS_MAX = 8,      /* of one measurement */
    LIVE_FRAMES = 100000, /* that a worker holds in churn, if memory has as many */
};

/** Lines that no two cores write to. */
#define ALONE __attribute__((aligned(128)))

struct worker {
    uint64_t *held; /* PAs */
    uint64_t count; /* how many */
    uint64_t random;
    uint64_t refused; /* bits of the statuses of all frees: 0 if none was refused */
    uint32_t core;    /* its number */
} ALONE;

/** The loops of thread_loops.h for one team. Those of runs are null where it has none. */
struct worker_loops {
    void (*fill)(struct worker *self, uint64_t frames);  /* take, take, ... */
    void (*drain)(struct worker *self);                  /* give back what fill took */
    void (*bursts)(struct worker *self, uint64_t pairs); /* take BURST frames, give them back */
    void (*churn)(struct worker *self, uint64_t pairs);  /* give back a random one of those held, take one */
    void (*fill_runs)(struct worker *self, uint64_t runs); /* take 2 MiB, ... */
    void (*drain_runs)(struct worker *self);
    void (*runs)(struct worker *self, uint64_t pairs); /* take 2 MiB, give them back */
};

struct team {
    const char *name;
    bool allocates; /* not "atomic", "handover" and "empty", which only take time */
    struct worker_loops loops;
    /** Bytes of metadata, 4096-byte aligned, for @p frames frames and @p cores cores. */
    uint64_t (*bytes)(uint64_t frames, uint32_t cores);
    /** Use @p memory for @p frames frames from @p first_pa, all of them free, by @p cores workers. */
    bool (*open)(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cores);
    /** Frames that are free, all workers having stopped; nobody calls after that. */
    uint64_t (*close)(void);
};

extern const struct team team_atomic, team_handover, team_empty, team_bare, team_local, team_lowest,
    team_locked, team_locked_buddy, team_wrong;

/** A random number below @p limit, at most 2^32. */
static inline uint64_t worker_random(struct worker *self, uint64_t limit)
{
    uint64_t next = self->random;
    next ^= next << 13;
    next ^= next >> 7;
    next ^= next << 17;
    self->random = next;
    return (next >> 32) * limit >> 32;
}

/** Between two looks at what another thread is to change; lets others run after many looks. */
void thread_relax(void);

#endif
