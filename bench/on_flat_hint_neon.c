/* SPDX-License-Identifier: MIT */
/* on_flat_hint_neon.c - a bitmap without an index, some frame by the NEON scan from a hint. */
#define FLAT_NAME      "flat-hint-neon"
#define FLAT_CONTENDER bench_flat_hint_neon
#define FLAT_TAKE      flat_hint_take_neon
#define FLAT_COUNT     flat_count_neon
#include "flat_contender.h"
