/* SPDX-License-Identifier: MIT */
/*
 * beside.h - a call, and what another CPU does at its accesses
 *
 * A call under test runs on CPU 0. At one of its accesses, or at each of them, a call of CPU 1 runs from
 * begin to end, as if CPU 0 had been stopped there for so long. The pool's memory is guarded (../guarded.h).
 */
#ifndef BITFRAME_TESTS_BESIDE_H
#define BITFRAME_TESTS_BESIDE_H

#include <stdbool.h>
#include <stdint.h>

#include <bitframe/shared.h>

#define FRAME BITFRAME_FRAME_BYTES
#define BASE  UINT64_C(0x40000000)

enum { HUGE = BITFRAME_HUGE_FRAMES, GROUP = 64 * 64, CPUS = 2, HELD_MAX = 1 << 14 };

/* Of a pool with holes: frames from the start of one span to the start of the next, about. */
enum { APART = 3 * HUGE, SPANS_MAX = 4096 };

/** A pool, all of whose frames are held, and what its calls have handed out since. */
struct beside {
    struct bitframe pool;
    struct bitframe_shared *shared;
    uint64_t frames; /* how many it has */
    uint64_t words;  /* of its bitmap */
    uint64_t cpus;
    uint64_t free_first, free_frames; /* the run of frames that are free before a scene and after it */
    void *metadata, *storage;
    uint64_t metadata_bytes, storage_bytes;
    uint64_t held[HELD_MAX], held_count; /* frames handed out and not given back, by number */
};

extern struct beside *beside;

/** What is played: for messages. */
extern const char *beside_scene;

/** Print what went wrong, and exit. */
_Noreturn void beside_failed(const char *what, uint64_t value);

/** Make a pool of @p frames frames, shared, all of them taken. */
void beside_open(uint64_t frames, enum bitframe_policy policy, int guarded_end);

/** Make one of @p segments spans, each a segment of its own and ragged at both ends, for @p cpus CPUs. */
void beside_open_spans(uint64_t segments, uint32_t cpus, enum bitframe_policy policy);
void beside_close(void);

/** The PA of frame @p frame. */
static inline uint64_t pa_of(uint64_t frame)
{
    return BASE + frame * FRAME;
}

/** The first frame of span @p i of such a pool, and how many it has. */
static inline uint64_t span_first(uint64_t i)
{
    return i * APART + i * 37 % HUGE;
}

static inline uint64_t span_frames(uint64_t i)
{
    return HUGE - i * 101 % HUGE;
}

/** Note that a call has handed out these frames, which must not be held. */
void beside_own(uint64_t pa, uint64_t frames);

/** Was frame @p frame handed out? */
bool beside_holds(uint64_t frame);

/** Give back what was handed out and was free before. */
void beside_give_back(void);

/** Run @p call with @p other at access @p at of it. Returns whether it had so many. */
bool beside_run_once(void (*call)(void), void (*other)(void), uint64_t at);

/**
 * Run @p call with @p other, if it is not null, at each access of it.
 *
 * @return  How many accesses it had; more than @p most is a failure.
 */
uint64_t beside_run_each(void (*call)(void), void (*other)(void), uint64_t most);

#endif
