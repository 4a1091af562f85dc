/* SPDX-License-Identifier: MIT */
/* on_flat_neon.c - a bitmap without an index, the lowest frame by the NEON scan. */
#define FLAT_NAME      "flat-neon"
#define FLAT_CONTENDER bench_flat_neon
#define FLAT_TAKE      flat_take_neon
#define FLAT_COUNT     flat_count_neon
#include "flat_contender.h"
