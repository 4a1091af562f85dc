/* SPDX-License-Identifier: MIT */
/*
 * trace.h - the same calls to two implementations of the contract, and everything they did compared
 *
 * A trace is a string of choices: from a generator, or from the bytes that a fuzzer made up. Any string is a
 * valid trace, so the random tests, the fuzz target and the replay of its corpus are one engine.
 */
#ifndef BITFRAME_TESTS_TRACE_H
#define BITFRAME_TESTS_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contract.h"

/** Where the choices come from: the bytes first; then, unless seed is 0, a generator that never ends. */
struct trace_input {
    const uint8_t *bytes;
    size_t left;
    uint64_t seed;
};

struct trace_report {
    uint64_t calls;        /* made on both sides and compared */
    char difference[2048]; /* empty if none was found, else what differed and the calls that led there */
};

/**
 * Run a trace until @p calls calls were compared, the input ends, or something differs: a return value, the
 * free count, the total, the printed bytes, what was zeroed, or an invariant of the core's pool.
 *
 * @param subject    What is tested, over the core's pool.
 * @param reference  What it is compared with.
 *
 * @return  Whether nothing differed.
 */
bool trace_run(const struct contract *subject, const struct contract *reference, struct trace_input input,
               uint64_t calls, struct trace_report *report);

#endif
