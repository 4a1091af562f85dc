/* SPDX-License-Identifier: MIT */
/* arch_generic.c - no contenders of its own. */
#include "bench.h"

const struct contender *const bench_arch_contenders[] = {NULL};
