/* SPDX-License-Identifier: MIT */
/* mutants.h - the traces must see what they are there to see: calls that are broken on purpose */
#ifndef BITFRAME_TESTS_MUTANTS_H
#define BITFRAME_TESTS_MUTANTS_H

#include <criterion/criterion.h>

#include <inttypes.h>

#include "engine.h"

/** Run a trace of @p calls calls of @p subject. Returns whether nothing differed. */
static inline bool goes_unnoticed(const void *subject, uint64_t calls, struct trace_report *report)
{
    return trace_run(&trace_adapter, subject, (struct trace_input){.seed = 1}, calls, report);
}

/** A test that subject @p sound, a @p type, is caught within @p calls calls with @p broken in place of @p
 * call. */
#define MUTANT(type, sound, most, call, broken)                                                              \
    Test(trace_catches, broken)                                                                              \
    {                                                                                                        \
        static struct trace_report report;                                                                   \
        type mutant = sound;                                                                                 \
        mutant.call = broken;                                                                                \
        cr_assert_not(goes_unnoticed(&mutant, most, &report), "unnoticed through %" PRIu64 " calls",         \
                      report.calls);                                                                         \
    }

/** A test that of a mutant a few bytes are left that lead to a difference. */
#define SHRINKS(type, sound, most, call, broken)                                                             \
    Test(trace_shrink, broken)                                                                               \
    {                                                                                                        \
        static struct trace_report report;                                                                   \
        type mutant = sound;                                                                                 \
        mutant.call = broken;                                                                                \
        cr_assert_not(goes_unnoticed(&mutant, most, &report));                                               \
        size_t bytes = trace_shrink(&report);                                                                \
        cr_assert(bytes != 0 && bytes < 100, "%zu bytes", bytes);                                            \
        cr_assert_neq(report.difference[0], 0);                                                              \
    }

#endif
