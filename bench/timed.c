/* SPDX-License-Identifier: MIT */
/* timed.c - how long: every case under Google Benchmark. */
#include <stdlib.h>

#include "bench.h"
#include "shim.h"

static void prepare(const void *context)
{
    const struct bench_case *of = context;
    of->workload->prepare(of);
}

static void run(const void *context)
{
    const struct bench_case *of = context;
    of->workload->run(of, of->contender->loops);
}

int main(int argc, char **argv)
{
    size_t count;
    struct bench_case *cases = bench_cases(&count);
    struct shim_benchmark *benchmarks = calloc(count, sizeof(*benchmarks));
    if (!benchmarks)
        return 2;
    size_t timed = 0;
    for (size_t i = 0; i < count; i++) {
        if (cases[i].workload->count_only || cases[i].contender->count_only)
            continue;
        benchmarks[timed++] = (struct shim_benchmark){
            .name = cases[i].name,
            .operations = cases[i].operations,
            .context = &cases[i],
            .prepare = prepare,
            .run = run,
        };
    }
    int status = shim_measure(argc, argv, benchmarks, timed);
    free(benchmarks);
    free(cases);
    return status;
}
