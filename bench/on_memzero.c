/* SPDX-License-Identifier: MIT */
/* on_memzero.c - zeroing by the library's memzero() once the platform is declared. */
#include "library_memzero.h"

#define ZERO_NAME      "memzero"
#define ZERO_CONTENDER bench_memzero
#define ZERO(page)     library_memzero((uintptr_t)(page), BITFRAME_FRAME_BYTES)
#define ZERO_DECLARE() bench_declare_platform()
#include "zero_contender.h"
