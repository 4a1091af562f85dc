/* SPDX-License-Identifier: MIT */
/* check.c - running checks, a line for each. */
#include "checks.h"

#include "console.h"

const char *check_failure;

uint64_t checks_run(const struct check *checks, unsigned count, void (*before)(void))
{
    uint64_t failures = 0;
    for (unsigned i = 0; i < count; i++) {
        if (before)
            before();
        bool holds = checks[i].holds();
        console_release();
        console_string(holds ? "[PASS] " : "[FAIL] ");
        console_string(checks[i].name);
        if (!holds) {
            console_string(": ");
            console_string(check_failure);
            failures++;
        }
        console_string("\n");
    }
    return failures;
}
