/* SPDX-License-Identifier: MIT */
/* check_levels.h - does each level agree with the level below? */
#ifndef BITFRAME_OPTIONAL_CHECK_LEVELS_H
#define BITFRAME_OPTIONAL_CHECK_LEVELS_H

#include "layout/tables.h"

/** Is every bit in [@p first, @p end) clear? */
bool bitframe_is_clear(const uint64_t *words, uint64_t first, uint64_t end);

/** No huge frame is outside the index: further from any word than a huge frame is long. */
#define OUTSIDE_NONE (UINT64_MAX / 2)

/**
 * Is each bit of each level set exactly if its word of the level below is not 0?
 *
 * @param outside  The first word of the huge frame that is to count as empty, or OUTSIDE_NONE.
 */
bool bitframe_levels_agree(const struct bitframe *pool, const struct bitframe_levels *levels,
                           uint64_t outside);

#endif
