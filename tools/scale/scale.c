/* SPDX-License-Identifier: MIT */
/*
 * scale.c - how throughput grows with cores, simulated: a table
 *
 * Columns are separated by tabs, so that programs can read them. Times in nanoseconds and line transfers are
 * per pair, a take and a free.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "work.h"

static const struct subject *const subjects[] = {&subject_lowest, &subject_local, &subject_locked_pool,
                                                 &subject_locked_buddy};

enum { SUBJECTS = sizeof subjects / sizeof *subjects };

static const char usage[] =
    "usage: scale [OPTION=VALUE]...\n"
    "\n"
    "  work=burst|churn|pass  what the cores do (all)\n"
    "  subject=NAME           on what (all)\n"
    "  cores=N                1 to 128 (1, 2, 4, ... 128)\n"
    "  pairs=N                to be counted, of a take and a free each (65536)\n"
    "  live=N                 frames that all cores hold, in churn (100000)\n"
    "  frames=N               of the allocator, a multiple of 1024 (16777216: 64 GiB)\n"
    "  seed=N                 for what is random (1)\n"
    "  cluster=N              cores that are near each other (8)\n"
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
 * What the model on paper says of counts from the same run, in pairs a nanosecond: those of all cores, were
 * there no waiting; or those of what only one can do at a time, if that is less. Without a lock that is the
 * use of the busiest line. With one it is all between lock and unlock, and for each of the two the write that
 * ends it, and the read of who is next, before whom half of the others are served.
 */
static double on_paper(const struct work_settings *settings, const struct subject *subject,
                       const struct machine_counts *counts, double pairs)
{
    const struct machine_costs *costs = &settings->costs;
    double cores = settings->cores;
    double pair = (double)(counts->worked + counts->moved) / pairs;
    double alone = (double)counts->busiest / pairs;
    if (subject->is_locked && settings->cores > 1) {
        double near = cores < (double)costs->cluster_cores ? cores : (double)costs->cluster_cores;
        double move = ((double)costs->near * (near - 1) + (double)costs->far * (cores - near)) / (cores - 1);
        double farthest = (double)(cores > (double)costs->cluster_cores ? costs->far : costs->near);
        double moves = 0;
        for (unsigned area = 0; area < AREAS; area++)
            moves += area == AREA_LOCK ? 0 : moves_of(counts, area);
        alone = (double)counts->worked / pairs - 2 * (double)costs->update + moves / pairs * move +
                2 * (farthest + move + (double)costs->serve * (cores - 1) / 2);
    }
    double all = cores / pair;
    return 1000 * (alone * all > 1 ? 1 / alone : all);
}

static void print_head(void)
{
    printf("work\tsubject\tcores\tpairs/us\ton "
           "paper\taccesses\tworked\tmoved\tqueued\tslept\tbusiest\ttransfers");
    for (unsigned area = 0; area < AREAS; area++)
        printf("\t%s r/w/c/l", area_names[area]);
    printf("\n");
}

static void print_row(const struct work_settings *settings, const struct subject *subject,
                      const struct machine_counts *counts)
{
    double pairs = (double)counts->steps / 2;
    double moves = 0;
    for (unsigned area = 0; area < AREAS; area++)
        moves += moves_of(counts, area);
    printf("%s\t%s\t%u\t%.3f\t%.3f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.3f", work_names[settings->work],
           subject->name, settings->cores, pairs * 1e6 / (double)counts->time,
           on_paper(settings, subject, counts, pairs) * 1000, (double)counts->accesses / pairs,
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
    const char *only_subject = NULL;
    uint64_t only_cores = 0;
    for (int i = 1; i < argc; i++) {
        if (!is_text(argv[i], "work", &only_work) && !is_text(argv[i], "subject", &only_subject) &&
            !is_number(argv[i], "cores", &only_cores) && !is_number(argv[i], "pairs", &settings.pairs) &&
            !is_number(argv[i], "live", &settings.live_frames) &&
            !is_number(argv[i], "frames", &settings.frames) && !is_number(argv[i], "seed", &settings.seed) &&
            !is_number(argv[i], "cluster", &settings.costs.cluster_cores) &&
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
    if (only_cores > MACHINE_CORES_MAX || settings.costs.cluster_cores == 0 || settings.frames % 1024 != 0) {
        fputs(usage, stderr);
        return 2;
    }
    int rows = 0;
    print_head();
    for (unsigned work = 0; work < WORKS; work++) {
        if (only_work && strcmp(only_work, work_names[work]) != 0)
            continue;
        settings.work = work;
        for (unsigned i = 0; i < SUBJECTS; i++) {
            if (only_subject && strcmp(only_subject, subjects[i]->name) != 0)
                continue;
            for (unsigned cores = 1; cores <= MACHINE_CORES_MAX; cores *= 2) {
                struct machine_counts counts;
                settings.cores = only_cores != 0 ? (unsigned)only_cores : cores;
                enum work_result result = work_run(&settings, subjects[i], &counts);
                if (result != WORK_OK) {
                    fprintf(stderr, "scale: %s, %s, %u cores: %s\n", work_names[work], subjects[i]->name,
                            settings.cores, work_result_names[result]);
                    return 1;
                }
                print_row(&settings, subjects[i], &counts);
                rows++;
                if (only_cores != 0)
                    break;
            }
        }
    }
    return rows == 0 ? 2 : 0;
}
