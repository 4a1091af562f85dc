/* SPDX-License-Identifier: MIT */
/*
 * counted.c - how many instructions: every case between markers, for the plugin icount.c
 *
 * Each case runs twice, around the contender's calls and around as many empty ones, so that what the loop
 * costs is known exactly and taken off. Prints a line a case, in the order of the plugin's regions:
 *
 *   name  operation  operations  calls in an operation
 *
 * Arguments are patterns, as of a shell, of names; none means all. With --list before them it prints the
 * names only.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* An instruction that does nothing, with a number in it, that no compiler emits. */
#ifdef __aarch64__
#define MARK(number) __asm__ volatile("movz xzr, #" #number ::: "memory")
#else
#define MARK(number) __asm__ volatile("" ::: "memory")
#endif

__attribute__((noinline)) static void count_region(const struct bench_case *of, const struct loops *loops)
{
    const struct workload *workload = of->workload;
    MARK(1);
    workload->run(of, loops);
    MARK(0x8000);
}

static bool is_wanted(const char *name, int patterns, char **pattern)
{
    for (int i = 0; i < patterns; i++) {
        if (fnmatch(pattern[i], name, 0) == 0)
            return true;
    }
    return patterns == 0;
}

int main(int argc, char **argv)
{
    size_t count;
    struct bench_case *cases = bench_cases(&count);
    size_t counted = 0;
    bool list = argc > 1 && strcmp(argv[1], "--list") == 0;
    for (size_t i = 0; i < count; i++) {
        const struct bench_case *of = &cases[i];
        if (!is_wanted(of->name, argc - 1 - list, argv + 1 + list))
            continue;
        counted++;
        if (list) {
            printf("%s\n", of->name);
            continue;
        }
        of->workload->prepare(of);
        count_region(of, of->contender->loops);
        count_region(of, of->contender->empty);
        printf("%s\t%s\t%llu\t%u\n", of->name, of->workload->operation, (unsigned long long)of->operations,
               of->workload->calls);
        fflush(stdout);
    }
    free(cases);
    if (counted == 0)
        fprintf(stderr, "no case has such a name\n");
    return counted == 0;
}
