/* SPDX-License-Identifier: MIT */
/*
 * team.h - members that work at the same time
 *
 * team_threads.c has a thread for each. team_scheduled.c has them take turns in one thread, by chance, ahead
 * of any atomic access of the CPU: there the same seed gives the same run, and a member may be stopped
 * between two accesses for as long as others need to do anything at all.
 */
#ifndef BITFRAME_TESTS_TEAM_H
#define BITFRAME_TESTS_TEAM_H

#include <stdbool.h>
#include <stdint.h>

/** What goes on inside of calls. */
enum shaken {
    SHAKEN_LOST_BIT, /**< A bit was to be cleared, and somebody had done it. */
    SHAKEN_ROLLBACK, /**< What was taken was given back, since not all of it could be had. */
    SHAKEN_PATHS
};

/** Run @p work for each number below @p members, and wait until all are done. */
void team_run(uint64_t members, void (*work)(uint64_t self));

/** Wait until all members have come here. */
void team_meet(void);

/** Let others go on. */
void team_yield(void);

/** The number of the member that calls; 0 outside of team_run(). */
uint64_t team_self(void);

/** Ahead of one atomic access in @p one_in something happens, as far as the program can; 0 for none. */
void shake_begin(uint64_t one_in, uint64_t seed);

/** Paths of the calling member's calls are counted in @p paths, of which there are SHAKEN_PATHS. */
void shake_join(uint64_t *paths);

/** Whether the CPU calls shake() in this program. */
extern const bool is_shaken;

/** Whether its members take turns. */
extern const bool is_scheduled;

#endif
