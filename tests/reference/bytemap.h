/* SPDX-License-Identifier: MIT */
/*
 * bytemap.h - the reference: a byte per page and naive loops
 *
 * The original page allocator, kept to compare with: every test of the contract runs against it too, and the
 * benchmarks measure what the bitmap is worth. It is written to be obviously right and is never part of the
 * library. Each function behaves as the one of the same name in <bitframe/page_alloc.h>, on a map of its own
 * with any first address and any number of pages.
 */
#ifndef BITFRAME_GENERIC_BYTEMAP_H
#define BITFRAME_GENERIC_BYTEMAP_H

#include <stdint.h>

struct bytemap {
    uint8_t *allocated; /* one byte per page: 0 free, 1 allocated or reserved */
    uint64_t start_pa;  /* of page 0 */
    uint64_t pages;
    uint64_t total; /* pages less those freshly reserved */
};

/** Every page free. @p allocated has room for @p pages bytes. */
void bytemap_init(struct bytemap *map, uint64_t start_pa, uint64_t pages, uint8_t *allocated);

void bytemap_reserve_below(struct bytemap *map, uint64_t end_pa);
void bytemap_reserve_above(struct bytemap *map, uint64_t start_pa);

/** The lowest free page, not zeroed, or 0. */
uint64_t bytemap_alloc(struct bytemap *map);

void bytemap_free_page(struct bytemap *map, uint64_t pa);

/** Counts the free pages, one by one. */
uint64_t bytemap_count(const struct bytemap *map);

uint64_t bytemap_get_free_page(struct bytemap *map);
uint64_t bytemap_get_kernel_page(struct bytemap *map);
void bytemap_free_kernel_page(struct bytemap *map, uint64_t kva);
uint64_t bytemap_dump_free_count(struct bytemap *map);
uint64_t bytemap_total_count(const struct bytemap *map);

#endif
