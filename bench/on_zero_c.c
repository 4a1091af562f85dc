/* SPDX-License-Identifier: MIT */
/* on_zero_c.c - zeroing by the portable kernel. */
#include "kernels.h"

#define ZERO_NAME      "zero-c"
#define ZERO_CONTENDER bench_zero_c
#define ZERO(page)     bitframe_zero_frames_c(page, BITFRAME_FRAME_BYTES, 0)
#define ZERO_DECLARE() bench_declare_platform()
#include "zero_contender.h"
