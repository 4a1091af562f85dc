/* SPDX-License-Identifier: MIT */
/* interrupts.c - the BCM2836's local interrupt controllers, one a core: each core's timers go to itself. */
#include "interrupts.h"

#include <bitframe/page_alloc.h>

#include "arch.h"
#include "board.h"
#include "cores.h"

/* clang-format off */
#define TIMER_CONTROL(core) (LOCAL_PA + 0x40 + 4 * (core))
#define IRQ_SOURCE(core)    (LOCAL_PA + 0x60 + 4 * (core))
#define VIRTUAL_TIMER       (1U << 3)
/* clang-format on */

struct stretch board_device(unsigned i)
{
    if (i == 0)
        return (struct stretch){LOCAL_PA, PAGE_SIZE};
    if (i == 1)
        return (struct stretch){SPIN_TABLE_PA / PAGE_SIZE * PAGE_SIZE, PAGE_SIZE};
    return (struct stretch){0, 0};
}

void board_interrupts_init(void)
{
}

void board_interrupts_start(void)
{
    *device_register(TIMER_CONTROL(core_number())) = VIRTUAL_TIMER;
}

bool board_interrupt_begin(uint32_t *token)
{
    *token = *device_register(IRQ_SOURCE(core_number()));
    return *token & VIRTUAL_TIMER;
}

void board_interrupt_end(uint32_t token)
{
    (void)token; /* it is the timer itself that asks, until it is set anew */
}
