/* SPDX-License-Identifier: MIT */
/* on_memzero_device.c - zeroing by the library's memzero() with the MMU off, before the platform is declared.
 */
#include "library_memzero.h"

#include <bitframe/platform.h>

#define ZERO_NAME      "memzero-device"
#define ZERO_CONTENDER bench_memzero_device
#define ZERO(page)     library_memzero((uintptr_t)(page), BITFRAME_FRAME_BYTES)
#define ZERO_DECLARE() (void)bitframe_set_platform(NULL)
#include "zero_contender.h"
