/* SPDX-License-Identifier: MIT */
/* huge.h - taking and giving back one line. */
#ifndef BITFRAME_CORE_HUGE_H
#define BITFRAME_CORE_HUGE_H

#include "layout/tables.h"

/**
 * Take the lowest line whose frames are all free.
 *
 * @param pa  Set to its PA.
 *
 * @retval BITFRAME_OK    Taken.
 * @retval BITFRAME_NONE  There is none; @p pa is as it was.
 */
enum bitframe_status bitframe_alloc_huge(struct bitframe *pool, uint64_t *pa);

/**
 * Give back a line that lies in the gap.
 *
 * @retval BITFRAME_OK           Its frames are free.
 * @retval BITFRAME_DOUBLE_FREE  One was free already; nothing changed.
 */
enum bitframe_status bitframe_free_huge(struct bitframe *pool, uint64_t pa);

#endif
