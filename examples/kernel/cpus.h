/* SPDX-License-Identifier: MIT */
/* cpus.h - the machine's CPUs, up to CPUS_MAX of them: who they are, and work for all. */
#ifndef CPUS_H
#define CPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"
#include "memory.h"
#include "stacks.h"

/** What the kernel knows of a CPU. No two share a cache line. */
struct cpu {
    uint64_t simd_uses;       /* how often bitframe has used vector registers on it */
    uint64_t interrupts;      /* how often its timer has interrupted it */
    uint64_t period;          /* between interrupts, ticks of the counter */
    uint32_t zva_block_bytes; /* bitframe_get_zva_block_bytes() as the CPU says it */
    uint32_t jobs;            /* of cpus_run(), done */
    bool started;             /* it runs in the linear map and waits for work */
    bool in_interrupt;        /* it handles one; only the CPU itself looks */
} __attribute__((aligned(128)));

/** The number of the CPU that runs: 0 is the one that booted. */
static inline uint32_t cpu_number(void)
{
    return (uint32_t)read_register(tpidr_el1);
}

/** CPU @p number, below CPUS_MAX. */
struct cpu *cpu_at(uint32_t number);

/** The CPU that runs. */
static inline struct cpu *cpu_self(void)
{
    return cpu_at(cpu_number());
}

/**
 * Find out what CPUs there are. Runs with the MMU off, after memory_init(): CPUs that begin with their
 * caches off read the list of them from memory itself.
 */
void cpus_find(void);

/** Note the tables that CPUs turn their MMU on with. Runs with the MMU off. */
void cpus_use_tables(uint64_t root_pa);

/** How many there are, those beyond CPUS_MAX not counted. */
uint32_t cpus_found(void);

/**
 * Start the others and wait until they are ready for work, or too late.
 *
 * @return  How many CPUs run, this one counted.
 */
uint32_t cpus_start(void);

/** Does CPU @p number run? */
bool cpu_runs(uint32_t number);

/**
 * Have every CPU that runs, this one too, do the same at once, and wait for the end of it.
 *
 * @param work             What to do, interrupts masked at first and in the end.
 * @param milliseconds     How long to wait for the others when this CPU has done its part.
 *
 * @return  False if one of them had not come to an end by then.
 */
bool cpus_run(void (*work)(void), uint64_t milliseconds);

/** Smallest zva_block_bytes of the CPUs that run. */
uint32_t cpus_zva_block_bytes(void);

/* Each board has these, in boards/. The first two run with the MMU off. */

/**
 * Find the CPUs, and what it takes to start and to interrupt them.
 *
 * @param fdt     The device tree, null if there is none.
 * @param mpidrs  Becomes the affinities of the CPUs; the one that runs is there already, as the first.
 * @param room    How many there is room for, that one included.
 *
 * @return  How many there are, that one included, at most @p room.
 */
uint32_t board_find_cpus(const void *fdt, uint64_t *mpidrs, uint32_t room);

/** Device memory @p i that the board needs mapped beside its UART, whole frames; no bytes if there is no
 * such. */
struct piece board_device(unsigned i);

/**
 * Start a CPU.
 *
 * @param mpidr     Its affinity.
 * @param entry_pa  Where it begins, with its MMU off.
 *
 * @return  False if the firmware refuses.
 */
bool board_start_cpu(uint64_t mpidr, uint64_t entry_pa);

/** Print how CPUs are started and interrupted, without an end of line. */
void board_describe_cpus(void);

#endif
