/* SPDX-License-Identifier: MIT */
/* shim.h - the way from the benchmarks, which are C, to whatever measures them. */
#ifndef BITFRAME_BENCH_SHIM_H
#define BITFRAME_BENCH_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One thing to measure. */
struct shim_benchmark {
    const char *name;
    uint64_t operations;                  /* that run makes */
    const void *context;                  /* for prepare and run */
    void (*prepare)(const void *context); /* not measured */
    void (*run)(const void *context);
};

/**
 * Measure benchmarks by Google Benchmark, as its own command line says.
 *
 * @return  The exit status of the program.
 */
int shim_measure(int argc, char **argv, const struct shim_benchmark *benchmarks, size_t count);

#ifdef __cplusplus
}
#endif

#endif
