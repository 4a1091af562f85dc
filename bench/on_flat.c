/* SPDX-License-Identifier: MIT */
/* on_flat.c - a bitmap without an index, the lowest frame by the C scan. */
#define FLAT_NAME      "flat"
#define FLAT_CONTENDER bench_flat
#define FLAT_TAKE      flat_take_c
#define FLAT_COUNT     flat_count_c
#include "flat_contender.h"
