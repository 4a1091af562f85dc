/* SPDX-License-Identifier: MIT */
/* huge.h - 2 MiB at a time, of a pool that every CPU uses. */
#ifndef BITFRAME_SHARED_HUGE_H
#define BITFRAME_SHARED_HUGE_H

#include "core/request.h"

#include "shared/slots.h"

/** Take a huge frame, near the CPU's last one if the policy says so. @p pa becomes its PA. */
enum bitframe_status bitframe_take_huge(struct bitframe_shared *shared, struct slot *slot, uint64_t *pa);

/** Give back the line that begins with word @p word: all of its bits are frames, and the caller's. */
enum bitframe_status bitframe_give_line(struct bitframe_shared *shared, struct slot *slot, uint64_t word);

/** A run of whole lines, whatever the index says: a pass over the bitmap. Its frame number, or NO_BIT. */
uint64_t bitframe_search_lines(const struct bitframe_shared *shared, const struct wanted *wanted);

#endif
