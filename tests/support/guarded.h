/* SPDX-License-Identifier: MIT */
/*
 * guarded.h - memory between pages that cannot be touched
 *
 * Everything that a test gives to a pool lies in such memory, as many bytes as the pool asks for: an access
 * outside kills the test. Pages are whole, so there is room to spare at one end unless the length is a
 * multiple of a page. The bytes next behind the last one hold a pattern, which is compared in the end; in a
 * build with sanitizers they cannot be touched either.
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
 * @param align  What the address is a multiple of, a power of two up to a page. At the end above, the bytes
 *               missing from @p bytes to a multiple of it lie between the last byte and the page.
 */
void *guarded_open(uint64_t bytes, uint64_t align, enum guarded_end end);

/** The same memory at two places, @p at, GUARDED_ABOVE: what is written at one is read at the other. */
void guarded_open_twice(char *at[2], uint64_t bytes, uint64_t align);

/** Give it back, at each place. Aborts if a byte next behind it was written. */
void guarded_close(void *memory, uint64_t bytes);

/** Memory that a test asks for over and over. All zeros: none yet. */
struct guarded {
    char *memory;
    uint64_t bytes;
    char *room; /* of guarded_at() */
};

/**
 * Give back what @p guarded has and map @p bytes bytes anew, of garbage.
 *
 * The end that meets a page is now one, now the other. The first is GUARDED_ABOVE, or with BITFRAME_GUARDED=1
 * in the environment GUARDED_BELOW: tests that make one pool run with both (tests/meson.build).
 *
 * @return  The memory.
 */
void *guarded_renew(struct guarded *guarded, uint64_t bytes, uint64_t align);

/** Most bytes of guarded_at() and guarded_copy(). */
#define GUARDED_COPY_BYTES (UINT64_C(2) << 20)

/** @p bytes bytes at one end of a room that is mapped once: quick, and good until the next call for that
 * room. */
void *guarded_at(struct guarded *room, uint64_t bytes, uint64_t align, enum guarded_end end);

/** A copy of @p bytes in a room of its own, good until the next. */
void *guarded_copy(const void *bytes, uint64_t count, uint64_t align, enum guarded_end end);

/** What guarded_renew() fills memory with. */
#define GARBAGE 0xA5

#endif
