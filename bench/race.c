/* SPDX-License-Identifier: MIT */
/*
 * race.c - one measurement of several threads, each pinned to a CPU
 *
 * Google Benchmark neither pins threads nor tells whether they ran at the same time, so this measures by
 * itself. A race opens a contender, brings each worker into its state, lets all of them start at once, and
 * takes the CPU time of each for some milliseconds. An attempt is disturbed if they did not run at the same
 * time for nearly all of it, say because another program had a CPU: then the others ran alone, or waited for
 * a lock whose holder was away. There are a few more attempts then. Afterwards no frame may be held twice and
 * all must come back.
 */
#define _GNU_SOURCE
#include "race.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bitframe/page_alloc.h>

enum {
    TARGET_NS = 4000000, /* of a measurement: the longer, the more are disturbed */
    ATTEMPTS = 10,
};

/* Parts of its time that a worker must have had a CPU, and of all time that all must have run together. */
static const double ON_CPU = 0.98;
static const double TOGETHER = 0.9;

struct runner {
    struct race *race;
    struct worker worker;
    int cpu;
    /* Of the last attempt, ns: CPU time that it took, and when it began and ended. */
    double took;
    double began;
    double ended;
    bool failed;
};

static struct runner runners[THREADS_MAX];
static int cpus[CPU_SETSIZE];
static unsigned cpu_count;
static pthread_barrier_t barrier;

/** Is @p cpu the first of the hardware threads of its CPU? True as well if the system does not say. */
static bool is_first_of_cpu(int cpu)
{
    char path[96];
    int first = cpu;
    snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    FILE *file = fopen(path, "r");
    if (file) {
        if (fscanf(file, "%d", &first) != 1)
            first = cpu;
        fclose(file);
    }
    return first == cpu;
}

/* One CPU of each CPU comes before any other of it. */
unsigned race_find_cpus(void)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
        exit(2);
    for (int other = 0; other < 2; other++) {
        for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
            if (CPU_ISSET(cpu, &allowed) && is_first_of_cpu(cpu) == !other)
                cpus[cpu_count++] = cpu;
        }
    }
    return cpu_count;
}

static bool pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return pthread_setaffinity_np(pthread_self(), sizeof(set), &set) == 0;
}

static double clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static const struct unit_loops *loops_of(const struct thread_workload *workload,
                                         const struct contender *contender)
{
    return workload->huge ? &contender->loops->huge : &contender->loops->frames;
}

bool race_is_for(const struct thread_workload *workload, const struct contender *contender)
{
    return contender->close && loops_of(workload, contender)->cycle;
}

/** Make pairs of the workload. */
static void run_pairs(struct runner *self, uint64_t pairs)
{
    const struct thread_workload *workload = self->race->workload;
    const struct unit_loops *loops = loops_of(workload, self->race->contender);
    (workload->keeps ? loops->replace : loops->cycle)(&self->worker, pairs);
}

/** Run the workload on all threads at once, the @p attempt-th time. */
static void attempt(struct runner *self, unsigned attempt)
{
    struct race *race = self->race;
    pthread_barrier_wait(&barrier);
    __atomic_add_fetch(&race->ready, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&race->ready, __ATOMIC_ACQUIRE) < attempt * race->threads)
        bench_relax();

    self->began = clock_ns(CLOCK_MONOTONIC);
    double cpu_began = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    run_pairs(self, race->pairs);
    self->took = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_began;
    self->ended = clock_ns(CLOCK_MONOTONIC);
    pthread_barrier_wait(&barrier);
}

/** Was the last attempt? To be asked while none is under way. */
static bool is_disturbed(const struct race *race)
{
    double first = runners[0].began, last_began = first;
    double last = runners[0].ended, first_ended = last;
    bool paused = false;
    for (unsigned i = 0; i < race->threads; i++) {
        const struct runner *runner = &runners[i];
        first = runner->began < first ? runner->began : first;
        last_began = runner->began > last_began ? runner->began : last_began;
        last = runner->ended > last ? runner->ended : last;
        first_ended = runner->ended < first_ended ? runner->ended : first_ended;
        paused |= runner->took < (runner->ended - runner->began) * ON_CPU;
    }
    return paused || first_ended - last_began < (last - first) * TOGETHER;
}

/** Pairs that take about as long as they should, as the last attempt went. */
static uint64_t pairs_for_target(const struct race *race)
{
    double pairs = TARGET_NS / (runners[0].took / (double)race->pairs);
    if (pairs > (double)race->workload->most_pairs)
        return race->workload->most_pairs;
    if (pairs < (double)race->workload->least_pairs)
        return race->workload->least_pairs;
    return (uint64_t)pairs / BURST * BURST;
}

static void *run_worker(void *argument)
{
    struct runner *self = argument;
    struct race *race = self->race;
    if (!race->check && !pin(self->cpu))
        self->failed = true;
    const struct unit_loops *loops = loops_of(race->workload, race->contender);
    if (race->workload->keeps) {
        loops->hold(&self->worker, race->live);
        run_pairs(self, race->live);
    }
    attempt(self, 1);
    if (!race->check) {
        uint64_t pairs = pairs_for_target(race);
        pthread_barrier_wait(&barrier); /* all have looked at race->pairs */
        if (self->worker.cpu == 0)
            race->pairs = pairs;
        unsigned number = 2;
        do
            attempt(self, number++);
        while (is_disturbed(race) && number < 2 + ATTEMPTS);
    }
    if (!race->workload->keeps)
        loops->hold(&self->worker, race->workload->held);
    return NULL;
}

/** Is what all workers hold theirs alone? */
static bool held_once(const struct race *race)
{
    static uint8_t holders[RACE_FRAMES];
    uint64_t frames = race->workload->huge ? HUGE_FRAMES : 1;
    memset(holders, 0, sizeof(holders));
    for (unsigned i = 0; i < race->threads; i++) {
        const struct worker *worker = &runners[i].worker;
        for (uint64_t h = 0; h < worker->count; h++) {
            uint64_t first = (worker->held[h] - MALLOC_START) / BITFRAME_FRAME_BYTES;
            if (worker->held[h] % BITFRAME_FRAME_BYTES != 0 || first > RACE_FRAMES - frames)
                return false;
            for (uint64_t frame = 0; frame < frames; frame++) {
                if (holders[first + frame]++ != 0)
                    return false;
            }
        }
    }
    return true;
}

/** Memory for a contender's metadata and for what its workers hold; it is let go when more is asked for. */
static void *memory_of(uint64_t bytes)
{
    static void *memory;
    static uint64_t room;
    if (bytes > room) {
        free(memory);
        room = (bytes + 4095) / 4096 * 4096;
        memory = aligned_alloc(4096, room);
        if (!memory) {
            fprintf(stderr, "no %llu bytes of memory\n", (unsigned long long)room);
            exit(2);
        }
        memset(memory, 0, room); /* its pages are there before anything is measured */
    }
    return memory;
}

/** The figures of the last attempt. */
static struct race_result result_of(const struct race *race)
{
    struct race_result result = {.disturbed = is_disturbed(race)};
    for (unsigned i = 0; i < race->threads; i++) {
        result.ns += runners[i].took / (double)race->pairs / race->threads;
        result.rate += (double)race->pairs / runners[i].took * 1000;
    }
    return result;
}

const char *race_run(struct race *race, struct race_result *result)
{
    const struct contender *contender = race->contender;
    uint64_t held_bytes = (race->live * sizeof(uint64_t) + 4095) / 4096 * 4096;
    char *memory = memory_of(race->threads * held_bytes + contender->bytes(RACE_FRAMES));
    struct bench_memory opened = {memory + race->threads * held_bytes, MALLOC_START, RACE_FRAMES,
                                  race->threads};
    if (!contender->open(&opened))
        return "it does not open";

    pthread_t threads[THREADS_MAX];
    race->pairs = race->workload->least_pairs;
    race->ready = 0;
    pthread_barrier_init(&barrier, NULL, race->threads);
    for (unsigned i = 0; i < race->threads; i++) {
        runners[i] = (struct runner){
            .race = race,
            .worker = {.cpu = i,
                       .held = (uint64_t *)(memory + i * held_bytes),
                       .burst = race->workload->burst,
                       .random = i + 1},
            .cpu = cpus[i % cpu_count],
        };
        if (pthread_create(&threads[i], NULL, run_worker, &runners[i]) != 0) {
            perror("pthread_create");
            exit(2);
        }
    }
    for (unsigned i = 0; i < race->threads; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);

    bool once = !contender->allocates || held_once(race);
    uint64_t refused = 0;
    bool failed = false;
    for (unsigned i = 0; i < race->threads; i++) {
        loops_of(race->workload, contender)->release(&runners[i].worker);
        refused |= runners[i].worker.refused;
        failed |= runners[i].failed;
    }
    uint64_t free_frames = contender->close();
    *result = result_of(race);
    if (failed)
        return "a thread cannot be pinned";
    if (!once)
        return "a frame was handed out twice, or is none";
    if (refused)
        return "a free was refused";
    if (contender->allocates && free_frames != RACE_FRAMES)
        return "not all frames came back";
    return NULL;
}
