/* SPDX-License-Identifier: MIT */
/* replay_test.c - every input that the fuzzer found worth keeping, through the same target. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>

#include "corpus.h"
#include "trace.h"

static uint64_t calls;

static void replay(const char *path, const uint8_t *bytes, size_t count)
{
    static struct trace_report report;
    struct trace_input input = {.bytes = bytes, .left = count};
    cr_assert(trace_run(&contract_core, &contract_bytemap, input, UINT64_MAX, &report), "%s: %s", path,
              report.difference);
    calls += report.calls;
}

Test(trace, replays_corpus)
{
    uint64_t inputs = corpus_replay("trace", replay);
    printf("corpus: trace: %" PRIu64 " inputs, %" PRIu64 " calls compared\n", inputs, calls);
}
