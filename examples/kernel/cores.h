/* SPDX-License-Identifier: MIT */
/* cores.h - the machine's cores, up to CORES_MAX of them: who they are, and work for all. */
#ifndef CORES_H
#define CORES_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"
#include "memory.h"
#include "stacks.h"

/** What the kernel knows of a core. No two share a cache line. */
struct core {
    uint64_t simd_uses;       /* how often bitframe has used vector registers on it */
    uint64_t interrupts;      /* how often its timer has interrupted it */
    uint64_t period;          /* between interrupts, ticks of the counter */
    uint32_t zva_block_bytes; /* bitframe_zva_block_bytes() as the core says it */
    uint32_t jobs;            /* of cores_run(), done */
    bool started;             /* it runs in the linear map and waits for work */
    bool in_interrupt;        /* it handles one; only the core itself looks */
} __attribute__((aligned(128)));

/** The number of the core that runs: 0 is the one that booted. */
static inline uint32_t core_number(void)
{
    return (uint32_t)read_register(tpidr_el1);
}

/** Core @p number, below CORES_MAX. */
struct core *core_at(uint32_t number);

/** The core that runs. */
static inline struct core *core_self(void)
{
    return core_at(core_number());
}

/**
 * Find out what cores there are. Runs with the MMU off, after memory_init(): cores that begin with their
 * caches off read the list of them from memory itself.
 */
void cores_find(void);

/** Note the tables that cores turn their MMU on with. Runs with the MMU off. */
void cores_use_tables(uint64_t root_pa);

/** How many there are, those beyond CORES_MAX not counted. */
uint32_t cores_found(void);

/**
 * Start the others and wait until they are ready for work, or too late.
 *
 * @return  How many cores run, this one counted.
 */
uint32_t cores_start(void);

/** Does core @p number run? */
bool core_runs(uint32_t number);

/**
 * Have every core that runs, this one too, do the same at once, and wait for the end of it.
 *
 * @param work             What to do, interrupts masked at first and in the end.
 * @param milliseconds     How long to wait for the others when this core has done its part.
 *
 * @return  False if one of them had not come to an end by then.
 */
bool cores_run(void (*work)(void), uint64_t milliseconds);

/** Smallest zva_block_bytes of the cores that run. */
uint32_t cores_zva_block_bytes(void);

/* Each board has these, in boards/. The first two run with the MMU off. */

/**
 * Find the cores, and what it takes to start and to interrupt them.
 *
 * @param fdt     The device tree, null if there is none.
 * @param mpidrs  Becomes the affinities of the cores; the one that runs is there already, as the first.
 * @param room    How many there is room for, that one included.
 *
 * @return  How many there are, that one included, at most @p room.
 */
uint32_t board_find_cores(const void *fdt, uint64_t *mpidrs, uint32_t room);

/** Device memory @p i that the board needs mapped beside its UART, whole frames; no bytes if there is no
 * such. */
struct stretch board_device(unsigned i);

/**
 * Start a core.
 *
 * @param mpidr     Its affinity.
 * @param entry_pa  Where it begins, with its MMU off.
 *
 * @return  False if the firmware refuses.
 */
bool board_start_core(uint64_t mpidr, uint64_t entry_pa);

/** Print how cores are started and interrupted, without an end of line. */
void board_describe_cores(void);

#endif
