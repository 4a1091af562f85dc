/* SPDX-License-Identifier: MIT */
/*
 * threads.c - how long on several threads: every team at every workload
 *
 * usage: bench-threads [--check | --list | --repetitions N]
 *
 * Google Benchmark neither pins threads nor tells whether they ran at the same time, so this measures by
 * itself. A repetition goes through all workloads, numbers of threads and teams in turn, so that what is
 * compared is measured within moments. A measurement opens a team, brings each worker into its state, lets
 * all of them start at once, and takes the CPU time of each for some milliseconds. An attempt is disturbed if
 * they did not run at the same time for nearly all of it, say because another program had a CPU: then the
 * others ran alone, or waited for a lock whose holder was away. There are a few more attempts then. A line
 * for each measurement:
 *
 *   workload  team  threads  repetition  ns per pair and thread  pairs per us of all  disturbed
 *
 * and before them one that begins with # and has the compiler, its flags and the number of CPUs.
 *
 * After each, no frame may be held twice and all must come back. --check does just that, on more threads than
 * there may be CPUs, and says whether a team that is wrong was noticed. --list prints a line for each
 * measurement of a repetition, and measures nothing.
 */
#define _GNU_SOURCE
#include "threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bitframe/page_alloc.h>

#include "bench.h"

#define FRAMES ((UINT64_C(3008) << 20) / BITFRAME_FRAME_BYTES)

enum {
    RUNS_HELD = 16,
    TARGET_NS = 4000000, /* of a measurement: the longer, the more are disturbed */
    ATTEMPTS = 10,
    CHECK_THREADS = 4,
    CHECK_LIVE = 2000,
    CHECK_PATIENCE = 16,
};

/* Parts of its time that a worker must have had a CPU, and of all time that all must have run together. */
static const double ON_CPU = 0.98;
static const double TOGETHER = 0.9;

/* Looks between which a thread that waits lets others run. */
static unsigned patience = 4096;

struct workload {
    const char *name;
    bool (*is_for)(const struct team *team);
    void (*prepare)(const struct team *team, struct worker *self, uint64_t live);
    void (*run)(const struct team *team, struct worker *self, uint64_t pairs); /* what is measured */
    void (*hold)(const struct team *team, struct worker *self); /* some frames, for them to be looked at */
    void (*let_go)(const struct team *team, struct worker *self);
    uint64_t frames;      /* in what is held, each */
    uint64_t most_pairs;  /* in one measurement, a multiple of BURST as the next */
    uint64_t least_pairs; /* and first, to see how many will do */
};

static bool is_for_all(const struct team *team)
{
    return team->loops.fill;
}

static bool is_for_runs(const struct team *team)
{
    return team->loops.runs;
}

static void drain(const struct team *team, struct worker *self)
{
    team->loops.drain(self);
}

static void prepare_nothing(const struct team *team, struct worker *self, uint64_t live)
{
    (void)team;
    (void)self;
    (void)live;
}

static void run_bursts(const struct team *team, struct worker *self, uint64_t pairs)
{
    team->loops.bursts(self, pairs);
}

static void hold_burst(const struct team *team, struct worker *self)
{
    team->loops.fill(self, BURST);
}

/** Hold @p live frames, most of which have been replaced before anything is measured. */
static void prepare_churn(const struct team *team, struct worker *self, uint64_t live)
{
    team->loops.fill(self, live);
    team->loops.churn(self, live);
}

static void run_churn(const struct team *team, struct worker *self, uint64_t pairs)
{
    team->loops.churn(self, pairs);
}

static void hold_on(const struct team *team, struct worker *self)
{
    (void)team;
    (void)self;
}

static void run_runs(const struct team *team, struct worker *self, uint64_t pairs)
{
    team->loops.runs(self, pairs);
}

static void hold_runs(const struct team *team, struct worker *self)
{
    team->loops.fill_runs(self, RUNS_HELD);
}

static void drain_runs(const struct team *team, struct worker *self)
{
    team->loops.drain_runs(self);
}

static const struct workload workloads[] = {
    {
        .name = "bursts",
        .is_for = is_for_all,
        .prepare = prepare_nothing,
        .run = run_bursts,
        .hold = hold_burst,
        .let_go = drain,
        .frames = 1,
        .most_pairs = 4096 * BURST,
        .least_pairs = 32 * BURST,
    },
    {
        .name = "churn",
        .is_for = is_for_all,
        .prepare = prepare_churn,
        .run = run_churn,
        .hold = hold_on,
        .let_go = drain,
        .frames = 1,
        .most_pairs = 4096 * BURST,
        .least_pairs = 32 * BURST,
    },
    {
        .name = "2MiB",
        .is_for = is_for_runs,
        .prepare = prepare_nothing,
        .run = run_runs,
        .hold = hold_runs,
        .let_go = drain_runs,
        .frames = RUN_FRAMES,
        .most_pairs = 512 * BURST,
        .least_pairs = 4 * BURST,
    },
};

static const struct team *const teams[] = {
    &team_atomic, &team_handover, &team_empty,  &team_bare,
    &team_local,  &team_lowest,   &team_locked, &team_locked_buddy,
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/** One measurement. */
struct race {
    const struct team *team;
    const struct workload *workload;
    unsigned threads;
    uint64_t live;  /* frames that a worker holds in churn */
    bool check;     /* not a measurement: any CPU, few pairs */
    uint64_t pairs; /* that each worker makes in an attempt */
    unsigned ready; /* workers that waited for the start of an attempt, so far */
    pthread_barrier_t barrier;
};

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

void thread_relax(void)
{
    static _Thread_local unsigned looks;
#ifdef __x86_64__
    __builtin_ia32_pause();
#endif
    if (++looks % patience == 0)
        (void)sched_yield();
}

/** Is @p cpu the first of the hardware threads of its core? True as well if nobody knows. */
static bool is_first_of_core(int cpu)
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

/** The CPUs that this process may use, one of each core before any other of it. */
static void find_cpus(void)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
        exit(2);
    for (int other = 0; other < 2; other++) {
        for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
            if (CPU_ISSET(cpu, &allowed) && is_first_of_core(cpu) == !other)
                cpus[cpu_count++] = cpu;
        }
    }
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

/** Run the workload on all threads at once, the @p attempt-th time. */
static void attempt(struct runner *self, unsigned attempt)
{
    struct race *race = self->race;
    pthread_barrier_wait(&race->barrier);
    __atomic_add_fetch(&race->ready, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&race->ready, __ATOMIC_ACQUIRE) < attempt * race->threads)
        thread_relax();

    self->began = clock_ns(CLOCK_MONOTONIC);
    double cpu_began = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    race->workload->run(race->team, &self->worker, race->pairs);
    self->took = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_began;
    self->ended = clock_ns(CLOCK_MONOTONIC);
    pthread_barrier_wait(&race->barrier);
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
    race->workload->prepare(race->team, &self->worker, race->live);
    attempt(self, 1);
    if (!race->check) {
        uint64_t pairs = pairs_for_target(race);
        pthread_barrier_wait(&race->barrier); /* all have looked at race->pairs */
        if (self->worker.core == 0)
            race->pairs = pairs;
        unsigned number = 2;
        do
            attempt(self, number++);
        while (is_disturbed(race) && number < 2 + ATTEMPTS);
    }
    race->workload->hold(race->team, &self->worker);
    return NULL;
}

/** Is what all workers hold theirs alone? */
static bool held_once(const struct race *race)
{
    static uint8_t holders[FRAMES];
    memset(holders, 0, sizeof(holders));
    for (unsigned i = 0; i < race->threads; i++) {
        const struct worker *worker = &runners[i].worker;
        for (uint64_t h = 0; h < worker->count; h++) {
            uint64_t first = (worker->held[h] - MALLOC_START) / BITFRAME_FRAME_BYTES;
            if (worker->held[h] % BITFRAME_FRAME_BYTES != 0 || first > FRAMES - race->workload->frames)
                return false;
            for (uint64_t frame = 0; frame < race->workload->frames; frame++) {
                if (holders[first + frame]++ != 0)
                    return false;
            }
        }
    }
    return true;
}

/** Memory for a team's metadata and for what its workers hold; it is let go when more is asked for. */
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

/** Run one measurement, its figures in runners. Null, or what was wrong. */
static const char *run_race(struct race *race)
{
    const struct team *team = race->team;
    uint64_t held_bytes = (race->live * sizeof(uint64_t) + 4095) / 4096 * 4096;
    char *memory = memory_of(race->threads * held_bytes + team->bytes(FRAMES, race->threads));
    if (!team->open(memory + race->threads * held_bytes, MALLOC_START, FRAMES, race->threads))
        return "it does not open";

    pthread_t threads[THREADS_MAX];
    race->pairs = race->workload->least_pairs;
    race->ready = 0;
    pthread_barrier_init(&race->barrier, NULL, race->threads);
    for (unsigned i = 0; i < race->threads; i++) {
        runners[i] = (struct runner){
            .race = race,
            .worker = {.core = i, .held = (uint64_t *)(memory + i * held_bytes), .random = i + 1},
            .cpu = cpus[i % cpu_count],
        };
        if (pthread_create(&threads[i], NULL, run_worker, &runners[i]) != 0) {
            perror("pthread_create");
            exit(2);
        }
    }
    for (unsigned i = 0; i < race->threads; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&race->barrier);

    bool once = !team->allocates || held_once(race);
    uint64_t refused = 0;
    bool failed = false;
    for (unsigned i = 0; i < race->threads; i++) {
        race->workload->let_go(team, &runners[i].worker);
        refused |= runners[i].worker.refused;
        failed |= runners[i].failed;
    }
    uint64_t free_frames = team->close();
    if (failed)
        return "a thread cannot be pinned";
    if (!once)
        return "a frame was handed out twice, or is none";
    if (refused)
        return "a free was refused";
    if (team->allocates && free_frames != FRAMES)
        return "not all frames came back";
    return NULL;
}

static void measure(struct race *race, unsigned repetition)
{
    const char *wrong = run_race(race);
    if (wrong) {
        fprintf(stderr, "%s of %s on %u threads: %s\n", race->workload->name, race->team->name, race->threads,
                wrong);
        exit(1);
    }
    double ns = 0;
    double rate = 0;
    for (unsigned i = 0; i < race->threads; i++) {
        ns += runners[i].took / (double)race->pairs / race->threads;
        rate += (double)race->pairs / runners[i].took * 1000;
    }
    printf("%s\t%s\t%u\t%u\t%.3f\t%.3f\t%d\n", race->workload->name, race->team->name, race->threads,
           repetition, ns, rate, is_disturbed(race));
    fflush(stdout);
}

/** 1, 2, 4, 8 and as many as there may be. */
static unsigned more_threads(unsigned threads)
{
    unsigned most = cpu_count < THREADS_MAX ? cpu_count : THREADS_MAX;
    return threads < most && threads * 2 > most ? most : threads * 2;
}

/** Does @p each with every team that the workload is for. */
static void for_teams(const struct workload *workload, unsigned threads, unsigned repetition,
                      void (*each)(struct race *race, unsigned repetition))
{
    uint64_t share = FRAMES / 4 * 3 / threads;
    for (size_t t = 0; t < COUNT_OF(teams); t++) {
        struct race race = {
            .team = teams[t],
            .workload = workload,
            .threads = threads,
            .live = LIVE_FRAMES < share ? LIVE_FRAMES : share,
        };
        if (workload->is_for(teams[t]))
            each(&race, repetition);
    }
}

static void list(struct race *race, unsigned repetition)
{
    (void)repetition;
    printf("%s\t%s\t%u\n", race->workload->name, race->team->name, race->threads);
}

static void for_all(unsigned repetitions, void (*each)(struct race *race, unsigned repetition))
{
    for (unsigned repetition = 0; repetition < repetitions; repetition++) {
        for (size_t w = 0; w < COUNT_OF(workloads); w++) {
            for (unsigned threads = 1; threads <= THREADS_MAX && threads <= cpu_count;
                 threads = more_threads(threads))
                for_teams(&workloads[w], threads, repetition, each);
        }
    }
}

static const char *check(const struct team *team, const struct workload *workload)
{
    struct race race = {
        .team = team,
        .workload = workload,
        .threads = CHECK_THREADS,
        .live = CHECK_LIVE,
        .check = true,
    };
    return run_race(&race);
}

static int check_all(void)
{
    unsigned failures = 0;
    patience = CHECK_PATIENCE;
    for (size_t w = 0; w < COUNT_OF(workloads); w++) {
        const char *name = workloads[w].name;
        for (size_t t = 0; t < COUNT_OF(teams); t++) {
            if (!workloads[w].is_for(teams[t]))
                continue;
            const char *wrong = check(teams[t], &workloads[w]);
            printf("%s  %s of %s%s%s\n", wrong ? "FAIL" : "ok  ", name, teams[t]->name, wrong ? ": " : "",
                   wrong ? wrong : "");
            failures += wrong != NULL;
        }
        if (!workloads[w].is_for(&team_wrong))
            continue;
        const char *wrong = check(&team_wrong, &workloads[w]);
        printf("%s  %s of %s: %s\n", wrong ? "ok  " : "FAIL", name, team_wrong.name,
               wrong ? "noticed" : "nothing noticed");
        failures += wrong == NULL;
    }
    return failures != 0;
}

int main(int argc, char **argv)
{
    find_cpus();
    if (argc == 2 && strcmp(argv[1], "--check") == 0)
        return check_all();
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        for_all(1, list);
        return 0;
    }
    unsigned long repetitions = argc == 3 ? strtoul(argv[2], NULL, 10) : 15;
    if ((argc != 1 && argc != 3) || (argc == 3 && strcmp(argv[1], "--repetitions") != 0) ||
        repetitions == 0) {
        fprintf(stderr, "usage: bench-threads [--check | --list | --repetitions N]\n");
        return 2;
    }
    printf("#\t%s\t%s\t%u\n", BENCH_COMPILER, BENCH_FLAGS, cpu_count);
    for_all((unsigned)repetitions, measure);
    return 0;
}
