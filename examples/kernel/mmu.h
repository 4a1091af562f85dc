/* SPDX-License-Identifier: MIT */
/* mmu.h - translation tables: 48-bit addresses, 4 KiB pages, four levels. */
#ifndef MMU_H
#define MMU_H

#include <stdbool.h>
#include <stdint.h>

/* clang-format off */
#define TABLE_ENTRIES 512
#define LAST_LEVEL    3

/* A descriptor: what it leads to, and the rights of a block or page. */
#define PTE_VALID     (UINT64_C(1) << 0)
#define PTE_TABLE     (UINT64_C(1) << 1)  /* a table; at level 3 a page, which else would be a block */
#define PTE_DEVICE    (UINT64_C(0) << 2)  /* MAIR attribute 0, Device-nGnRE */
#define PTE_NORMAL    (UINT64_C(1) << 2)  /* MAIR attribute 1, Normal write-back */
#define PTE_USER      (UINT64_C(1) << 6)
#define PTE_READONLY  (UINT64_C(1) << 7)
#define PTE_SHARED    (UINT64_C(3) << 8)  /* inner shareable */
#define PTE_ACCESSED  (UINT64_C(1) << 10)
#define PTE_NOTGLOBAL (UINT64_C(1) << 11) /* belongs to one ASID */
#define PTE_PXN       (UINT64_C(1) << 53) /* the kernel cannot execute it */
#define PTE_UXN       (UINT64_C(1) << 54) /* a user cannot */
#define PTE_ADDRESS   UINT64_C(0x0000FFFFFFFFF000)

#define MAP_RAM       (PTE_NORMAL | PTE_SHARED | PTE_ACCESSED)
#define MAP_DEVICE    (PTE_DEVICE | PTE_ACCESSED | PTE_PXN | PTE_UXN)
#define MAP_CODE      (MAP_RAM | PTE_READONLY | PTE_UXN)
#define MAP_CONSTANTS (MAP_CODE | PTE_PXN)
#define MAP_DATA      (MAP_RAM | PTE_PXN | PTE_UXN)
#define MAP_USER_CODE (MAP_RAM | PTE_USER | PTE_READONLY | PTE_NOTGLOBAL | PTE_PXN)
#define MAP_USER_DATA (MAP_RAM | PTE_USER | PTE_NOTGLOBAL | PTE_PXN | PTE_UXN)
/* clang-format on */

#define BLOCK_BYTES (UINT64_C(2) << 20)

/**
 * Build the kernel's tables in frames of the pool: all memory that the pool manages, the image by its parts'
 * rights, and the UART. Nothing is both writable and executable.
 *
 * Runs with the MMU off, and leaves no cache line over the tables: turn it on next.
 *
 * @return  PA of the root, for TTBR0 (the identity map) and TTBR1 (the linear map) both.
 */
uint64_t mmu_make_tables(void);

/** Give up the identity map: TTBR0 is the users' from here on. */
void mmu_leave_identity(void);

/**
 * Map [@p va, @p va + @p bytes) to @p pa, by 2 MiB blocks where all three allow, else by pages. Tables that
 * are missing are frames of the pool for the kernel's half of the address space, and pages of the contract's
 * for the users'. All three are multiples of 4 KiB; none of it is mapped yet.
 */
void mmu_map(uint64_t root_pa, uint64_t va, uint64_t pa, uint64_t bytes, uint64_t rights);

/** Map 2 MiB of memory as one block of the kernel's, writable. Panics unless @p va and @p pa are multiples of
 * that. */
void mmu_map_block(uint64_t va, uint64_t pa);

/** Take such a mapping away, and out of the TLB. Its tables stay. */
void mmu_unmap_block(uint64_t va);

/** How many frames hold the kernel's tables: counted in the tables themselves. */
uint64_t mmu_table_frames(void);

/** Could the kernel read at @p va? Does not fault. */
bool mmu_may_read(uint64_t va);

/** Translate user addresses by the tables at @p root_pa, under an ASID; @p root_pa 0: translate none. */
void mmu_set_user_root(uint64_t root_pa, uint64_t asid);

/** Forget what the TLB holds of an ASID. */
void mmu_flush_user(uint64_t asid);

#endif
