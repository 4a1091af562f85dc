/* SPDX-License-Identifier: MIT */
/*
 * pool_trace_test.c - long random traces of pools against a byte per frame
 *
 * The seed is printed; BITFRAME_SEED repeats a run, BITFRAME_POOL_SHAPE names the pools (pool_trace.h) and
 * BITFRAME_POOL_CALLS sets its length.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pool_trace.h"
#include "pool_watch.h"
#include "random.h"

/* In a build that debugs, with tags and poison; in a program of its own on shared pools. */
#ifdef BITFRAME_TESTS_DEBUG
static const struct pool_calls *const subject = &pool_calls_watched;
#elif defined(BITFRAME_TESTS_SHARED)
static const struct pool_calls *const subject = &pool_calls_shared;
#else
static const struct pool_calls *const subject = &pool_calls_core;
#endif

static struct pool_trace_report report;

static enum pool_shape shape_by_name(const char *name)
{
    for (int shape = 0; shape <= POOL_SHAPES; shape++) {
        if (!name || strcmp(name, pool_shape_name[shape]) == 0)
            return name ? (enum pool_shape)shape : POOL_MIXED;
    }
    cr_assert(false, "no pools are called %s", name);
    return POOL_MIXED;
}

Test(pool_trace, equals_model)
{
    uint64_t seed = setting("BITFRAME_SEED", 20260102);
    uint64_t calls = amount("BITFRAME_POOL_CALLS", 1000000);
    enum pool_shape shape = shape_by_name(getenv("BITFRAME_POOL_SHAPE"));
    bool same = pool_trace_run(subject, shape, (struct pool_trace_input){.seed = seed}, calls, &report);
    printf("pool trace: %s, frames of %u bytes, seed %" PRIu64 ": %" PRIu64 " calls compared on %" PRIu64
           " pools, every frame %" PRIu64 " times\n",
           pool_shape_name[shape], (unsigned)BITFRAME_FRAME_BYTES, seed, report.calls, report.pools,
           report.compared);
    cr_assert(same, "%s", report.difference);
    cr_assert_geq(report.calls, calls);
    unsigned missed = pool_trace_print(&report);
    if (calls >= LONG_CALLS)
        cr_assert_eq(missed, 0, "something was never met");
#ifdef BITFRAME_TESTS_DEBUG
    printf("  every tag compared %" PRIu64 " times\n", pool_watch_compared());
    cr_assert_geq(pool_watch_compared(), report.pools);
#endif
#ifdef BITFRAME_TESTS_SHARED
    printf("  %" PRIu64 " of the calls on shared pools\n", report.shared);
    cr_assert_geq(report.shared, report.calls / 2);
#endif
}

Test(pool_trace, input_of_any_bytes_ends)
{
    uint8_t bytes[256];
    for (unsigned value = 0; value < 256; value++) {
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = (uint8_t)(value + i * (value & 3));
        struct pool_trace_input input = {.bytes = bytes, .left = sizeof(bytes)};
        cr_assert(pool_trace_run(subject, POOL_MIXED, input, UINT64_MAX, &report), "%s", report.difference);
    }
}
