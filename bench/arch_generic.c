/* SPDX-License-Identifier: MIT */
/* arch_generic.c - no contenders of its own, and nothing to count. */
#include "bench.h"

const struct contender *const bench_arch_contenders[] = {NULL};
const struct contender *const bench_arch_kinds = NULL;
