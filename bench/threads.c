/* SPDX-License-Identifier: MIT */
/*
 * threads.c - how long on several threads: every contender at every workload
 *
 * usage: bench-threads [--check | --list | --repetitions N]
 *
 * A repetition goes through all workloads, numbers of threads and contenders in turn, so that what is
 * compared is measured within moments. A line for each measurement:
 *
 *   workload  contender  threads  repetition  ns per pair and thread  pairs per us of all  disturbed
 *
 * and before them one that begins with # and has the compiler, its flags and the number of CPUs. race.c says
 * how one is made, and when it is disturbed.
 *
 * --check only looks whether frames are held twice or lost, on more threads than there may be CPUs, and
 * whether a contender that is wrong was noticed. --list prints a line for each measurement of a repetition,
 * and measures nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "race.h"

enum {
    LIVE_FRAMES = 100000, /* that a worker holds in churn, if memory has as many */
    CHECK_THREADS = 4,
    CHECK_LIVE = 2000,
    CHECK_PATIENCE = 16,
};

static const struct thread_workload workloads[] = {
    {
        .name = "bursts",
        .burst = BURST,
        .held = BURST,
        .most_pairs = 4096 * BURST,
        .least_pairs = 32 * BURST,
    },
    {
        .name = "churn",
        .keeps = true,
        .most_pairs = 4096 * BURST,
        .least_pairs = 32 * BURST,
    },
    {
        .name = "2MiB",
        .huge = true,
        .burst = 1,
        .held = 16,
        .most_pairs = 512 * BURST,
        .least_pairs = 4 * BURST,
    },
};
enum { WORKLOADS = sizeof(workloads) / sizeof(workloads[0]) };

static unsigned cpu_count;
static unsigned failures;

typedef void race_fn(struct race *race, unsigned repetition);

/** Does @p each with every contender that the workload is for. */
static void for_contenders(struct race race, unsigned repetition, race_fn *each)
{
    for (const struct contender *const *file = bench_contenders; *file; file++) {
        for (race.contender = *file; race.contender->name; race.contender++) {
            if (race_is_for(race.workload, race.contender))
                each(&race, repetition);
        }
    }
}

/** 1, 2, 4, 8 and as many as there may be. */
static unsigned more_threads(unsigned threads)
{
    unsigned most = cpu_count < THREADS_MAX ? cpu_count : THREADS_MAX;
    return threads < most && threads * 2 > most ? most : threads * 2;
}

static void for_all(unsigned repetitions, race_fn *each)
{
    for (unsigned repetition = 0; repetition < repetitions; repetition++) {
        for (size_t w = 0; w < WORKLOADS; w++) {
            for (unsigned threads = 1; threads <= THREADS_MAX && threads <= cpu_count;
                 threads = more_threads(threads)) {
                uint64_t share = RACE_FRAMES / 4 * 3 / threads;
                struct race race = {
                    .workload = &workloads[w],
                    .threads = threads,
                    .live = LIVE_FRAMES < share ? LIVE_FRAMES : share,
                };
                for_contenders(race, repetition, each);
            }
        }
    }
}

static void list(struct race *race, unsigned repetition)
{
    (void)repetition;
    printf("%s\t%s\t%u\n", race->workload->name, race->contender->name, race->threads);
}

static void measure(struct race *race, unsigned repetition)
{
    struct race_result result;
    const char *wrong = race_run(race, &result);
    if (wrong) {
        fprintf(stderr, "%s of %s on %u threads: %s\n", race->workload->name, race->contender->name,
                race->threads, wrong);
        exit(1);
    }
    printf("%s\t%s\t%u\t%u\t%.3f\t%.3f\t%d\n", race->workload->name, race->contender->name, race->threads,
           repetition, result.ns, result.rate, result.disturbed);
    fflush(stdout);
}

static void check(struct race *race, unsigned repetition)
{
    (void)repetition;
    struct race_result result;
    bool must_fail = race->contender == &bench_wrong;
    const char *wrong = race_run(race, &result);
    bool failed = must_fail ? !wrong : wrong != NULL;
    printf("%s  %s of %s: %s\n", failed ? "FAIL" : "ok  ", race->workload->name, race->contender->name,
           wrong ? wrong : "nothing noticed");
    failures += failed;
}

static int check_all(void)
{
    bench_patience = CHECK_PATIENCE;
    for (size_t w = 0; w < WORKLOADS; w++) {
        struct race race = {
            .workload = &workloads[w],
            .threads = CHECK_THREADS,
            .live = CHECK_LIVE,
            .check = true,
        };
        for_contenders(race, 0, check);
        race.contender = &bench_wrong;
        if (race_is_for(race.workload, race.contender))
            check(&race, 0);
    }
    return failures != 0;
}

int main(int argc, char **argv)
{
    cpu_count = race_find_cpus();
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
