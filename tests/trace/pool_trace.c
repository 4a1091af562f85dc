/* SPDX-License-Identifier: MIT */
#include <bitframe/adopt.h>
#include <bitframe/bulk.h>
#include <bitframe/check.h>

#include "pool_trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"
#include "order_calls.h"
#include "random.h"

#ifdef BITFRAME_TESTS_DEBUG
#include "pool_watch.h"
#endif

struct pool_world world;

/* In a program of its own, with ranges that go out of use. */
#ifdef BITFRAME_TESTS_OFFLINE
#define CAN_BE_OFFLINE   CAN(OFFLINE)
#define IF_OFFLINE(call) call
#else
#define CAN_BE_OFFLINE   0
#define IF_OFFLINE(call) NULL
#endif

const struct pool_subject pool_subject_core = {
    .calls =
        {
            .init_map = bitframe_init_map,
            .adopt = bitframe_adopt,
            .alloc = bitframe_alloc,
            .free = bitframe_free,
            .alloc_run = alloc_run_or_order,
            .claim = bitframe_alloc_at,
            .free_run = free_run_or_order,
            .alloc_bulk = bitframe_alloc_bulk,
            .free_bulk = bitframe_free_bulk,
            .alloc_range = bitframe_alloc_range,
            .reserve = bitframe_reserve,
            .unreserve = bitframe_unreserve,
            .free_frames = bitframe_get_free_frames,
            .check = bitframe_check,
            .offline = IF_OFFLINE(bitframe_set_offline),
            .online = IF_OFFLINE(bitframe_set_online),
        },
    .shape = POOL_MIXED,
};

/* In a build that debugs, with tags and poison; in a program of its own on shared pools, whose answers must
   be equal: the policy is the lowest, and no calls overlap. */
#ifdef BITFRAME_TESTS_DEBUG
#define SUBJECT pool_subject_watched
#elif defined(BITFRAME_TESTS_SHARED)
#define SUBJECT pool_subject_shared
#else
#define SUBJECT pool_subject_core
#endif

/* Comparisons. */

static void compare_counts(struct trace *t)
{
    uint64_t free_frames = model_count(&world.model, MODEL_FREE);
    uint64_t reserved_frames = model_count(&world.model, MODEL_RESERVED);
    uint64_t counted = pool_calls(t)->free_frames(&world.pool);
    if (counted != free_frames)
        trace_differ(t, "free frames are %" PRIu64 ", should be %" PRIu64, counted, free_frames);
    if (bitframe_get_reserved_frames(&world.pool) != reserved_frames)
        trace_differ(t, "reserved frames are %" PRIu64 ", should be %" PRIu64,
                     bitframe_get_reserved_frames(&world.pool), reserved_frames);
    if (pool_calls(t)->offline)
        pool_compare_offline_counts(t);
    world.since_count = 0;
}

/** The first of @p count ascending spans that ends above @p frame, or one behind all frames. */
static struct span next_span(const struct span *spans, uint64_t count, uint64_t *next, uint64_t frame)
{
    while (*next < count && spans[*next].end <= frame)
        ++*next;
    return *next < count ? spans[*next] : (struct span){.first = UINT64_MAX, .end = UINT64_MAX};
}

void pool_compare_all(struct trace *t)
{
    const struct bitframe *pool = &world.pool;
    const struct model *model = &world.model;
    enum bitframe_invariant broken = pool_calls(t)->check(pool);
    world.since_all = 0;
    compare_counts(t);
    if (broken != BITFRAME_SOUND) {
        trace_differ(t, "broken: %s", bitframe_get_invariant_name(broken));
        return;
    }
    uint64_t total = model->frames - model_count(model, MODEL_FOREIGN);
    if (bitframe_get_total_frames(pool) != total)
        trace_differ(t, "frames are %" PRIu64 ", should be %" PRIu64, bitframe_get_total_frames(pool), total);
    uint64_t reservations = model_reservations(model, model->covered);
    if (pool->reserved_count != reservations)
        trace_differ(t, "reservations are %" PRIu64 ", should be %" PRIu64, pool->reserved_count,
                     reservations);

    const uint64_t *words = levels_at(pool, &pool->frames, 0);
    struct span span = {0}, reserved = {0};
    uint64_t spans = 0, reservations_passed = 0, bit_offset = 0; /* of bits to frames */
    for (uint64_t i = 0; i < model->frames; i++) {
        uint64_t frame = model->number[i];
        if (frame >= span.end) {
            span = next_span(pool_spans(pool), pool->span_count, &spans, frame);
            if (span.end != UINT64_MAX)
                bit_offset = bit_of_frame(segment_of_frame(pool, span.first), 0);
        }
        if (frame >= reserved.end)
            reserved = next_span(pool_reserved(pool), pool->reserved_count, &reservations_passed, frame);
        uint64_t bit = frame + bit_offset;
        enum model_state state = frame < span.first                              ? MODEL_FOREIGN
                                 : frame >= reserved.first                       ? MODEL_RESERVED
                                 : (words[bit / WORD_BITS] & bit_mask(bit)) != 0 ? MODEL_FREE
                                                                                 : MODEL_ALLOCATED;
        if (state == MODEL_ALLOCATED && model->state[i] == MODEL_OFFLINE)
            continue; /* the bitmap does not tell them apart */
        if (state != (enum model_state)model->state[i]) {
            trace_differ(t, "frame %#" PRIx64 " is %d, should be %d", frame, state, model->state[i]);
            return;
        }
    }
    if (pool_calls(t)->offline)
        pool_compare_offline(t);
}

/* The trace. */

static const struct trace_call call_offline = {"offline",
                                               CAN(OK) | CAN(INVALID) | CAN(OFFLINE) | CAN(NO_ROOM)},
                               call_online = {"online", CAN(OK)}, call_alloc = {"alloc", CAN(OK) | CAN(NONE)},
                               call_free = {"free", CAN_BE_OFFLINE | CAN(OK) | CAN(DOUBLE_FREE) |
                                                        CAN(RESERVED) | CAN(UNMANAGED) | CAN(MISALIGNED)},
                               call_alloc_run = {"take_run", CAN(OK) | CAN(NONE) | CAN(INVALID)},
                               call_claim = {"claim", CAN_BE_OFFLINE | CAN(OK) | CAN(IN_USE) | CAN(RESERVED) |
                                                          CAN(UNMANAGED) | CAN(MISALIGNED) | CAN(INVALID)},
                               call_free_run = {"free_run", CAN_BE_OFFLINE | CAN(OK) | CAN(DOUBLE_FREE) |
                                                                CAN(RESERVED) | CAN(UNMANAGED) |
                                                                CAN(MISALIGNED) | CAN(INVALID)},
                               call_alloc_bulk = {"take_bulk", CAN(OK) | CAN(NONE) | CAN(INVALID)},
                               call_free_bulk = {"free_bulk", CAN_BE_OFFLINE | CAN(OK) | CAN(DOUBLE_FREE) |
                                                                  CAN(RESERVED) | CAN(UNMANAGED) |
                                                                  CAN(MISALIGNED) | CAN(INVALID)},
                               call_alloc_range = {"take_range", CAN(OK)},
                               call_reserve = {"reserve", CAN_BE_OFFLINE | CAN(OK) | CAN(IN_USE) |
                                                              CAN(NO_ROOM) | CAN(INVALID)},
                               call_unreserve = {"unreserve", CAN_BE_OFFLINE | CAN(OK) | CAN(NOT_RESERVED) |
                                                                  CAN(NO_ROOM) | CAN(INVALID)},
                               call_adopt = {"adopt", CAN(OK)},
                               call_share = {"share", CAN(OK) | CAN(INVALID) | CAN(NO_ROOM)},
                               call_unshare = {"unshare", CAN(OK)};

/**
 * New ones go to the end, and those of shared pools are made on shared pools alone: so most bytes of the
 * corpus mean what they did.
 */
static const struct trace_operation operations[] = {
    {"alloc", 26, trace_alloc, &call_alloc},
    {"alloc in a row", 1, trace_alloc_many, &call_alloc},
    {"free", 36, trace_free_some, &call_free},
    {"free in a row", 2, trace_free_many, &call_free},
    {"take_run", 36, trace_alloc_run, &call_alloc_run},
    {"take_run in a row", 2, trace_alloc_runs, &call_alloc_run},
    {"take_run zeroed", 3, trace_alloc_run_zeroed, &call_alloc_run},
    {"claim", 18, trace_claim, &call_claim},
    {"free_run", 26, trace_free_run, &call_free_run},
    {"free_run of all", 20, trace_free_piece, &call_free_run},
    {"take_range", 4, trace_alloc_range, &call_alloc_range},
    {"reserve", 9, trace_reserve, &call_reserve},
    {"reserve in a row", 2, trace_reserve_many, &call_reserve},
    {"unreserve", 16, trace_unreserve, &call_unreserve},
    {"take_bulk", 4, trace_alloc_bulk, &call_alloc_bulk},
    {"free_bulk", 4, trace_free_bulk, &call_free_bulk},
    {"take_run of a hole", 2, trace_alloc_run_of_hole, &call_alloc_run},
    {"adopt", 2, trace_adopt, &call_adopt},
    {"share", 8, trace_share, &call_share},
    {"unshare", 2, trace_unshare, &call_unshare},
    {"offline", 24, trace_offline, &call_offline},
    {"online", 16, trace_online, &call_online},
};

void pool_compare(struct trace *t, const uint64_t *argument, struct answer got, struct answer expected)
{
    const struct trace_call *call = operations[t->operation].call;
    bool is_free = (call == &call_free || call == &call_free_run) && is_ok(expected);
    if (world.model.is_shared ||
        (pool_calls(t)->offline && is_free && model_count(&world.model, MODEL_OFFLINE) != 0))
        trace_note(t, 0);
    if (!trace_compare(t, NULL, argument, got, expected))
        return;
    if (expected.status != BITFRAME_OK || ++world.since_all >= 64 + world.model.frames / 16)
        pool_compare_all(t);
    else if (++world.since_count * 64 >= world.model.frames)
        compare_counts(t);
}

static bool is_made(const struct trace *t, const struct trace_operation *operation)
{
    const struct pool_calls *calls = pool_calls(t);
    if (operation->call == &call_share || operation->call == &call_unshare)
        return calls->share;
    if (operation->call == &call_offline || operation->call == &call_online)
        return calls->offline;
    return true;
}

/** The operation that shares a pool. */
static size_t sharing(void)
{
    size_t i = 0;
    while (operations[i].run != trace_share)
        i++;
    return i;
}

/**
 * The shape that BITFRAME_POOL_SHAPE names, for random traces of pools of mixed shapes. The byte that would
 * have chosen it is among what was chosen.
 */
static enum pool_shape choose_shape(struct trace *t)
{
    const char *name = getenv("BITFRAME_POOL_SHAPE");
    for (int shape = 0; name && t->input.seed != 0 && shape < POOL_SHAPES; shape++) {
        if (strcmp(name, pool_shape_name[shape]) == 0) {
            trace_record(t, (uint8_t)shape);
            return (enum pool_shape)shape;
        }
    }
    return (enum pool_shape)choose_below(t, POOL_LARGE);
}

/** With a subject that shares pools, they are shared from the start, and now and then for a while they are
 * not. */
static void begin(struct trace *t)
{
    const struct pool_subject *subject = t->subject;
    pool_make(t, subject->shape == POOL_MIXED ? choose_shape(t) : subject->shape);
    t->operation = sharing();
    while (t->world_end != 0 && subject->calls.share && !world.model.is_shared && !trace_is_over(t))
        trace_share(t);
}

static void finish(struct trace *t)
{
    pool_compare_all(t);
}

static void describe(char *text, size_t room)
{
    snprintf(text, room, "%" PRIu64 " frames from %#" PRIx64, world.model.frames, world.model.number[0]);
}

const struct trace_adapter trace_adapter = {
    .name = "pool",
    .operations = operations,
    .operation_count = COUNT(operations),
    .subject = &SUBJECT,
#ifdef BITFRAME_TESTS_OFFLINE
    .notes = {"frees while frames were out of use"},
#elif defined(BITFRAME_TESTS_SHARED)
    .notes = {"calls on shared pools"},
#endif
    .is_made = is_made,
    .begin = begin,
    .finish = finish,
    .describe = describe,
};
