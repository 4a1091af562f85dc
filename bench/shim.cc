/* SPDX-License-Identifier: MIT */
/*
 * shim.cc - Google Benchmark
 *
 * One repetition prepares, then times one run of all its operations; how many there are is the benchmark's
 * own affair, so that the state never drifts further than it means to.
 */
#include "shim.h"

#include <benchmark/benchmark.h>

int shim_measure(int argc, char **argv, const struct shim_benchmark *benchmarks, size_t count)
{
    benchmark::AddCustomContext("compiler", BENCH_COMPILER);
    benchmark::AddCustomContext("flags", BENCH_FLAGS);
    for (size_t i = 0; i < count; i++) {
        const struct shim_benchmark &b = benchmarks[i];
        benchmark::RegisterBenchmark(b.name, [b](benchmark::State &state) {
            auto batch = static_cast<benchmark::IterationCount>(b.operations);
            b.prepare(b.context);
            while (state.KeepRunningBatch(batch))
                b.run(b.context);
        })->Iterations(static_cast<benchmark::IterationCount>(b.operations));
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 2;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
