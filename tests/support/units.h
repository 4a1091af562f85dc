/* SPDX-License-Identifier: MIT */
/* units.h - what tests count in */
#ifndef BITFRAME_TESTS_UNITS_H
#define BITFRAME_TESTS_UNITS_H

#include <bitframe/bitframe.h>

#ifndef FRAME /* the tests of shared pools have their own */
#define FRAME BITFRAME_FRAME_BYTES
#endif

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

/** One past the highest frame number there is. */
#define FRAMES_END (UINT64_C(1) << (64 - BITFRAME_FRAME_SHIFT))

/** Elements of an array. */
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#endif
