/* SPDX-License-Identifier: MIT */
/* map_fuzz.c - libFuzzer target: any bytes are a trace, and on any trace a memory map must equal its model.
 */
#include <stdio.h>
#include <stdlib.h>

#include "map_trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct map_trace_report report;
    struct map_trace_input input = {.bytes = bytes, .left = size};
    if (!map_trace_run(&map_calls_core, input, UINT64_MAX, &report)) {
        fprintf(stderr, "%s\n", report.difference);
        abort();
    }
    return 0;
}
