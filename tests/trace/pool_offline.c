/* SPDX-License-Identifier: MIT */
/* pool_offline.c - ranges that go out of use and come back */
#include "pool_trace.h"

#include <inttypes.h>

#include "layout/metadata.h"
#include "layout/offline_records.h"
#include "layout/tables.h"
#include "layout/window.h"

enum { MOST_WORDS = 1 << 14 }; /* of an offline range */

/** Set a range offline, with a record that is in use now and then, and too few words now and then. */
void trace_offline(struct trace *t)
{
    unsigned record = (unsigned)choose_below(t, MODEL_RECORDS);
    uint64_t pa = choose_pa(t), bytes = choose_frames(t, 150, MODEL_ALLOCATED) * FRAME;
    if (one_in(t, 2))
        bytes -= choose_below(t, FRAME);
    if (one_in(t, 40)) {
        pa = 0;
        bytes = UINT64_MAX;
    } else if (one_in(t, 20)) { /* up to 2^64, or past it */
        bytes = 0 - pa + choose_below(t, 2);
    }
    uint64_t words = BITFRAME_OFFLINE_WORDS(pa, bytes);
    if (bytes == 0 || words > MOST_WORDS)
        words = MOST_WORDS;
    if (one_in(t, 12))
        words = choose_below(t, 3);
    uint64_t *bits = (uint64_t *)(void *)world.words[record].memory;
    if (!world.model.listed[record])
        bits = guarded_renew(world.words + record, words * sizeof(*bits), sizeof(*bits));
    struct answer got = {
        .status = pool_calls(t)->offline(&world.pool, world.records + record, pa, bytes, bits, words)};
    struct answer expected = {.status = model_offline(&world.model, record, pa, bytes, words)};
    pool_compare(t, (uint64_t[TRACE_ARGUMENTS]){record, pa, bytes, words}, got, expected);
}

void trace_online(struct trace *t)
{
    unsigned record = (unsigned)choose_below(t, MODEL_RECORDS);
    struct answer got = {.status = pool_calls(t)->online(&world.pool, world.records + record)};
    model_online(&world.model, record);
    pool_compare(t, (uint64_t[TRACE_ARGUMENTS]){record}, got, (struct answer){.status = BITFRAME_OK});
}

/* Comparisons. */

void pool_compare_offline_counts(struct trace *t)
{
    const struct model *model = &world.model;
    uint64_t offline_frames = model_count(model, MODEL_OFFLINE), in_use[MODEL_RECORDS + 1] = {0};
    if (bitframe_get_offline_frames(&world.pool) != offline_frames)
        trace_differ(t, "offline frames are %" PRIu64 ", should be %" PRIu64,
                     bitframe_get_offline_frames(&world.pool), offline_frames);
    for (uint64_t i = 0; i < model->frames; i++)
        in_use[model->leaving[i]] += model->state[i] == MODEL_ALLOCATED;
    for (unsigned r = 0; r < MODEL_RECORDS; r++) {
        uint64_t got = bitframe_get_offline_in_use(world.records + r);
        if (got != in_use[r + 1])
            trace_differ(t, "frames in use of record %u are %" PRIu64 ", should be %" PRIu64, r, got,
                         in_use[r + 1]);
    }
}

/** Is the run, which a record says is in use, what the model says from element @p i on? */
static bool is_in_use(const struct bitframe_map_run *run, unsigned record, uint64_t i)
{
    const struct model *model = &world.model;
    for (uint64_t k = 0; k < run->frames; k++) {
        if (i + k >= model->frames || model->number[i + k] != run->first_pa / FRAME + k ||
            model->leaving[i + k] != record + 1 || model->state[i + k] != MODEL_ALLOCATED)
            return false;
    }
    return true;
}

void pool_compare_offline(struct trace *t)
{
    const struct model *model = &world.model;
    for (unsigned r = 0; r < MODEL_RECORDS; r++) {
        struct bitframe_map_run run;
        uint64_t i = 0, frames = 0;
        for (uint64_t frame = 0, last = 0;
             bitframe_offline_next(&world.pool, world.records + r, &frame, &run); last = frame) {
            while (i < model->frames && model->number[i] < run.first_pa / FRAME)
                i++;
            if (run.first_pa / FRAME <= last || !is_in_use(&run, r, i))
                trace_differ(t, "record %u: a run in use from %#" PRIx64 " on", r, run.first_pa);
            frames += run.frames;
        }
        if (frames != bitframe_get_offline_in_use(world.records + r)) /* which is compared */
            trace_differ(t, "record %u: runs of %" PRIu64 " frames are in use", r, frames);
    }
    for (uint64_t i = 0; i < model->frames; i++) {
        uint64_t frame = model->number[i];
        bool leaving = bitframe_offline_overlapping(&world.pool, frame, frame + 1) != NULL;
        if (model->state[i] != MODEL_FOREIGN && leaving != (model->leaving[i] != 0))
            trace_differ(t, "frame %#" PRIx64 " is %sout of use", frame, leaving ? "" : "not ");
    }
}
