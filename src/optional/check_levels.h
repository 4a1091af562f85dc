/* SPDX-License-Identifier: MIT */
/* check_levels.h - does each level say what is below it? */
#ifndef BITFRAME_OPTIONAL_CHECK_LEVELS_H
#define BITFRAME_OPTIONAL_CHECK_LEVELS_H

#include "layout/tables.h"

/** Is every bit in [@p first, @p end) clear? */
bool bitframe_is_clear(const uint64_t *words, uint64_t first, uint64_t end);

/**
 * Does each level say of each word below whether it is 0, and nothing else?
 *
 * @param pending  The bit of level @p k_pending that may be missing.
 */
bool bitframe_levels_agree(const struct bitframe *pool, const struct bitframe_levels *levels,
                           uint64_t k_pending, uint64_t pending);

#endif
