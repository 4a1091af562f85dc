/* SPDX-License-Identifier: MIT */
/*
 * pool_trace.h - the same calls to pools and to a byte per frame, and everything they answered compared
 *
 * A trace is a string of choices: from a generator, or from the bytes that a fuzzer made up. Any string is a
 * valid trace, so the random tests, the fuzz target and the replay of its corpus are one engine. What it can
 * do is a table, operations[] in pool_trace.c: a new call of the library is a function there, a line in that
 * table and one of the statuses that the call documents.
 */
#ifndef BITFRAME_TESTS_POOL_TRACE_H
#define BITFRAME_TESTS_POOL_TRACE_H

#include <stddef.h>

#include <bitframe/check.h>
#include <bitframe/map.h>
#include <bitframe/shared.h>

/** The calls that are compared, or what stands in for them. */
struct pool_calls {
    enum bitframe_status (*init_map)(struct bitframe *, const struct bitframe_map *, void *, uint64_t);
    enum bitframe_status (*adopt)(struct bitframe *, void *, uint64_t);
    uint64_t (*alloc)(struct bitframe *);
    enum bitframe_status (*free)(struct bitframe *, uint64_t);
    enum bitframe_status (*alloc_run)(struct bitframe *, const struct bitframe_request *, uint64_t *);
    enum bitframe_status (*claim)(struct bitframe *, uint64_t, uint64_t);
    enum bitframe_status (*free_run)(struct bitframe *, uint64_t, uint64_t);
    enum bitframe_status (*alloc_bulk)(struct bitframe *, const struct bitframe_request *, uint64_t *,
                                       uint64_t *);
    enum bitframe_status (*free_bulk)(struct bitframe *, const uint64_t *, uint64_t, uint32_t, uint64_t *);
    uint64_t (*alloc_range)(struct bitframe *, uint64_t, uint64_t);
    enum bitframe_status (*reserve)(struct bitframe *, uint64_t, uint64_t);
    enum bitframe_status (*unreserve)(struct bitframe *, uint64_t, uint64_t);
    uint64_t (*free_frames)(const struct bitframe *);
    enum bitframe_invariant (*check)(const struct bitframe *);
    /* Null: pools have one owner, and the operations share and unshare are not in the trace. Else pools are
       shared from the start, and now and then for a while they are not. */
    enum bitframe_status (*share)(struct bitframe *, const struct bitframe_share_options *, void *, uint64_t);
    void (*unshare)(struct bitframe *); /* whether it is shared or not */
};

extern const struct pool_calls pool_calls_core;

/** The same on shared pools, whose answers must be equal: the policy is the lowest, and no calls overlap. */
extern const struct pool_calls pool_calls_shared;

/** What a pool's memory looks like. */
enum pool_shape {
    POOL_TINY,     /* 1 to 130 frames, anywhere */
    POOL_SMALL,    /* up to 700 */
    POOL_BOTTOM,   /* from frame 0 or 1 on */
    POOL_TOP,      /* up to 2^64 */
    POOL_SHARED,   /* many spans in a line or two */
    POOL_SEGMENTS, /* a few frames in each of several segments, up to far apart */
    POOL_RESERVED, /* many reservations from the start */
    POOL_HUGES,    /* whole lines and groups of lines, to the frame */
    POOL_ANY,      /* up to 6000 frames with holes and reservations of any size */
    POOL_LARGE,    /* more than 1024 lines: with 4 KiB frames, 2 GiB */
    POOL_SHAPES,
    POOL_MIXED = POOL_SHAPES, /* each time another, but no large one: they take long */
};

/** Names of the shapes, POOL_MIXED included. */
extern const char *const pool_shape_name[POOL_SHAPES + 1];

/** Where the choices come from: the bytes first; then, unless seed is 0, a generator that never ends. */
struct pool_trace_input {
    const uint8_t *bytes;
    size_t left;
    uint64_t seed;
};

enum { POOL_OPERATIONS_MAX = 32, POOL_STATUSES = BITFRAME_OFFLINE + 1 };

struct pool_trace_report {
    uint64_t calls;    /* made on both sides and compared */
    uint64_t shared;   /* of these, on shared pools */
    bool shares;       /* share and unshare are among the operations */
    uint64_t pools;    /* begun */
    uint64_t compared; /* how often every single frame was compared and the pool audited */
    uint64_t met[POOL_OPERATIONS_MAX][POOL_STATUSES]; /* calls by operation and what they came to */
    char difference[4096]; /* empty if none was found, else what differed and the calls that led there */
};

/**
 * Run a trace until @p calls calls were compared, the input ends, or something differs: an answer, a count,
 * or, after every refusal and now and then besides, a frame or an invariant of the pool.
 *
 * @param report  Filled in.
 *
 * @return  Whether nothing differed.
 */
bool pool_trace_run(const struct pool_calls *subject, enum pool_shape shape, struct pool_trace_input input,
                    uint64_t calls, struct pool_trace_report *report);

/**
 * Print what a trace met: calls by operation and status.
 *
 * @return  How many operations, or statuses that one of them documents, were never met.
 */
unsigned pool_trace_print(const struct pool_trace_report *report);

#endif
