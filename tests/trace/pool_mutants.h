/* SPDX-License-Identifier: MIT */
/* pool_mutants.h - calls of pools, broken on purpose: the traces must find each */
#ifndef BITFRAME_TESTS_POOL_MUTANTS_H
#define BITFRAME_TESTS_POOL_MUTANTS_H

#include "mutants.h"
#include "pool_trace.h"
#include "units.h"

#define BROKEN(call, broken) MUTANT(struct pool_subject, pool_subject_core, 400000, calls.call, broken)

#endif
