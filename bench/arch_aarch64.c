/* SPDX-License-Identifier: MIT */
/* arch_aarch64.c - contenders by AArch64's kernels. */
#include "bench.h"

extern const struct contender bench_flat_neon, bench_flat_hint_neon, bench_kinds;

const struct contender *const bench_arch_contenders[] = {&bench_flat_neon, &bench_flat_hint_neon, NULL};
const struct contender *const bench_arch_kinds = &bench_kinds;
