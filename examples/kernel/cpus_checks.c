/* SPDX-License-Identifier: MIT */
/* cpus_checks.c - all CPUs come up, are interrupted, and go on as if they had not been. */
#include "checks.h"

#include "broken.h"
#include "console.h"
#include "cpus.h"
#include "interrupts.h"
#include "platform.h"

/* clang-format off */
#define PERIOD_MICROSECONDS 500
#define INTERRUPTS_MIN      10    /* of each CPU */
#define WAIT_MILLISECONDS   8000  /* for interrupts that do not come */
#define END_MILLISECONDS    20000 /* for CPUs that do not come to an end */
/* clang-format on */

uint64_t registers_changed(const uint64_t *count, uint64_t enough, uint64_t deadline);
void change_registers(void);

static uint64_t changed[CPUS_MAX];

static bool every_cpu_starts(void)
{
    uint32_t running = BROKEN == BROKEN_CPU ? 1 : cpus_start();
    platform_declare_cpus();
    console_string("CPUs: ");
    console_decimal(cpus_found());
    console_string(", ");
    board_describe_cpus();
    console_string("\n");
    REQUIRE(running == cpus_found());
    return true;
}

static void watch_registers(void)
{
    const struct cpu *cpu = cpu_self();
    if (BROKEN != BROKEN_INTERRUPTS || cpu_number() != cpus_found() - 1)
        interrupts_start(PERIOD_MICROSECONDS);
    changed[cpu_number()] =
        registers_changed(&cpu->interrupts, cpu->interrupts + INTERRUPTS_MIN, clock_after(WAIT_MILLISECONDS));
    interrupts_stop();
}

static bool every_cpu_is_interrupted(void)
{
    interrupts_init(change_registers);
    REQUIRE(cpus_run(watch_registers, END_MILLISECONDS));
    for (uint32_t i = 0; i < cpus_found(); i++)
        REQUIRE(!cpu_runs(i) || cpu_at(i)->interrupts >= INTERRUPTS_MIN);
    return true;
}

static bool interrupts_keep_registers(void)
{
    for (uint32_t i = 0; i < cpus_found(); i++)
        REQUIRE(changed[i] == 0);
    return true;
}

static const struct check checks[] = {
    {"every_cpu_starts", every_cpu_starts},
    {"every_cpu_is_interrupted", every_cpu_is_interrupted},
    {"interrupts_keep_registers", interrupts_keep_registers},
};

uint64_t checks_of_cpus(void)
{
    return checks_run(checks, sizeof(checks) / sizeof(checks[0]), 0);
}
