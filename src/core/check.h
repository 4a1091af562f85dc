/* SPDX-License-Identifier: MIT */
/* check.h - the part of bitframe_check() that holds of a shared pool too. */
#ifndef BITFRAME_CORE_CHECK_H
#define BITFRAME_CORE_CHECK_H

#include <bitframe/bitframe.h>

/**
 * Verify tables, reservations and offline records, and what the bitmap says of them.
 *
 * @param free_frames  Becomes the number of set bits, if the tables are sound.
 */
enum bitframe_invariant bitframe_check_tables(const struct bitframe *pool, uint64_t *free_frames);

#endif
