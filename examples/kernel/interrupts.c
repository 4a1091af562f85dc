/* SPDX-License-Identifier: MIT */
/*
 * interrupts.c - the virtual timer of each CPU, at moments that no two interrupts share by plan
 *
 * EL1 may always use the virtual timer, whoever runs at EL2, and where nobody does it counts like the
 * physical one (boot.S). The distance to the next interrupt varies, so that they do not come at the same
 * place of a loop.
 */
#include "interrupts.h"

#include "arch.h"
#include "cpus.h"

#define TIMER_ON 1

void interrupt(void);

static void (*interrupt_work)(void);

uint64_t clock_now(void)
{
    isb();
    return read_register(cntvct_el0);
}

uint64_t clock_after(uint64_t milliseconds)
{
    return clock_now() + read_register(cntfrq_el0) * milliseconds / 1000;
}

void interrupts_init(void (*work)(void))
{
    interrupt_work = work;
    board_interrupts_init();
}

/** From half the period to one and a half. The low bits of the counter are as good as random here. */
static void arm(struct cpu *cpu)
{
    uint64_t now = clock_now();
    uint64_t spread = (now * UINT64_C(0x9E3779B97F4A7C15) >> 32) % (cpu->period + 1);
    write_register(cntv_cval_el0, now + cpu->period / 2 + spread);
    write_register(cntv_ctl_el0, TIMER_ON);
    isb();
}

void interrupts_start(uint64_t microseconds)
{
    struct cpu *cpu = cpu_self();
    cpu->period = read_register(cntfrq_el0) * microseconds / 1000000;
    board_interrupts_start();
    arm(cpu);
}

void interrupts_stop(void)
{
    write_register(cntv_ctl_el0, 0);
    isb();
}

/** Called by vectors.S, on the stack of what was interrupted. */
void interrupt(void)
{
    struct cpu *cpu = cpu_self();
    uint32_t token;
    cpu->in_interrupt = true;
    while (board_interrupt_begin(&token)) {
        interrupt_work();
        __atomic_store_n(&cpu->interrupts, cpu->interrupts + 1, __ATOMIC_RELAXED);
        arm(cpu);
        board_interrupt_end(token);
    }
    cpu->in_interrupt = false;
}
