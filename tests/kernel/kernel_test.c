/* SPDX-License-Identifier: MIT */
/* kernel_test.c - every implementation of every kernel, and whether the checks can fail at all. */
#include <inttypes.h>
#include <stdio.h>

#include <criterion/criterion.h>

#include "harness.h"

static void judge(const char *test, const struct check *check)
{
    bool skipped = false;
    for (size_t i = 0; i < implementation_count; i++) {
        const struct implementation *impl = &implementations[i];
        if (impl->kernel != check->kernel)
            continue;
        if (uses_zva(impl) && bitframe_get_zva_block_bytes() == 0) {
            skipped = true;
            continue;
        }
        struct verdict verdict = run_check(check, impl);
        printf("%s: %s: %" PRIu64 " calls, seed 0x%" PRIx64 "\n", test, impl->name, verdict.cases, seed());
        cr_expect(verdict.fault == PASSED, "%s", verdict.what);
        cr_expect(verdict.cases > 0);
    }
    fflush(stdout);
    if (skipped)
        cr_skip_test("this CPU forbids DC ZVA");
}

/* kernel_scan.sentinels and so on: each runs all implementations. */
#define KERNEL_TEST(kernel, check)                                                                           \
    Test(kernel_##kernel, check)                                                                             \
    {                                                                                                        \
        judge("kernel_" #kernel "." #check, find_check(KERNEL_##kernel, #check));                            \
    }
CHECKS(KERNEL_TEST)

/* The check finds fault with the mutant, and the fault is the one it has. */
static void expect_caught(const struct mutant *mutant)
{
    const struct implementation *broken = &mutant->broken;
    if (uses_zva(broken) && bitframe_get_zva_block_bytes() == 0)
        return; /* wrong in the use of what is not there */
    struct verdict verdict = run_check(find_check(broken->kernel, mutant->check), broken);
    cr_expect(verdict.fault != PASSED, "%s passes %s", broken->name, mutant->check);
    cr_expect((verdict.fault & ~mutant->faults) == 0, "%s is caught for another reason: %s", broken->name,
              verdict.what);
    printf("caught by %s after %" PRIu64 " calls: %s\n", mutant->check, verdict.cases, verdict.what);
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
