/* SPDX-License-Identifier: MIT */
/* crash.h - a pool that CPUs share, and the operations amid which one of them stops for ever */
#ifndef BITFRAME_TESTS_CRASH_H
#define BITFRAME_TESTS_CRASH_H

#include <stdbool.h>
#include <stdint.h>

#include <bitframe/offline.h>
#include <bitframe/shared.h>

#define FRAME BITFRAME_FRAME_BYTES
#define BASE  UINT64_C(0x40000000)

enum {
    HUGE = BITFRAME_HUGE_FRAMES,
    GROUP = 64 * 64,
    FRAMES = 2 * GROUP,
    MOST_CPUS = 3,
    RECORD = GROUP + 3 * HUGE, /* where a range is out of use */
    BULK = 100,
};

/** All that the library writes to, beside a room for metadata and slots. */
extern struct world {
    struct bitframe pool;
    struct bitframe_offline_range record;
    uint64_t offline_words[HUGE / 64];
} world;
extern struct bitframe *const pool;    /* of it */
extern struct bitframe_shared *shared; /* of that */
extern bool giving[FRAMES];            /* frames that the operation gives back */

_Noreturn void fail(const char *what, uint64_t value);
void must(enum bitframe_status status, const char *what);

static inline uint64_t pa_of(uint64_t frame)
{
    return BASE + frame * FRAME;
}

/** What CPU 0 does; the last has no name. Everything is allocated but what a setup frees, so that few frames matter. */
extern const struct operation {
    const char *name;
    void (*setup)(void);
    void (*run)(void);
    uint64_t moves; /* frames that it takes or moves, at most, beside those that it gives back */
} operations[];

#endif
