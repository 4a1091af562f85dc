/* SPDX-License-Identifier: MIT */
/*
 * scale.c - how throughput grows with CPUs, simulated: a table
 *
 * Columns are separated by tabs, so that programs can read them. Times in nanoseconds and line transfers are
 * per pair, an allocation and a free.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "work.h"

static const struct contender *const contenders[] = {&contender_lowest, &contender_local,
                                                     &contender_locked_pool, &contender_locked_buddy};

enum { CONTENDERS = sizeof contenders / sizeof *contenders };

static const char usage[] =
    "usage: scale [OPTION=VALUE]...\n"
    "\n"
    "  work=burst|churn|pass  what the CPUs do (all)\n"
    "  contender=NAME         on what (all)\n"
    "  cpus=N                 1 to 128 (1, 2, 4, ... 128)\n"
    "  pairs=N                to be counted, an allocation and a free each (65536)\n"
    "  live=N                 frames that all CPUs hold, in churn (100000)\n"
    "  frames=N               of the allocator, a multiple of 1024 (16777216: 64 GiB)\n"
    "  seed=N                 for what is random (1)\n"
    "  cluster=N              CPUs that are near each other (8)\n"
    "  migrates=0|1           who reads what another has written may write it, too (0)\n"
    "  hit= update= near= far= cold= serve=\n"
    "                         costs in picoseconds (500 5000 30000 100000 100000 5000)\n";

/** The number after @p name and "=" in @p argument, into @p number. Is it there? */
static bool is_number(const char *argument, const char *name, uint64_t *number)
{
    uint64_t length = strlen(name);
    if (strncmp(argument, name, length) != 0 || argument[length] != '=')
        return false;
    char *end;
    *number = strtoull(argument + length + 1, &end, 0);
    return *end == '\0' && end != argument + length + 1;
}

static bool is_text(const char *argument, const char *name, const char **text)
{
    uint64_t length = strlen(name);
    if (strncmp(argument, name, length) != 0 || argument[length] != '=')
        return false;
    *text = argument + length + 1;
    return true;
}

static double moves_of(const struct machine_counts *counts, unsigned area)
{
    double moves = 0;
    for (unsigned move = 0; move < MOVES; move++)
        moves += (double)counts->moves[area][move];
    return moves;
}

/**
 * What the model on paper says of counts from the same run, in pairs a nanosecond: those of all CPUs, were
 * there no waiting; or those of what only one can do at a time, if that is less. Without a lock that is the
 * use of the busiest line. With one it is all between lock and unlock, and for each of the two the write that
 * ends it, and the read of who is next, before whom half of the others are served.
 */
static double on_paper(const struct work_settings *settings, const struct contender *contender,
                       const struct machine_counts *counts, double pairs)
{
    const struct machine_costs *costs = &settings->costs;
    double cpus = settings->cpus;
    double pair = (double)(counts->worked + counts->moved) / pairs;
    double alone = (double)counts->busiest / pairs;
    if (contender->is_locked && settings->cpus > 1) {
        double near = cpus < (double)costs->cluster_cpus ? cpus : (double)costs->cluster_cpus;
        double move = ((double)costs->near * (near - 1) + (double)costs->far * (cpus - near)) / (cpus - 1);
        double farthest = (double)(cpus > (double)costs->cluster_cpus ? costs->far : costs->near);
        double moves = 0;
        for (unsigned area = 0; area < AREAS; area++)
            moves += area == AREA_LOCK ? 0 : moves_of(counts, area);
        alone = (double)counts->worked / pairs - 2 * (double)costs->update + moves / pairs * move +
                2 * (farthest + move + (double)costs->serve * (cpus - 1) / 2);
    }
    double all = cpus / pair;
    return 1000 * (alone * all > 1 ? 1 / alone : all);
}

static void print_head(void)
{
    printf("work\tcontender\tcpus\tpairs/us\ton "
           "paper\taccesses\tworked\tmoved\tqueued\tslept\tbusiest\ttransfers");
    for (unsigned area = 0; area < AREAS; area++)
        printf("\t%s r/w/c/l", area_names[area]);
    printf("\n");
}

static void print_row(const struct work_settings *settings, const struct contender *contender,
                      const struct machine_counts *counts)
{
    double pairs = (double)counts->steps / 2;
    double moves = 0;
    for (unsigned area = 0; area < AREAS; area++)
        moves += moves_of(counts, area);
    printf("%s\t%s\t%u\t%.3f\t%.3f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.3f", work_names[settings->work],
           contender->name, settings->cpus, pairs * 1e6 / (double)counts->time,
           on_paper(settings, contender, counts, pairs) * 1000, (double)counts->accesses / pairs,
           (double)counts->worked / pairs / 1000, (double)counts->moved / pairs / 1000,
           (double)counts->queued / pairs / 1000, (double)counts->slept / pairs / 1000,
           (double)counts->busiest / pairs / 1000, moves / pairs);
    for (unsigned area = 0; area < AREAS; area++) {
        printf("\t%.3f/%.3f/%.3f/%.3f", (double)counts->moves[area][MOVE_READ] / pairs,
               (double)counts->moves[area][MOVE_WRITE] / pairs,
               (double)counts->moves[area][MOVE_COLD] / pairs,
               (double)counts->moves[area][MOVE_LOOK] / pairs);
    }
    printf("\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct work_settings settings = work_usual_settings;
    settings.costs = machine_usual_costs;
    const char *only_work = NULL;
    const char *only_contender = NULL;
    uint64_t only_cpus = 0;
    for (int i = 1; i < argc; i++) {
        if (!is_text(argv[i], "work", &only_work) && !is_text(argv[i], "contender", &only_contender) &&
            !is_number(argv[i], "cpus", &only_cpus) && !is_number(argv[i], "pairs", &settings.pairs) &&
            !is_number(argv[i], "live", &settings.live_frames) &&
            !is_number(argv[i], "frames", &settings.frames) && !is_number(argv[i], "seed", &settings.seed) &&
            !is_number(argv[i], "cluster", &settings.costs.cluster_cpus) &&
            !is_number(argv[i], "migrates", &settings.costs.migrates) &&
            !is_number(argv[i], "hit", &settings.costs.hit) &&
            !is_number(argv[i], "update", &settings.costs.update) &&
            !is_number(argv[i], "near", &settings.costs.near) &&
            !is_number(argv[i], "far", &settings.costs.far) &&
            !is_number(argv[i], "cold", &settings.costs.cold) &&
            !is_number(argv[i], "serve", &settings.costs.serve)) {
            fputs(usage, stderr);
            return 2;
        }
    }
    if (only_cpus > MACHINE_CPUS_MAX || settings.costs.cluster_cpus == 0 || settings.frames % 1024 != 0) {
        fputs(usage, stderr);
        return 2;
    }
    int rows = 0;
    print_head();
    for (unsigned work = 0; work < WORKS; work++) {
        if (only_work && strcmp(only_work, work_names[work]) != 0)
            continue;
        settings.work = work;
        for (unsigned i = 0; i < CONTENDERS; i++) {
            if (only_contender && strcmp(only_contender, contenders[i]->name) != 0)
                continue;
            for (unsigned cpus = 1; cpus <= MACHINE_CPUS_MAX; cpus *= 2) {
                struct machine_counts counts;
                settings.cpus = only_cpus != 0 ? (unsigned)only_cpus : cpus;
                enum work_result result = work_run(&settings, contenders[i], &counts);
                if (result != WORK_OK) {
                    fprintf(stderr, "scale: %s, %s, %u CPUs: %s\n", work_names[work], contenders[i]->name,
                            settings.cpus, work_result_names[result]);
                    return 1;
                }
                print_row(&settings, contenders[i], &counts);
                rows++;
                if (only_cpus != 0)
                    break;
            }
        }
    }
    return rows == 0 ? 2 : 0;
}
