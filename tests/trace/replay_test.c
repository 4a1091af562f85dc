/* SPDX-License-Identifier: MIT */
/* replay_test.c - every trace that the fuzzer found worth keeping, through the same adapter */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>

#include "corpus.h"
#include "engine.h"

static uint64_t calls, worlds;

static void replay(const char *path, const uint8_t *bytes, size_t count)
{
    static struct trace_report report;
    struct trace_input input = {.bytes = bytes, .left = count};
    cr_assert(trace_run(&trace_adapter, trace_adapter.subject, input, UINT64_MAX, &report), "%s: %s", path,
              report.difference);
    calls += report.calls;
    worlds += report.worlds;
}

Test(trace, replays_corpus)
{
    uint64_t inputs = corpus_replay(trace_adapter.name, replay);
    printf("corpus: %s: %" PRIu64 " inputs, %" PRIu64 " calls compared in %" PRIu64 " worlds\n",
           trace_adapter.name, inputs, calls, worlds);
}
