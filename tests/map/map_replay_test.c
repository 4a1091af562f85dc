/* SPDX-License-Identifier: MIT */
/* map_replay_test.c - every trace that the fuzzer found worth keeping, through the same target. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>

#include "corpus.h"
#include "map_trace.h"

static uint64_t calls;

static void replay(const char *path, const uint8_t *bytes, size_t count)
{
    static struct map_trace_report report;
    struct map_trace_input input = {.bytes = bytes, .left = count};
    cr_assert(map_trace_run(&map_calls_core, input, UINT64_MAX, &report), "%s: %s", path, report.difference);
    calls += report.calls;
}

Test(map_trace, replays_corpus)
{
    uint64_t inputs = corpus_replay("map", replay);
    printf("corpus: map: %" PRIu64 " inputs, %" PRIu64 " calls compared\n", inputs, calls);
}
