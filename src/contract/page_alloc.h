/* SPDX-License-Identifier: MIT */
/*
 * page_alloc.h - where the calls of the contract go while the pool is shared
 *
 * page_alloc.c knows nothing of shared pools, so that a kernel which shares none links none of their code.
 * bitframe_page_alloc_share() leaves it the distance of a function to call instead. Not the address: a kernel
 * that shares its pool before it leaves its identity map is elsewhere later, code and data by the same
 * amount.
 */
#ifndef BITFRAME_CONTRACT_PAGE_ALLOC_H
#define BITFRAME_CONTRACT_PAGE_ALLOC_H

#include <stdint.h>

/** What is asked of the function, and what it returns. */
enum page_request {
    PAGE_ALLOC,   /* the PA of a page, or 0 */
    PAGE_FREE,    /* of the page at first_pa; nothing */
    PAGE_RESERVE, /* all free pages of [first_pa, end_pa); how many there were */
    PAGE_COUNT,   /* free pages */
};

typedef uint64_t page_answer(enum page_request request, uint64_t first_pa, uint64_t end_pa);

/** The distance of the function from the pool, modulo 2^64; 0 if there is none. */
extern uint64_t bitframe_page_answer __attribute__((visibility("hidden")));

#endif
