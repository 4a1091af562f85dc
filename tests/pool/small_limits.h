/* SPDX-License-Identifier: MIT */
/*
 * small_limits.h - the library with a limit that a test can reach, included before all else
 *
 * A pool of 2^40 frames that is all holes takes a map of 2^30 ranges; of 2^14 frames, one of 16.
 */
#ifndef BITFRAME_TESTS_SMALL_LIMITS_H
#define BITFRAME_TESTS_SMALL_LIMITS_H

#ifndef __ASSEMBLER__
#include <bitframe/bitframe.h>

#undef BITFRAME_FRAMES_MAX
#define BITFRAME_FRAMES_MAX (UINT64_C(1) << 14)
#endif

#endif
