/* SPDX-License-Identifier: MIT */
/* on_shared_local.c - a shared pool, each core taking from a group of its own. */
#define SHARED_NAME      "shared-local"
#define SHARED_CONTENDER bench_shared_local
#define SHARED_POLICY    BITFRAME_LOCAL
#include "shared_contender.h"
