/* SPDX-License-Identifier: MIT */
/* interrupts.c - the BCM2836's local interrupt controllers, one a CPU: each CPU's timers go to itself. */
#include "interrupts.h"

#include <bitframe/page_alloc.h>

#include "arch.h"
#include "board.h"
#include "cpus.h"

/* clang-format off */
#define TIMER_CONTROL(cpu) (LOCAL_PA + 0x40 + 4 * (cpu))
#define IRQ_SOURCE(cpu)    (LOCAL_PA + 0x60 + 4 * (cpu))
#define VIRTUAL_TIMER       (1U << 3)
/* clang-format on */

struct piece board_device(unsigned i)
{
    if (i == 0)
        return (struct piece){LOCAL_PA, PAGE_SIZE};
    if (i == 1)
        return (struct piece){SPIN_TABLE_PA / PAGE_SIZE * PAGE_SIZE, PAGE_SIZE};
    return (struct piece){0, 0};
}

void board_interrupts_init(void)
{
}

void board_interrupts_start(void)
{
    *device_register(TIMER_CONTROL(cpu_number())) = VIRTUAL_TIMER;
}

bool board_interrupt_begin(uint32_t *token)
{
    *token = *device_register(IRQ_SOURCE(cpu_number()));
    return *token & VIRTUAL_TIMER;
}

void board_interrupt_end(uint32_t token)
{
    (void)token; /* it is the timer itself that asks, until it is set anew */
}
