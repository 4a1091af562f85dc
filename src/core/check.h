/* SPDX-License-Identifier: MIT */
/* check.h - the part of bitframe_check() that differs while a pool is shared. */
#ifndef BITFRAME_CORE_CHECK_H
#define BITFRAME_CORE_CHECK_H

#include <bitframe/bitframe.h>

/** Verify index, cursor, count and gap of a shared pool whose bitmap has @p free_frames set bits. */
enum bitframe_invariant bitframe_check_shared(const struct bitframe *pool, uint64_t free_frames);

#endif
