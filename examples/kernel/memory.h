/* SPDX-License-Identifier: MIT */
/* memory.h - the allocator as this kernel uses it, with books of its own to hold against it. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/** Set the pool up: everything free but the image, what lies below it, and what is no RAM. */
void memory_init(void);

/** Take a page, zeroed. Panics when there is none, and when the allocator is wrong about it. */
uint64_t page_take(void);

/** Give a page back. */
void page_give(uint64_t pa);

/**
 * Compare the allocator's count of free pages with the pages that this kernel holds, exactly; panic if they
 * disagree. @p print prints the count.
 */
void memory_audit(bool print);

/** The words of a page, through the linear map. */
uint64_t *page_words(uint64_t pa);

#endif
