/* SPDX-License-Identifier: MIT */
/* rebuild.h - everything that follows from geometry and bitmap, rebuilt. */
#ifndef BITFRAME_CORE_REBUILD_H
#define BITFRAME_CORE_REBUILD_H

#include "layout/tables.h"

/**
 * Make index, free huge frames, huge_word, free_frames, cursor and window follow the bitmap.
 * Geometry and tables are right; bits that stand for no free frame are clear; all else may be anything.
 */
void bitframe_rebuild(struct bitframe *pool);

#endif
