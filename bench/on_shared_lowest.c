/* SPDX-License-Identifier: MIT */
/* on_shared_lowest.c - a shared pool, the lowest frame first. */
#define SHARED_NAME      "shared-lowest"
#define SHARED_CONTENDER bench_shared_lowest
#define SHARED_POLICY    BITFRAME_LOWEST
#include "shared_contender.h"
