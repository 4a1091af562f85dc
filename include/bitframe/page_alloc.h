/* SPDX-License-Identifier: MIT */
/*
 * bitframe/page_alloc.h - one pool of pages behind a handful of calls
 *
 * The page_alloc contract: a kernel that calls these names links against bitframe unchanged. The pool covers
 * [MALLOC_START, MALLOC_END). The build options of the same names, in lower case, say where RAM lies. The
 * next page handed out is always the lowest free one.
 *
 * Addresses are physical (PA), unless they are called kva: a kernel virtual address in the linear map. KVA =
 * PA + LINEAR_MAP_BASE. Both are 64-bit and wrap modulo 2^64.
 *
 * Safety: one caller at a time. No call locks, blocks or allocates. So any context may call, with the MMU off
 * too, if no two calls overlap. A kernel that allocates in interrupt handlers masks interrupts around its
 * other calls. After bitframe_page_alloc_share() every CPU may allocate, free and count at once, in any
 * context. The mem_map_ calls remain for one caller at a time.
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
/** Output interface of dump_free_count(). */
#define MU              0
/* clang-format on */

/* Calls that bitframe provides. */

/** Kernel virtual address of a physical one: @p pa + LINEAR_MAP_BASE, modulo 2^64. */
uint64_t pa_to_kva(uint64_t pa);

/** Physical address of a kernel virtual one: @p kva - LINEAR_MAP_BASE, modulo 2^64. */
uint64_t kva_to_pa(uint64_t kva);

/**
 * Make every page of the pool free and the pool total MALLOC_PAGES.
 *
 * This must be the first call. A later call starts over: it makes allocated pages free, and the pool is not
 * shared any more.
 *
 * @par Cost  One store per 64 pages and its index: 96 KiB for 3008 MiB.
 */
void mem_map_init(void);

/**
 * Reserve every page whose PA is below @p end_pa, including a page that @p end_pa lies inside of.
 *
 * The pool total falls by one for each page that was free before, and not for other pages. So reservations
 * may overlap.
 *
 * @param end_pa  A physical address. At or below MALLOC_START it reserves nothing. Beyond the pool it
 *                reserves all of it, and so does a KVA passed by mistake.
 *
 * @par Cost  One load and one store per 64 pages covered.
 */
void mem_map_reserve_below(uint64_t end_pa);

/**
 * Reserve every page whose PA is at or above @p start_pa.
 *
 * A page that begins below @p start_pa stays free, even if @p start_pa lies inside it. The pool total changes
 * as in mem_map_reserve_below().
 *
 * @param start_pa  A physical address. At or beyond MALLOC_END it reserves nothing. At or below MALLOC_START
 *                  it reserves the whole pool.
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
 * The kernel may pass any address. An address outside the pool is ignored. An address inside a page frees
 * that page. A free of a free page changes nothing. A free of a reserved page makes it free, and the total
 * stays.
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
 * Count the free pages and print the line `free_pages: ` + 16 lower-case hex digits + newline.
 *
 * It makes three calls: main_output(MU, "free_pages: "), main_output_u64(MU, count), main_output(MU, "\n").
 *
 * @return  The number of free pages right now, exact.
 *
 * @par Cost  O(1), plus the printing.
 */
uint64_t dump_free_count(void);

/** Pages in the pool, minus the pages that reservations found free. Allocations and frees never change it. */
uint64_t mem_total_count(void);

/**
 * The pool behind these calls, for calls that the contract lacks: bitframe_check() in a debug build, say. A
 * frame allocated through it is not zeroed. mem_total_count() does not count its reservations, and
 * free_page() of a page that is reserved there changes nothing.
 */
struct bitframe *bitframe_get_page_alloc_pool(void);

/**
 * Share the pool behind these calls among all CPUs: bitframe_share() of bitframe_get_page_alloc_pool(). From
 * then on these calls use the shared pool. A kernel that does not call this links no code for it.
 *
 * @param shared  Becomes the shared pool, for calls that the contract lacks.
 *
 * The other parameters are those of bitframe_share().
 *
 * @return  The statuses of bitframe_share().
 *
 * @par Safety  As bitframe_share(). If the kernel moves to other virtual addresses later, the storage and the
 *              kernel's image must move by the same amount.
 */
enum bitframe_status bitframe_page_alloc_share(struct bitframe_shared **shared,
                                               const struct bitframe_share_options *options, void *storage,
                                               uint64_t bytes);

/* Functions that the kernel provides. */

/**
 * The number of the CPU that runs, for the calls of a shared pool, in any context. A wrong number costs only
 * speed. Only a kernel that calls bitframe_page_alloc_share() must provide this.
 */
uint32_t bitframe_page_alloc_cpu(void);

/**
 * Zero @p size bytes at virtual address @p start.
 *
 * bitframe has one. It uses DC ZVA on AArch64 once bitframe_set_platform() allows it, and aligned stores
 * until then. It needs a stack and reads .bss, so entry code cannot clear .bss with it. A kernel with a
 * memzero() of its own sets the option memzero to kernel. Without that option, a kernel that links the
 * archive gets its own memzero() in silence.
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
