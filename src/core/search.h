/* SPDX-License-Identifier: MIT */
/* search.h - runs of set bits: the lowest or highest that a request allows. */
#ifndef BITFRAME_CORE_SEARCH_H
#define BITFRAME_CORE_SEARCH_H

#include "levels.h"

/**
 * What is looked for in a bitmap: @p bits set bits in a row inside [first, end), the first of them at a
 * position that is a multiple of align once skew has been added.
 */
struct search {
    uint64_t first;
    uint64_t end;
    uint64_t bits;  /* at least 1 */
    uint64_t align; /* a power of two */
    uint64_t skew;  /* modulo 2^64 */
};

/** The lowest position of such a run, or NO_BIT. */
uint64_t bitframe_search_up(const struct bitframe *pool, const struct bitframe_levels *levels,
                            const struct search *search);

/** The highest position of such a run, or NO_BIT. */
uint64_t bitframe_search_down(const struct bitframe *pool, const struct bitframe_levels *levels,
                              const struct search *search);

#endif
