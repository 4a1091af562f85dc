/* SPDX-License-Identifier: MIT */
/* trace_fuzz.c - libFuzzer target: any bytes are a trace, and on any trace the core must equal the byte map.
 */
#include <stdio.h>
#include <stdlib.h>

#include "trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct trace_report report;
    struct trace_input input = {.bytes = bytes, .left = size};
    if (!trace_run(&contract_core, &contract_bytemap, input, UINT64_MAX, &report)) {
        fprintf(stderr, "%s\n", report.difference);
        abort();
    }
    return 0;
}
