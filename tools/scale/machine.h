/* SPDX-License-Identifier: MIT */
/*
 * machine.h - a simulated machine: CPUs that run real code, and what it costs them to share memory
 *
 * Each CPU is a coroutine with a clock of its own. Code compiled for tests/shared/accesses.h reports each
 * access to memory before it makes it; the CPU then waits until no other CPU's clock is behind its own, is
 * charged, and goes on. So accesses are made in the order of their times, one after the other, and the same
 * settings give the same run.
 *
 * A line of the arena, 64 bytes, has one owner, or sharers, or has not been touched yet (MESI, with a
 * directory and with caches that never run out of room). Memory outside the arena is private: it costs no
 * more than a hit.
 *
 *   hit      the CPU has the line as it needs it. This also stands for the instructions between two
 * accesses. read     of a line that others have: `near` or `far`, after whoever else has asked for it. Reads
 * of a line keep it busy for `serve` each. write    likewise, and then nobody else has the line; it is busy
 * all the while, from the request on. update   a write that costs `update` more, or, with the line in hand,
 * that instead of a hit. cold     the first touch of a line.
 *
 * A CPU that loads the same word atomically again and again, and nothing else, waits for somebody: it sleeps
 * until the line is written, and then reads it as everybody else who slept does, in random order.
 */
#ifndef BITFRAME_SCALE_MACHINE_H
#define BITFRAME_SCALE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

enum { MACHINE_CPUS_MAX = 128, MACHINE_AREAS_MAX = 12, MACHINE_LINE_BYTES = 64 };

/** Times, in picoseconds, and which CPUs are near each other. */
struct machine_costs {
    uint64_t hit;
    uint64_t update; /* a read-modify-write, or a fence */
    uint64_t near;   /* a line from a CPU of the same cluster */
    uint64_t far;    /* from another cluster */
    uint64_t cold;   /* that no cache has */
    uint64_t serve;  /* between answers to two who read the same line */
    uint64_t cluster_cpus;
    uint64_t migrates; /* not 0: who reads what another has just written may write it, too */
};

extern const struct machine_costs machine_usual_costs;

/** Why a line came to a CPU. */
enum machine_move {
    MOVE_READ,  /**< To be read. */
    MOVE_WRITE, /**< To be written, from others that had it or only to take it from them. */
    MOVE_COLD,  /**< Nobody had it. */
    MOVE_LOOK,  /**< To be read once more by who waits for somebody to write it. */
    MOVES,
};

/** What happened while it was counted: from machine_count() on, until a step reached the goal. */
struct machine_counts {
    uint64_t steps;
    uint64_t accesses;
    uint64_t time;                            /* that passed */
    uint64_t moves[MACHINE_AREAS_MAX][MOVES]; /* lines that came to a CPU */
    uint64_t worked;                          /* time of all CPUs: hits and updates */
    uint64_t moved;                           /* for lines on their way */
    uint64_t queued;                          /* for lines that were busy */
    uint64_t slept;                           /* by who waits for somebody to write, and for looks at that */
    uint64_t busiest;                         /* time in which one line was busy: the busiest of its time */
};

/** The times of which each has a busiest line, since what all want moves on; picoseconds. */
#define MACHINE_WINDOW UINT64_C(10000000)

struct machine;

/** What a CPU does. Returns when it is done; @p cpu is its number. */
typedef void machine_cpu_fn(void *context, unsigned cpu);

/** A machine with @p bytes bytes of shared memory, zeroed, none of it touched yet. Exits if there is no room
 * for it. */
struct machine *machine_open(unsigned cpus, const struct machine_costs *costs, uint64_t bytes, uint64_t seed);

void machine_close(struct machine *machine);

/** Shared memory of @p bytes bytes, aligned to 128, that is counted as area @p area from now on. */
void *machine_memory(struct machine *machine, uint64_t bytes, unsigned area);

/** Count @p bytes bytes at @p memory, both rounded to whole lines, as area @p area instead. */
void machine_name(struct machine *machine, const void *memory, uint64_t bytes, unsigned area);

/** Run @p cpu_main on every CPU at once until all have returned. Exits if all of them wait. */
void machine_run(struct machine *machine, machine_cpu_fn *cpu_main, void *context);

/**
 * What the caller does until machine_rest() is done by CPU @p cpu, while the others stand still; it may not
 * have to wait for them. For what is to be in caches before a run, without the run.
 */
void machine_become(struct machine *machine, unsigned cpu);

void machine_rest(struct machine *machine);

/** Count from now on, until @p goal steps were made. */
void machine_count(struct machine *machine, uint64_t goal);

/**
 * A CPU has made a step, of the kind that is counted; called by @p cpu_main. Returns false when the goal
 * has been reached: it is time to return.
 */
bool machine_step(struct machine *machine);

const struct machine_counts *machine_counts(const struct machine *machine);

/** The clock of the CPU that runs, or, between runs, of the one that is ahead of all. */
uint64_t machine_time(const struct machine *machine);

#endif
