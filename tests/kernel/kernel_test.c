/* SPDX-License-Identifier: MIT */
/* kernel_test.c - every implementation of every kernel, and whether the checks can fail at all. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "harness.h"

static void judge(enum kernel kernel, const char *name)
{
    bool skipped = false;
    for (size_t i = 0; i < check_count; i++) {
        if (checks[i].kernel != kernel || strcmp(checks[i].name, name) != 0)
            continue;
        for (size_t k = 0; k < implementation_count; k++) {
            const struct implementation *impl = &implementations[k];
            if (impl->kernel != kernel)
                continue;
            if (uses_zva(impl) && bitframe_zva_block_bytes() == 0) {
                skipped = true;
                continue;
            }
            struct verdict verdict = run_check(&checks[i], impl);
            printf("%s, %s: %" PRIu64 " calls, seed 0x%" PRIx64 "\n", name, impl->name, verdict.cases,
                   seed());
            cr_expect(verdict.fault == PASSED, "%s", verdict.what);
            cr_expect(verdict.cases > 0);
        }
    }
    fflush(stdout);
    if (skipped)
        cr_skip_test("this CPU forbids DC ZVA");
}

/* kernel_scan.sentinels and so on: each runs all implementations. */
#define KERNEL_TEST(kernel, check)                                                                           \
    Test(kernel_##kernel, check)                                                                             \
    {                                                                                                        \
        judge(KERNEL_##kernel, #check);                                                                      \
    }
CHECKS(KERNEL_TEST)

/* Some check must find fault with a mutant, and the fault must be the one it has. */
static void expect_caught(const struct mutant *mutant)
{
    const struct implementation *broken = &mutant->broken;
    if (uses_zva(broken) && bitframe_zva_block_bytes() == 0)
        return; /* wrong in the use of what is not there */
    for (size_t i = 0; i < check_count; i++) {
        if (checks[i].kernel != broken->kernel)
            continue;
        struct verdict verdict = run_check(&checks[i], broken);
        if (verdict.fault == PASSED)
            continue;
        printf("caught by %s after %" PRIu64 " calls: %s\n", checks[i].name, verdict.cases, verdict.what);
        cr_expect((verdict.fault & mutant->faults) != 0, "%s: caught for another reason: %s", broken->name,
                  verdict.what);
        return;
    }
    cr_expect_fail("%s passes all checks", broken->name);
}

Test(kernel_harness, catches_mutants)
{
    for (size_t i = 0; i < mutant_count; i++)
        expect_caught(&mutants[i]);
    fflush(stdout);
}

Test(kernel_harness, catches_changed_registers)
{
    for (size_t i = 0; i < register_mutant_count; i++)
        expect_caught(&register_mutants[i]);
    fflush(stdout);
}
