/* SPDX-License-Identifier: MIT */
/* window.h - a linear map for pools whose frames are no memory of this process. */
#ifndef BITFRAME_TESTS_WINDOW_H
#define BITFRAME_TESTS_WINDOW_H

#include <stdint.h>

/** The longest. */
#define WINDOW_BYTES (UINT64_C(4) << 30)

/**
 * Declare to bitframe a linear map in which [@p first_pa, @p first_pa + @p bytes) can be read and written. A
 * few megabytes are shown there over and over, so frames share their bytes: enough where all hold the same.
 * May be called again, for another range; the memory stays what it is.
 *
 * @param bytes  At most WINDOW_BYTES.
 */
void window_open(uint64_t first_pa, uint64_t bytes);

#endif
