/* SPDX-License-Identifier: MIT */
/*
 * pool_trace.h - traces of pools: what the adapter calls, and the world that its operations share
 *
 * Compared are all answers and the counts; and after every refusal, and now and then besides, each single
 * frame and the invariants of the pool.
 */
#ifndef BITFRAME_TESTS_POOL_TRACE_H
#define BITFRAME_TESTS_POOL_TRACE_H

#include <bitframe/check.h>
#include <bitframe/map.h>
#include <bitframe/offline.h>
#include <bitframe/shared.h>

#include "engine.h"
#include "guarded.h"
#include "model.h"
#include "units.h"

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
    /* Null: pools have one owner, and the operations share and unshare are not in the trace. Else pools are
       shared from the start, and now and then for a while they are not. */
    enum bitframe_status (*share)(struct bitframe *, const struct bitframe_share_options *, void *, uint64_t);
    void (*unshare)(struct bitframe *); /* whether it is shared or not */
    uint64_t (*free_frames)(const struct bitframe *);
    enum bitframe_invariant (*check)(const struct bitframe *);
    /* Null: no range goes out of use. */
    enum bitframe_status (*offline)(struct bitframe *, struct bitframe_offline_range *, uint64_t, uint64_t,
                                    uint64_t *, uint64_t);
    enum bitframe_status (*online)(struct bitframe *, struct bitframe_offline_range *);
};

/** What a pool's memory looks like. */
enum pool_shape {
    POOL_TINY,     /* 1 to 130 frames, anywhere */
    POOL_SMALL,    /* up to 700 */
    POOL_BOTTOM,   /* from frame 0 or 1 on */
    POOL_TOP,      /* up to 2^64 */
    POOL_SHARED,   /* many spans in a huge frame or two */
    POOL_SEGMENTS, /* a few frames in each of several segments, up to far apart */
    POOL_RESERVED, /* many reservations from the start */
    POOL_HUGES,    /* huge frames and groups of them, to the frame */
    POOL_ANY,      /* up to 6000 frames with holes and reservations of any size */
    POOL_LARGE,    /* more than 1024 huge frames: with 4 KiB frames, 2 GiB */
    POOL_SHAPES,
    POOL_MIXED = POOL_SHAPES, /* each time another, but no large one: they take long */
};

/** Names of the shapes, POOL_MIXED included. */
extern const char *const pool_shape_name[POOL_SHAPES + 1];

/** What trace_run() gets. */
struct pool_subject {
    struct pool_calls calls;
    enum pool_shape shape;
};

/** The calls of the library, on pools of all shapes. */
extern const struct pool_subject pool_subject_core;

/** The same, shared now and then: by its one CPU that calls, under the lowest-first policy. */
extern const struct pool_subject pool_subject_shared;

/* For the operations. */

enum {
    POOL_HELD = 256,       /* runs remembered to be given back */
    POOL_MOST = 900000,    /* frames of a model */
    POOL_CALLS_MAX = 1500, /* on one pool, give or take a burst, unless it was costly to make */
    LARGE_FRAMES = 512 * BITFRAME_HUGE_FRAMES, /* with 4 KiB frames 1 GiB */
};

extern struct pool_world {
    struct bitframe pool;
    struct model model;
    struct guarded metadata, storage;
    struct bitframe_offline_range records[MODEL_RECORDS];
    struct guarded words[MODEL_RECORDS];
    uint64_t since_count; /* calls since the counts were compared */
    uint64_t since_all;   /* calls since everything was */
    struct {
        uint64_t pa, frames;
    } held[POOL_HELD];
    size_t held_count;
} world;

static inline const struct pool_calls *pool_calls(const struct trace *trace)
{
    const struct pool_subject *subject = trace->subject;
    return &subject->calls;
}

static inline bool is_ok(struct answer answer)
{
    return answer.status == BITFRAME_OK;
}

/** A call was made on both sides: compare what it answered, and what it left. As trace_compare(). */
void pool_compare(struct trace *trace, const uint64_t *argument, struct answer got, struct answer expected);

/** Compare each single frame, what the audit says, and the counts. */
void pool_compare_all(struct trace *trace);

/* Of ranges out of use: the counts, and each single frame. */
void pool_compare_offline_counts(struct trace *trace);
void pool_compare_offline(struct trace *trace);

/** Make another pool of a shape, and its model. */
void pool_make(struct trace *trace, enum pool_shape shape);

/**
 * Choose some elements next to each other in @p state: @p frames of them, from @p first to the end of what
 * is. Returns whether there are any.
 */
bool choose_piece(struct trace *trace, enum model_state state, uint64_t *first, uint64_t *frames);

/** A run to be given back later. */
void pool_hold(uint64_t pa, uint64_t frames);

/** So many calls in a row that words, huge frames and groups are used up, unless calls must be few. */
uint64_t choose_burst(struct trace *trace);

/**
 * Frames of a run: at most @p most as a rule; as many as some words hold, give or take a few; or as many as
 * there are in a row in @p state, from somewhere on, and one more now and then. Few if the model, which tries
 * every frame, could not afford more.
 */
uint64_t choose_frames(struct trace *trace, uint64_t most, enum model_state state);

struct bitframe_request choose_request(struct trace *trace);

/** An address: of a frame of the pool as a rule, or near, or what a careless kernel might pass. */
uint64_t choose_pa(struct trace *trace);

/* Operations: each makes at least one call and compares it. */
void trace_alloc(struct trace *trace);
void trace_alloc_many(struct trace *trace);
void trace_free_some(struct trace *trace);
void trace_free_many(struct trace *trace);
void trace_alloc_run(struct trace *trace);
void trace_alloc_runs(struct trace *trace);
void trace_alloc_run_zeroed(struct trace *trace);
void trace_claim(struct trace *trace);
void trace_free_run(struct trace *trace);
void trace_free_piece(struct trace *trace);
void trace_alloc_range(struct trace *trace);
void trace_reserve(struct trace *trace);
void trace_reserve_many(struct trace *trace);
void trace_unreserve(struct trace *trace);
void trace_alloc_bulk(struct trace *trace);
void trace_free_bulk(struct trace *trace);
void trace_alloc_run_of_hole(struct trace *trace);
void trace_adopt(struct trace *trace);
void trace_share(struct trace *trace);
void trace_unshare(struct trace *trace);
void trace_offline(struct trace *trace);
void trace_online(struct trace *trace);

#endif
