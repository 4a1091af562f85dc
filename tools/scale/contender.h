/* SPDX-License-Identifier: MIT */
/* contender.h - an allocator that simulated CPUs share, and where in its memory lines are counted. */
#ifndef BITFRAME_SCALE_CONTENDER_H
#define BITFRAME_SCALE_CONTENDER_H

#include <stdbool.h>
#include <stdint.h>

struct machine;

enum area {
    AREA_REST,
    AREA_LOCK,
    AREA_POOL,   /* struct bitframe, or the heads of the lists */
    AREA_BITMAP, /* a bit per frame */
    AREA_INDEX,  /* the levels above it */
    AREA_HUGE,   /* huge frames, and the levels above them */
    AREA_LISTS,  /* links and orders of the buddy */
    AREA_SLOTS,  /* what belongs to each CPU */
    AREA_CLAIMS, /* groups that are some CPU's, and other hints that all write */
    AREAS,
};

extern const char *const area_names[AREAS];

/** One at a time: what it is made of is static. */
struct contender {
    const char *name;
    bool is_locked; /* all of it is done by one CPU at a time */

    /** Bytes of shared memory for @p frames frames and @p cpus CPUs, a little too many. */
    uint64_t (*bytes)(uint64_t frames, unsigned cpus);

    /** Every frame free, from @p first_pa on. */
    void (*open)(struct machine *machine, uint64_t first_pa, uint64_t frames, unsigned cpus);

    /** A frame, or 0. */
    uint64_t (*alloc)(unsigned cpu);

    /** Give one back. Returns whether that was right. */
    bool (*give_back)(uint64_t pa, unsigned cpu);

    /** No call is in flight: is all well, and are @p free_frames frames free? The end of it. */
    bool (*close)(uint64_t free_frames);
};

extern const struct contender contender_lowest;
extern const struct contender contender_local;
extern const struct contender contender_locked_pool;
extern const struct contender contender_locked_buddy;

#endif
