/* SPDX-License-Identifier: MIT */
/* pool_fuzz.c - libFuzzer target: any bytes are a trace, and on any trace pools must equal their model. */
#include <stdio.h>
#include <stdlib.h>

#include "pool_trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct pool_trace_report report;
    struct pool_trace_input input = {.bytes = bytes, .left = size};
    if (!pool_trace_run(&pool_calls_core, POOL_MIXED, input, UINT64_MAX, &report)) {
        fprintf(stderr, "%s\n", report.difference);
        abort();
    }
    return 0;
}
