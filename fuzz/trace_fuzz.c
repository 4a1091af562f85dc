/* SPDX-License-Identifier: MIT */
/* trace_fuzz.c - libFuzzer targets: any bytes are a trace, and on any trace the library equals its model. */
#include <stdio.h>
#include <stdlib.h>

#include "engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct trace_report report;
    struct trace_input input = {.bytes = bytes, .left = size};
    if (!trace_run(&trace_adapter, trace_adapter.subject, input, UINT64_MAX, &report)) {
        fprintf(stderr, "%s\n", report.difference);
        abort();
    }
    return 0;
}
