/* SPDX-License-Identifier: MIT */
/* interrupts.h - the generic timer, and the one interrupt that there is on each CPU: its own. */
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

/** The counter, the same on all CPUs. */
uint64_t clock_now(void);

/** What the counter will say in @p milliseconds. */
uint64_t clock_after(uint64_t milliseconds);

/**
 * Say what every interrupt does, on all CPUs, with interrupts masked on the CPU that it came to; and set up
 * the interrupt controller. Once, on one CPU, before any of them lets interrupts in.
 */
void interrupts_init(void (*work)(void));

/** Have the timer interrupt this CPU from now on, about every @p microseconds, while it lets interrupts in.
 */
void interrupts_start(uint64_t microseconds);

/** No more of that. Interrupts are masked. */
void interrupts_stop(void);

/* Each board has these, in boards/. */

/** Set up what of the interrupt controller the CPUs have in common. */
void board_interrupts_init(void);

/** Let the virtual timer's interrupt through to this CPU. Safe to repeat. */
void board_interrupts_start(void);

/**
 * What interrupted this CPU?
 *
 * @param token  For board_interrupt_end().
 *
 * @return  True if it was the timer; false if there is nothing more.
 */
bool board_interrupt_begin(uint32_t *token);

/** That is handled, and the timer no longer asks. */
void board_interrupt_end(uint32_t token);

#endif
