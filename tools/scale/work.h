/* SPDX-License-Identifier: MIT */
/*
 * work.h - what simulated CPUs do with frames, and whether they get what they should
 *
 * Whatever the work, a frame that is handed out while somebody has it, and one that is not the allocator's,
 * is an error; and so is an allocator that is not sound in the end.
 */
#ifndef BITFRAME_SCALE_WORK_H
#define BITFRAME_SCALE_WORK_H

#include "contender.h"
#include "machine.h"

enum work {
    WORK_BURST, /**< Each CPU allocates 128 frames and then gives them back, from the last to the first. */
    WORK_CHURN, /**< Each CPU gives back a random one of its frames and allocates one. */
    WORK_PASS,  /**< Each CPU by turns allocates a frame for another one and gives back one that it got. */
    WORKS,
};

extern const char *const work_names[WORKS];

struct work_settings {
    enum work work;
    unsigned cpus;
    struct machine_costs costs;
    uint64_t frames;      /* of the allocator; a multiple of 1024 */
    uint64_t live_frames; /* of all CPUs, in churn */
    uint64_t pairs;       /* to be counted, an allocation and a free each; behind a lock an eighth of that */
    uint64_t seed;
};

/** Without costs. */
extern const struct work_settings work_usual_settings;

enum work_result {
    WORK_OK,
    WORK_TWICE,   /**< A frame was handed out while somebody had it. */
    WORK_FOREIGN, /**< A frame was handed out that is none of the allocator's, or none was. */
    WORK_REFUSED, /**< A frame was not taken back. */
    WORK_UNSOUND, /**< The allocator is not sound in the end, or counts wrongly. */
};

extern const char *const work_result_names[];

/** Simulate. @p counts becomes what was counted; two steps of the machine are a pair. */
enum work_result work_run(const struct work_settings *settings, const struct contender *contender,
                          struct machine_counts *counts);

#endif
