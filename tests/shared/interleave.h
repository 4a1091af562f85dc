/* SPDX-License-Identifier: MIT */
/*
 * interleave.h - CPUs that are coroutines, the schedule they run by, and the calls that their scripts make
 *
 * interleave.c tries schedules, interleave_cpus.c runs one. A scenario (interleave_frames.c, interleave_runs.c)
 * says which frames are free at first and what each CPU does; its calls (interleave_calls.c) check what they are answered.
 */
#ifndef BITFRAME_TESTS_INTERLEAVE_H
#define BITFRAME_TESTS_INTERLEAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#include <bitframe/shared.h>

#include "accesses.h"

#define FRAME BITFRAME_FRAME_BYTES
#define BASE  UINT64_C(0x40000000)

enum {
    HUGE = BITFRAME_HUGE_FRAMES,
    GROUP = 64 * 64, /* frames of a group: 64 words */
    FRAMES = 2 * GROUP,
    WORDS = FRAMES / 64,
    MOST_CPUS = 3,
    SWITCHES = 3,
};

/** What a schedule begins with is the same each time. */
extern struct world {
    struct bitframe pool;
    uint8_t owner[FRAMES]; /* CPU + 1; 0 for nobody: free */
    int64_t tickets;
} world;
extern struct bitframe *const pool;    /* of it */
extern struct bitframe_shared *shared; /* of that */
extern bool is_interesting[WORDS];     /* words of the bitmap that change at all */

/* CPUs */

extern struct cpu {
    ucontext_t context;
    bool is_done;
    uint64_t moves; /* frames that its last call allocates or moves, at most */
    char *stack;
} cpu[MOST_CPUS];
extern uint32_t cpus, current;

/** Begin the script of CPU @p number anew. */
void make_cpu(uint32_t number);

/** The hook of accesses while a call is the library's: another CPU may go on. */
void accessed(const volatile void *address, unsigned bytes, enum access_kind kind);

/** Let CPU @p first go on; returns when all are done, or have stopped. */
void run_cpus(uint32_t first);

/** The schedule: given switches, then none; or any. */
extern struct schedule {
    struct {
        uint64_t step;
        uint32_t to;
    } given[SWITCHES];
    unsigned given_count, given_next;
    uint64_t random_state, random_one_in; /* 0: none at random */
    uint32_t stopping;                    /* the CPU that stops for ever, at which of its steps */
    uint64_t stopping_at;
    bool has_stopped;
} schedule;
extern uint64_t steps, schedules; /* of this schedule; tried so far */
extern bool is_mutant;            /* the library is broken on purpose */

_Noreturn void found(const char *what, uint64_t value);

/* Calls of scripts. They take a ticket for each frame that they must get. */

extern uint64_t busy; /* refusals that say so, of a scenario */

/** One frame, or FRAMES if it is not known whether there is one, or there is no ticket. */
uint64_t alloc(void);
uint64_t alloc_limited(void); /* by a request for a run that has limits */
void alloc_otherwise(void);   /* the same, given back, and a request for many frames of which one will do */
void alloc_one(void);
void alloc_alloc_give(void); /* two, of which the first goes back */
void give(uint64_t frame);

/** Frames that the caller names, of which @p most may be free. */
bool claim(uint64_t first, uint64_t frames, int64_t most);

/** The first frame of a run, or FRAMES. */
uint64_t alloc_run(uint64_t frames, uint64_t align);
void give_run(uint64_t first, uint64_t frames);

void alloc_bulk(uint64_t frames, uint32_t flags);
void give_bulk(const uint64_t *frames, uint64_t count);

/** @p frames frames in two runs, and back. @p is_there: there are such runs whatever the other CPUs do. */
void alloc_scatter(uint64_t frames, bool is_there);

/** All that is free of @p most frames: at least @p least. */
void alloc_range(uint64_t first, uint64_t least, uint64_t most);

/** A free of what another CPU frees too: one of them is told. */
void give_twice(uint64_t first, uint64_t frames);

/* Scenarios */

struct scenario {
    const char *name;
    enum bitframe_policy policy;
    void (*setup)(void);
    void (*script[MOST_CPUS])(void);
};
extern const struct scenario *playing;
extern const struct scenario frame_scenarios[], run_scenarios[]; /* the last has no name */

/** Of @p count words from word @p first on something may change. */
void words(uint64_t first, uint64_t count);

/** These are free at first. */
void leave_free(uint64_t first, uint64_t frames);

#endif
