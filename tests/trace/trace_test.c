/* SPDX-License-Identifier: MIT */
/*
 * trace_test.c - long random traces of the core against the byte map
 *
 * Built once for each of several pools (tests/meson.build). The seed is printed; BITFRAME_SEED repeats a run
 * and BITFRAME_TRACE_CALLS sets its length.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>

#include <bitframe/page_alloc.h>

#include "random.h"
#include "trace.h"

static struct trace_report report;

Test(trace, core_equals_bytemap)
{
    uint64_t seed = setting("BITFRAME_SEED", 20260101);
    uint64_t calls = amount("BITFRAME_TRACE_CALLS", 200000);
    struct trace_input input = {.seed = seed};
    bool same = trace_run(&contract_core, &contract_bytemap, input, calls, &report);
    printf("trace: pool of %" PRIu64 " pages of %u bytes, seed %" PRIu64 ": %" PRIu64 " calls compared\n",
           MALLOC_PAGES, (unsigned)PAGE_SIZE, seed, report.calls);
    cr_assert(same, "%s", report.difference);
    cr_assert_geq(report.calls, calls);
}

Test(trace, input_of_any_bytes_ends)
{
    uint8_t bytes[64];
    for (unsigned value = 0; value < 256; value++) {
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = (uint8_t)value;
        struct trace_input input = {.bytes = bytes, .left = sizeof(bytes)};
        cr_assert(trace_run(&contract_core, &contract_bytemap, input, UINT64_MAX, &report), "%s",
                  report.difference);
    }
}
