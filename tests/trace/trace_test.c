/* SPDX-License-Identifier: MIT */
/*
 * trace_test.c - long random traces of what the program is built with an adapter for
 *
 * The seed is printed; BITFRAME_SEED repeats a run and BITFRAME_TRACE_CALLS sets its length. When something
 * differs, so are few bytes that lead there: tools/corpus keeps them.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>

#include "engine.h"
#include "random.h"

#ifdef BITFRAME_TESTS_DEBUG
#include "pool_watch.h"
#endif

static struct trace_report report;

Test(trace, equals_model)
{
    uint64_t seed = setting("BITFRAME_SEED", 20260102);
    uint64_t calls = amount("BITFRAME_TRACE_CALLS", 200000);
    printf("trace: %s, frames of %u bytes, seed %" PRIu64 "\n", trace_adapter.name,
           (unsigned)BITFRAME_FRAME_BYTES, seed);
    if (!trace_run(&trace_adapter, trace_adapter.subject, (struct trace_input){.seed = seed}, calls,
                   &report)) {
        static struct trace_report shorter;
        fprintf(stderr, "%s\n", report.difference);
        cr_assert(trace_shrink(&shorter) == 0, "and after fewer choices: %s", shorter.difference);
        cr_assert(false, "the choices in the last world alone lead to no difference");
    }
    printf("trace: %" PRIu64 " calls compared in %" PRIu64 " worlds\n", report.calls, report.worlds);
    cr_assert_geq(report.calls, calls);
    unsigned missed = trace_print(&report, &trace_adapter, trace_adapter.subject);
    if (calls >= LONG_CALLS)
        cr_assert_eq(missed, 0, "something was never met");
#ifdef BITFRAME_TESTS_DEBUG
    printf("  every tag compared %" PRIu64 " times\n", pool_watch_compared());
    cr_assert_geq(pool_watch_compared(), report.worlds);
#endif
}

Test(trace, input_of_any_bytes_ends)
{
    uint8_t bytes[256];
    for (unsigned value = 0; value < 256; value++) {
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = (uint8_t)(value + i * (value & 3));
        struct trace_input input = {.bytes = bytes, .left = sizeof(bytes)};
        cr_assert(trace_run(&trace_adapter, trace_adapter.subject, input, UINT64_MAX, &report), "%s",
                  report.difference);
    }
}
