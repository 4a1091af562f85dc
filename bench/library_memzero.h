/* SPDX-License-Identifier: MIT */
/* library_memzero.h - src/core/memzero.c under another name, beside a memzero() that does nothing. */
#ifndef BITFRAME_BENCH_LIBRARY_MEMZERO_H
#define BITFRAME_BENCH_LIBRARY_MEMZERO_H

#include <stdint.h>

void library_memzero(uint64_t start, uint64_t size);

#endif
