/* SPDX-License-Identifier: MIT */
/* pool_replay_test.c - every trace of pools that the fuzzer found worth keeping, through the same target. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>

#include "corpus.h"
#include "pool_trace.h"

static uint64_t calls;
static uint64_t pools;

static const struct pool_calls *subject = &pool_calls_core;

static void replay(const char *path, const uint8_t *bytes, size_t count)
{
    static struct pool_trace_report report;
    struct pool_trace_input input = {.bytes = bytes, .left = count};
    cr_assert(pool_trace_run(subject, POOL_MIXED, input, UINT64_MAX, &report), "%s: %s", path,
              report.difference);
    calls += report.calls;
    pools += report.pools;
}

Test(pool_trace, replays_corpus)
{
    uint64_t inputs = corpus_replay("pool", replay);
    printf("corpus: pool: %" PRIu64 " inputs, %" PRIu64 " calls compared on %" PRIu64 " pools\n", inputs,
           calls, pools);
}

Test(pool_trace, replays_corpus_on_shared_pools)
{
    subject = &pool_calls_shared;
    corpus_replay("pool", replay);
}
