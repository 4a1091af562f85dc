/* SPDX-License-Identifier: MIT */
/* work.c - bursts, churn, and frames that are passed on. */
#include "work.h"

#include <stdio.h>
#include <stdlib.h>

#include <bitframe/bitframe.h>

#include "random.h"

enum { BURST = 128, IN_FLIGHT = 64, FIRST_PA = 0x40000000 };

const char *const work_names[WORKS] = {"burst", "churn", "pass"};

const char *const work_result_names[] = {"ok", "a frame twice", "a foreign frame", "a refused free",
                                         "unsound"};

const char *const area_names[AREAS] = {"rest",  "lock",  "pool",  "bitmap", "index",
                                       "lines", "lists", "slots", "claims"};

const struct work_settings work_usual_settings = {
    .work = WORK_BURST,
    .cores = 1,
    .frames = UINT64_C(1) << 24,
    .live_frames = 100000,
    .pairs = 65536,
    .seed = 1,
};

/** What a core has. Private memory, and compiled without the hook: it costs nothing. */
struct worker {
    uint64_t *held; /* a ring, in which only those that are passed on go round */
    uint64_t first;
    uint64_t count;
    uint64_t room;
    uint64_t random;
    bool is_giving_back;
    unsigned partner; /* who gets its frames */
};

struct run {
    const struct work_settings *settings;
    const struct subject *subject;
    struct machine *machine;
    enum work_result result;
    uint8_t *is_held; /* of each frame */
    uint64_t held_frames;
    struct worker worker[MACHINE_CORES_MAX];
};

static uint64_t alloc(struct run *run, unsigned core)
{
    uint64_t pa = run->subject->alloc(core);
    uint64_t frame = (pa - FIRST_PA) / BITFRAME_FRAME_BYTES;
    if (pa % BITFRAME_FRAME_BYTES != 0 || frame >= run->settings->frames) {
        run->result = WORK_FOREIGN;
        return 0;
    }
    if (run->is_held[frame])
        run->result = WORK_TWICE;
    run->is_held[frame] = 1;
    run->held_frames++;
    return pa;
}

static void give_back(struct run *run, uint64_t pa, unsigned core)
{
    run->is_held[(pa - FIRST_PA) / BITFRAME_FRAME_BYTES] = 0;
    run->held_frames--;
    if (!run->subject->give_back(pa, core))
        run->result = WORK_REFUSED;
}

static uint64_t *held_at(const struct worker *worker, uint64_t which)
{
    return &worker->held[(worker->first + which) % worker->room];
}

static void keep(struct worker *worker, uint64_t pa)
{
    if (worker->count == worker->room) {
        fprintf(stderr, "scale: a core holds too many frames\n");
        exit(1);
    }
    *held_at(worker, worker->count++) = pa;
}

/** One take or one free. */
static void step(struct run *run, unsigned core)
{
    struct worker *worker = &run->worker[core];
    struct worker *to = worker;
    uint64_t which = worker->count - 1;
    switch (run->settings->work) {
    case WORK_BURST:
        if (worker->count == 0 || worker->count == BURST)
            worker->is_giving_back = worker->count != 0;
        break;
    case WORK_CHURN:
        worker->is_giving_back = worker->count == worker->room;
        which = next_random(&worker->random) % worker->room;
        break;
    case WORK_PASS:
    case WORKS:
        worker->is_giving_back = !worker->is_giving_back && worker->count != 0;
        to = &run->worker[worker->partner];
        which = 0;
        break;
    }
    if (!worker->is_giving_back) {
        uint64_t pa = alloc(run, core);
        if (pa != 0)
            keep(to, pa);
        return;
    }
    uint64_t pa = *held_at(worker, which);
    if (run->settings->work == WORK_PASS)
        worker->first = (worker->first + 1) % worker->room;
    else
        *held_at(worker, which) = *held_at(worker, worker->count - 1);
    worker->count--;
    give_back(run, pa, core);
}

static void core_main(void *context, unsigned core)
{
    struct run *run = context;
    do
        step(run, core);
    while (run->result == WORK_OK && machine_step(run->machine));
}

static void step_alone(struct run *run, uint64_t core)
{
    machine_become(run->machine, (unsigned)core);
    step(run, (unsigned)core);
    machine_rest(run->machine);
}

/** Steps that the cores take in random order, one after the other: as many as make it usual. */
static void prepare(struct run *run)
{
    const struct work_settings *settings = run->settings;
    uint64_t random = settings->seed;
    uint64_t steps = (uint64_t)settings->cores * BURST * 4;
    if (settings->work == WORK_CHURN)
        steps = settings->live_frames * 5;
    while (run->result == WORK_OK && steps-- != 0)
        step_alone(run, next_random(&random) % settings->cores);
    for (uint64_t core = 0; settings->work == WORK_PASS && core < settings->cores; core++) {
        struct worker *worker = &run->worker[core];
        for (steps = IN_FLIGHT; run->result == WORK_OK && steps != 0; steps--) {
            worker->is_giving_back = true; /* so that it takes */
            step_alone(run, core);
        }
    }
    /* Bursts begin at any time. */
    for (unsigned core = 0; settings->work == WORK_BURST && core < settings->cores; core++) {
        for (steps = next_random(&random) % (2 * BURST); run->result == WORK_OK && steps != 0; steps--)
            step_alone(run, core);
    }
}

static void *zeros(uint64_t count, uint64_t bytes)
{
    void *memory = calloc(count, bytes);
    if (!memory) {
        perror("scale");
        exit(1);
    }
    return memory;
}

enum work_result work_run(const struct work_settings *settings, const struct subject *subject,
                          struct machine_counts *counts)
{
    struct run *run = zeros(1, sizeof *run);
    run->settings = settings;
    run->subject = subject;
    run->is_held = zeros(settings->frames, 1);
    run->machine = machine_open(settings->cores, &settings->costs,
                                subject->bytes(settings->frames, settings->cores), settings->seed);
    for (unsigned core = 0; core < settings->cores; core++) {
        struct worker *worker = &run->worker[core];
        worker->room = settings->work == WORK_BURST   ? BURST
                       : settings->work == WORK_CHURN ? settings->live_frames / settings->cores
                                                      : 1 << 16;
        worker->held = zeros(worker->room, sizeof *worker->held);
        worker->random = settings->seed + UINT64_C(0x9E3779B97F4A7C15) * (core + 1);
        worker->partner = (core + settings->cores / 2) % settings->cores;
    }
    subject->open(run->machine, FIRST_PA, settings->frames, settings->cores);
    prepare(run);
    uint64_t pairs = subject->is_locked ? settings->pairs / 8 : settings->pairs;
    if (run->result == WORK_OK) {
        machine_count(run->machine, pairs / 2); /* a quarter as much to come to rest */
        machine_run(run->machine, core_main, run);
    }
    if (run->result == WORK_OK) {
        machine_count(run->machine, pairs * 2);
        machine_run(run->machine, core_main, run);
        *counts = *machine_counts(run->machine);
    }
    enum work_result result = run->result;
    if (result == WORK_OK && !subject->close(settings->frames - run->held_frames))
        result = WORK_UNSOUND;
    machine_close(run->machine);
    for (unsigned core = 0; core < settings->cores; core++)
        free(run->worker[core].held);
    free(run->is_held);
    free(run);
    return result;
}
