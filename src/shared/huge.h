/* SPDX-License-Identifier: MIT */
/* huge.h - 2 MiB at a time, of a pool that every CPU uses. */
#ifndef BITFRAME_SHARED_HUGE_H
#define BITFRAME_SHARED_HUGE_H

#include "shared/slots.h"

/** Allocate a huge frame, near the CPU's last one if the policy says so. @p pa becomes its PA. */
enum bitframe_status bitframe_claim_huge(struct bitframe_shared *shared, struct slot *slot, uint64_t *pa);

/** Free the huge frame that begins with word @p word: all of its bits are frames, and the caller's. */
enum bitframe_status bitframe_give_huge(struct bitframe_shared *shared, struct slot *slot, uint64_t word);

#endif
