/* SPDX-License-Identifier: MIT */
/* pages.h - the page_alloc contract as this kernel uses it, with books of its own to hold against it. */
#ifndef PAGES_H
#define PAGES_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Lowest pages of the contract's pool, which its checks take and write: memory.c reserves them, so that the
 * pool of all memory never hands them out.
 */
#define PAGES_SCRATCH UINT64_C(32)

/** Take a run from the pool of all memory, and set the contract's pool up so that it hands out just that. */
void pages_init(void);

/** Give the run back. */
void pages_finish(void);

/** One past the PA of the last page that the contract's pool has of its own. */
uint64_t pages_end_pa(void);

/** Take a page, zeroed. Panics when there is none, and when the allocator is wrong about it. */
uint64_t page_take(void);

/** Give a page back. */
void page_give(uint64_t pa);

/**
 * Compare the allocator's count of free pages with the pages that this kernel holds, exactly; panic if they
 * disagree. @p print prints the count.
 */
void pages_audit(bool print);

#endif
