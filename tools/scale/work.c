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

const char *const area_names[AREAS] = {"rest", "lock",  "pool",  "bitmap", "index",
                                       "huge", "lists", "slots", "claims"};

const struct work_settings work_usual_settings = {
    .work = WORK_BURST,
    .cpus = 1,
    .frames = UINT64_C(1) << 24,
    .live_frames = 100000,
    .pairs = 65536,
    .seed = 1,
};

/** What a CPU has. Private memory, and compiled without the hook: it costs nothing. */
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
    const struct contender *contender;
    struct machine *machine;
    enum work_result result;
    uint8_t *is_held; /* of each frame */
    uint64_t held_frames;
    struct worker worker[MACHINE_CPUS_MAX];
};

static uint64_t alloc(struct run *run, unsigned cpu)
{
    uint64_t pa = run->contender->alloc(cpu);
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

static void give_back(struct run *run, uint64_t pa, unsigned cpu)
{
    run->is_held[(pa - FIRST_PA) / BITFRAME_FRAME_BYTES] = 0;
    run->held_frames--;
    if (!run->contender->give_back(pa, cpu))
        run->result = WORK_REFUSED;
}

static uint64_t *held_at(const struct worker *worker, uint64_t which)
{
    return &worker->held[(worker->first + which) % worker->room];
}

static void keep(struct worker *worker, uint64_t pa)
{
    if (worker->count == worker->room) {
        fprintf(stderr, "scale: a CPU holds too many frames\n");
        exit(1);
    }
    *held_at(worker, worker->count++) = pa;
}

/** One allocation or one free. */
static void step(struct run *run, unsigned cpu)
{
    struct worker *worker = &run->worker[cpu];
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
        uint64_t pa = alloc(run, cpu);
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
    give_back(run, pa, cpu);
}

static void cpu_main(void *context, unsigned cpu)
{
    struct run *run = context;
    do
        step(run, cpu);
    while (run->result == WORK_OK && machine_step(run->machine));
}

static void step_alone(struct run *run, uint64_t cpu)
{
    machine_become(run->machine, (unsigned)cpu);
    step(run, (unsigned)cpu);
    machine_rest(run->machine);
}

/** Steps that the CPUs take in random order, one after the other: as many as make it usual. */
static void prepare(struct run *run)
{
    const struct work_settings *settings = run->settings;
    uint64_t random = settings->seed;
    uint64_t steps = (uint64_t)settings->cpus * BURST * 4;
    if (settings->work == WORK_CHURN)
        steps = settings->live_frames * 5;
    while (run->result == WORK_OK && steps-- != 0)
        step_alone(run, next_random(&random) % settings->cpus);
    for (uint64_t cpu = 0; settings->work == WORK_PASS && cpu < settings->cpus; cpu++) {
        struct worker *worker = &run->worker[cpu];
        for (steps = IN_FLIGHT; run->result == WORK_OK && steps != 0; steps--) {
            worker->is_giving_back = true; /* so that it allocates */
            step_alone(run, cpu);
        }
    }
    /* Bursts begin at any time. */
    for (unsigned cpu = 0; settings->work == WORK_BURST && cpu < settings->cpus; cpu++) {
        for (steps = next_random(&random) % (2 * BURST); run->result == WORK_OK && steps != 0; steps--)
            step_alone(run, cpu);
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

enum work_result work_run(const struct work_settings *settings, const struct contender *contender,
                          struct machine_counts *counts)
{
    struct run *run = zeros(1, sizeof *run);
    run->settings = settings;
    run->contender = contender;
    run->is_held = zeros(settings->frames, 1);
    run->machine = machine_open(settings->cpus, &settings->costs,
                                contender->bytes(settings->frames, settings->cpus), settings->seed);
    for (unsigned cpu = 0; cpu < settings->cpus; cpu++) {
        struct worker *worker = &run->worker[cpu];
        worker->room = settings->work == WORK_BURST   ? BURST
                       : settings->work == WORK_CHURN ? settings->live_frames / settings->cpus
                                                      : 1 << 16;
        worker->held = zeros(worker->room, sizeof *worker->held);
        worker->random = settings->seed + UINT64_C(0x9E3779B97F4A7C15) * (cpu + 1);
        worker->partner = (cpu + settings->cpus / 2) % settings->cpus;
    }
    contender->open(run->machine, FIRST_PA, settings->frames, settings->cpus);
    prepare(run);
    uint64_t pairs = contender->is_locked ? settings->pairs / 8 : settings->pairs;
    if (run->result == WORK_OK) {
        machine_count(run->machine, pairs / 2); /* a quarter as much to come to rest */
        machine_run(run->machine, cpu_main, run);
    }
    if (run->result == WORK_OK) {
        machine_count(run->machine, pairs * 2);
        machine_run(run->machine, cpu_main, run);
        *counts = *machine_counts(run->machine);
    }
    enum work_result result = run->result;
    if (result == WORK_OK && !contender->close(settings->frames - run->held_frames))
        result = WORK_UNSOUND;
    machine_close(run->machine);
    for (unsigned cpu = 0; cpu < settings->cpus; cpu++)
        free(run->worker[cpu].held);
    free(run->is_held);
    free(run);
    return result;
}
