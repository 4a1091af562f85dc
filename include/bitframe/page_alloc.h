/* SPDX-License-Identifier: MIT */
/*
 * bitframe/page_alloc.h - one pool of pages behind a handful of calls
 *
 * The page_alloc contract: a kernel that calls these names links against bitframe unchanged. The pool
 * covers [MALLOC_START, MALLOC_END); where RAM lies is said by the build options of the same names in
 * lower case. The lowest free page is always the next one handed out.
 *
 * Addresses are physical (PA) unless they are called kva, a kernel virtual address in the linear map:
 * KVA = PA + LINEAR_MAP_BASE. Both are 64-bit and wrap modulo 2^64.
 *
 * Safety: one caller at a time. Nothing here locks, blocks or allocates, so any context will do, the MMU
 * off included, as long as no two calls overlap; a kernel that allocates in interrupt handlers masks
 * interrupts around its other calls. After bitframe_page_alloc_share() the calls that allocate, free and
 * count are for every CPU at once, in any context; the mem_map_ calls remain for one caller at a time.
 */
#ifndef BITFRAME_PAGE_ALLOC_H
#define BITFRAME_PAGE_ALLOC_H

#include <stdint.h>

#include <bitframe/bitframe.h>
#include <bitframe/shared.h>

#ifdef __cplusplus
extern "C" {
#endif

/* clang-format off */
/** Bytes in a page. A kernel that defines PAGE_SIZE before it includes this header keeps its own, of the same value. */
#ifndef PAGE_SIZE
#define PAGE_SIZE       (UINT64_C(1) << BITFRAME_FRAME_SHIFT)
#endif
typedef char bitframe_page_size_is_the_kernels[PAGE_SIZE == BITFRAME_FRAME_BYTES ? 1 : -1];
/** First managed physical address. */
#define MALLOC_START    (BITFRAME_MALLOC_START + UINT64_C(0))
/** One past the last managed physical address. */
#define MALLOC_END      (BITFRAME_MALLOC_END + UINT64_C(0))
/** Bytes in the pool. */
#define MALLOC_SIZE     (MALLOC_END - MALLOC_START)
/** Pages in the pool. */
#define MALLOC_PAGES    (MALLOC_SIZE / PAGE_SIZE)
/** Kernel virtual address of physical address 0. */
#define LINEAR_MAP_BASE (BITFRAME_LINEAR_MAP_BASE + UINT64_C(0))
/** Output interface that dump_free_count() prints to. */
#define MU              0
/* clang-format on */

/* What bitframe exports. */

/** Kernel virtual address of a physical one: @p pa + LINEAR_MAP_BASE, modulo 2^64. */
uint64_t pa_to_kva(uint64_t pa);

/** Physical address of a kernel virtual one: @p kva - LINEAR_MAP_BASE, modulo 2^64. */
uint64_t kva_to_pa(uint64_t kva);

/**
 * Make every page of the pool free and the pool total MALLOC_PAGES.
 *
 * Must be the first call; may be called again at any time, and starts over whatever was held before. The pool
 * is not shared then.
 *
 * @par Cost  One store per 64 pages and its index: 96 KiB for 3008 MiB.
 */
void mem_map_init(void);

/**
 * Allocate every page whose PA is below @p end_pa offline, a partly covered one included.
 *
 * The pool total falls by one for each page that was free before and by none for the others, so
 * reservations may overlap.
 *
 * @param end_pa  A physical address. At or below MALLOC_START nothing happens; beyond the pool covers all
 *                of it, and so does a KVA passed by mistake.
 *
 * @par Cost  One load and one store per 64 pages covered.
 */
void mem_map_reserve_below(uint64_t end_pa);

/**
 * Allocate every page whose PA is at or above @p start_pa offline.
 *
 * A page that begins below @p start_pa stays free even if @p start_pa cuts through it. The pool total
 * changes as in mem_map_reserve_below().
 *
 * @param start_pa  A physical address. At or beyond MALLOC_END nothing happens; at or below MALLOC_START
 *                  covers the whole pool.
 *
 * @par Cost  One load and one store per 64 pages covered.
 */
void mem_map_reserve_above(uint64_t start_pa);

/**
 * Allocate the lowest free page and zero its bytes through memzero(pa_to_kva(pa), PAGE_SIZE).
 *
 * @return  Its physical address, or 0 when no page is free: 0 is never a page.
 *
 * @par Cost  O(1) and bounded (docs/benchmarks.md), plus the zeroing.
 */
uint64_t get_free_page(void);

/**
 * Free the page that contains @p pa.
 *
 * Anything may be passed: an address outside the pool is ignored, one inside a page frees that page,
 * freeing a free page changes nothing, and freeing a reserved page makes it allocatable while the pool
 * total stays.
 *
 * @par Cost  O(1) and bounded.
 */
void free_page(uint64_t pa);

/**
 * get_free_page() as a kernel virtual address.
 *
 * @return  The page's KVA, or a raw 0 when no page is free.
 */
uint64_t get_kernel_page(void);

/** free_page() of a kernel virtual address. */
void free_kernel_page(uint64_t kva);

/**
 * Count the free pages and print the huge frame `free_pages: ` + 16 lower-case hex digits + newline.
 *
 * Printed by three calls: main_output(MU, "free_pages: "), main_output_u64(MU, count), main_output(MU, "\n").
 *
 * @return  The number of free pages right now, exact.
 *
 * @par Cost  O(1), plus the printing.
 */
uint64_t dump_free_count(void);

/** Pages in the pool less those freshly reserved. Allocation and freeing never move it. */
uint64_t mem_total_count(void);

/**
 * The pool behind these calls, for what the contract has no name for: bitframe_check() in a debug build, say.
 * A frame allocated through it comes unzeroed. mem_total_count() does not see its reservations, and free_page()
 * of a page that is reserved there changes nothing.
 */
struct bitframe *bitframe_get_page_alloc_pool(void);

/**
 * Share the pool behind these calls among all CPUs: bitframe_share() of bitframe_get_page_alloc_pool(), and from
 * then on these calls are those of the shared pool. A kernel that does not call this links no code for it.
 *
 * @param shared  Becomes the shared pool, for what the contract has no name for.
 *
 * @return  The statuses of bitframe_share(), whose other parameters these are.
 *
 * @par Safety  As bitframe_share(). The storage and the kernel's image stay as far apart as they are, if the
 * kernel is seen at other virtual addresses later.
 */
enum bitframe_status bitframe_page_alloc_share(struct bitframe_shared **shared,
                                               const struct bitframe_share_options *options, void *storage,
                                               uint64_t bytes);

/* What the kernel provides. */

/**
 * The number of the CPU that runs, for the calls of a shared pool; any context. A wrong number costs speed
 * only. Only a kernel that calls bitframe_page_alloc_share() need provide this.
 */
uint32_t bitframe_page_alloc_cpu(void);

/**
 * Zero @p size bytes at virtual address @p start.
 *
 * bitframe has one: DC ZVA on AArch64 once bitframe_set_platform() allows it, aligned stores until then. It
 * needs a stack and reads .bss, so it cannot clear the .bss of a kernel that starts. A kernel with a
 * memzero() of its own sets the option memzero to kernel. Otherwise the linker takes the kernel's from the
 * archive and does not say so.
 */
void memzero(uint64_t start, uint64_t size);

/** Print a string on an output interface. */
void main_output(int32_t interface, const char *str);

/** Print a value as 16 lower-case hex digits on an output interface. */
void main_output_u64(int32_t interface, uint64_t value);

#ifdef __cplusplus
}
#endif

#endif
