/* SPDX-License-Identifier: MIT */
/* on_flat_hint.c - a bitmap without an index, some frame by the C scan from a hint. */
#define FLAT_NAME      "flat-hint"
#define FLAT_CONTENDER bench_flat_hint
#define FLAT_TAKE      flat_hint_take_c
#define FLAT_COUNT     flat_count_c
#include "flat_contender.h"
