/* SPDX-License-Identifier: MIT */
/*
 * cpus.c - the Raspberry Pi 3's four CPUs, and the table of the firmware's stub that the other three watch
 *
 * They read it with their caches off, so it is mapped as device memory: what is stored there is in memory.
 * Code and table lie in frame 0, which no pool hands out.
 */
#include "cpus.h"

#include "board.h"
#include "console.h"

#define CORES 4

uint32_t board_find_cpus(const void *fdt, uint64_t *mpidrs, uint32_t room)
{
    (void)fdt; /* a tree says the same, if there is one */
    uint32_t count = 1;
    for (; count < CORES && count < room; count++)
        mpidrs[count] = count;
    return count;
}

bool board_start_cpu(uint64_t mpidr, uint64_t entry_pa)
{
    *(volatile uint64_t *)(running_base() + SPIN_TABLE_PA + 8 * mpidr) = entry_pa;
    dsb(sy);
    __asm__ volatile("sev");
    return true;
}

void board_describe_cpus(void)
{
    console_string("started by the spin table, interrupts by the CPUs' local controllers");
}
