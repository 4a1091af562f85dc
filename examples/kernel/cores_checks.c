/* SPDX-License-Identifier: MIT */
/* cores_checks.c - all cores come up, are interrupted, and go on as if they had not been. */
#include "checks.h"

#include "broken.h"
#include "console.h"
#include "cores.h"
#include "interrupts.h"
#include "platform.h"

/* clang-format off */
#define PERIOD_MICROSECONDS 500
#define INTERRUPTS_MIN      10    /* of each core */
#define WAIT_MILLISECONDS   8000  /* for interrupts that do not come */
#define END_MILLISECONDS    20000 /* for cores that do not come to an end */
/* clang-format on */

uint64_t registers_changed(const uint64_t *count, uint64_t enough, uint64_t deadline);
void change_registers(void);

static uint64_t changed[CORES_MAX];

static bool every_core_starts(void)
{
    uint32_t running = BROKEN == BROKEN_CORE ? 1 : cores_start();
    platform_declare_cores();
    console_string("cores: ");
    console_decimal(cores_found());
    console_string(", ");
    board_describe_cores();
    console_string("\n");
    REQUIRE(running == cores_found());
    return true;
}

static void watch_registers(void)
{
    const struct core *core = core_self();
    if (BROKEN != BROKEN_INTERRUPTS || core_number() != cores_found() - 1)
        interrupts_start(PERIOD_MICROSECONDS);
    changed[core_number()] = registers_changed(&core->interrupts, core->interrupts + INTERRUPTS_MIN,
                                               clock_after(WAIT_MILLISECONDS));
    interrupts_stop();
}

static bool every_core_is_interrupted(void)
{
    interrupts_init(change_registers);
    REQUIRE(cores_run(watch_registers, END_MILLISECONDS));
    for (uint32_t i = 0; i < cores_found(); i++)
        REQUIRE(!core_runs(i) || core_at(i)->interrupts >= INTERRUPTS_MIN);
    return true;
}

static bool interrupts_keep_registers(void)
{
    for (uint32_t i = 0; i < cores_found(); i++)
        REQUIRE(changed[i] == 0);
    return true;
}

static const struct check checks[] = {
    {"every_core_starts", every_core_starts},
    {"every_core_is_interrupted", every_core_is_interrupted},
    {"interrupts_keep_registers", interrupts_keep_registers},
};

uint64_t checks_of_cores(void)
{
    return checks_run(checks, sizeof(checks) / sizeof(checks[0]), 0);
}
