/* SPDX-License-Identifier: MIT */
/*
 * guarded.h - memory between pages that cannot be touched
 *
 * What a pool is given lies in such memory, as many bytes as the pool asks for: an access outside kills the
 * test. Pages are whole, so there is room to spare at one end unless the length is a multiple of a page. A
 * test that is to see both ends runs twice.
 */
#ifndef BITFRAME_TESTS_GUARDED_H
#define BITFRAME_TESTS_GUARDED_H

#include <stdint.h>

enum guarded_end {
    GUARDED_ABOVE, /**< The last byte is the last one before a page that cannot be touched. */
    GUARDED_BELOW, /**< The first byte is the first one behind such a page. */
    GUARDED_ENDS,
};

/**
 * Map @p bytes bytes of zeros. Memory that is not touched is never there. Aborts if it cannot be had.
 *
 * @param align  What the address is a multiple of, a power of two up to a page. At the end above, what is
 * missing from @p bytes to a multiple of it lies between the last byte and the page.
 */
void *guarded_open(uint64_t bytes, uint64_t align, enum guarded_end end);

/** Give it back. */
void guarded_close(void *memory, uint64_t bytes);

#endif
