/* SPDX-License-Identifier: MIT */
/*
 * map_trace_test.c - long random traces of memory maps against the model
 *
 * Built for frames of 8 bytes, where the model knows each byte, and for real ones. The seed is printed;
 * BITFRAME_SEED repeats a run and BITFRAME_TRACE_CALLS sets its length.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>

#include "map_trace.h"
#include "random.h"

static struct map_trace_report report;

Test(map_trace, map_equals_model)
{
    uint64_t seed = setting("BITFRAME_SEED", 20260101);
    uint64_t calls = amount("BITFRAME_TRACE_CALLS", 200000);
    bool same = map_trace_run(&map_calls_core, (struct map_trace_input){.seed = seed}, calls, &report);
    printf("map trace: frames of %u bytes, seed %" PRIu64 ": %" PRIu64 " calls compared on %" PRIu64
           " maps\n",
           (unsigned)BITFRAME_FRAME_BYTES, seed, report.calls, report.maps);
    cr_assert(same, "%s", report.difference);
    cr_assert_geq(report.calls, calls);
}

Test(map_trace, input_of_any_bytes_ends)
{
    uint8_t bytes[64];
    for (unsigned value = 0; value < 256; value++) {
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = (uint8_t)(value + i * (value & 3));
        struct map_trace_input input = {.bytes = bytes, .left = sizeof(bytes)};
        cr_assert(map_trace_run(&map_calls_core, input, UINT64_MAX, &report), "%s", report.difference);
    }
}
