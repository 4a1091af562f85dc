/* SPDX-License-Identifier: MIT */
/*
 * page_alloc.h - the way from the contract's calls to a shared pool
 *
 * page_alloc.c knows nothing of shared pools, so a kernel that shares none links none of their code.
 * bitframe_page_alloc_share() leaves it the distance of a function to call. It leaves no address, because a
 * kernel that shares its pool before it leaves its identity map has all code and data at other addresses
 * later, moved by the same amount.
 */
#ifndef BITFRAME_CONTRACT_PAGE_ALLOC_H
#define BITFRAME_CONTRACT_PAGE_ALLOC_H

#include <stdint.h>

/** The requests to the function, and what it returns. */
enum page_request {
    PAGE_ALLOC,   /* the PA of a page, or 0 */
    PAGE_FREE,    /* frees the page at first_pa; returns nothing */
    PAGE_RESERVE, /* takes all free pages of [first_pa, end_pa); their number */
    PAGE_COUNT,   /* the number of free pages */
};

typedef uint64_t page_answer(enum page_request request, uint64_t first_pa, uint64_t end_pa);

/** The distance of the function from the pool, modulo 2^64; 0 if there is none. */
extern uint64_t bitframe_page_answer __attribute__((visibility("hidden")));

#endif
