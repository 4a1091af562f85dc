/* SPDX-License-Identifier: MIT */
/* check_tables.h - are a pool's tables sound, and does the bitmap agree with them? */
#ifndef BITFRAME_LAYOUT_CHECK_TABLES_H
#define BITFRAME_LAYOUT_CHECK_TABLES_H

#include <bitframe/check.h>

#include "layout/tables.h"

/**
 * Verify tables, reservations and offline records, and the bits of their frames.
 *
 * @param free_frames  Becomes the number of set bits, if the tables are sound.
 */
enum bitframe_invariant bitframe_check_tables(const struct bitframe *pool, uint64_t *free_frames);

#endif
