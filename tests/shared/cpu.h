/* SPDX-License-Identifier: MIT */
/* cpu.h - which atomic instructions a program was built for, and which ones the CPU has: see both-atomics. */
#ifndef BITFRAME_TESTS_CPU_H
#define BITFRAME_TESTS_CPU_H

#include <stdbool.h>
#include <string.h>
#ifdef __aarch64__
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#if defined(__ARM_FEATURE_ATOMICS)
#define INSTRUCTIONS "LSE"
#elif defined(__aarch64__)
#define INSTRUCTIONS "LL/SC"
#else
#define INSTRUCTIONS "native atomics"
#endif

/** Whether the program was started only to say, by its exit status, if this CPU has LSE. Then *status is it.
 */
static inline bool is_question_for_lse(int argc, char **argv, int *status)
{
    if (argc != 2 || strcmp(argv[1], "has-lse") != 0)
        return false;
    *status = 1;
#ifdef __aarch64__
    *status = (getauxval(AT_HWCAP) & HWCAP_ATOMICS) == 0;
#endif
    return true;
}

#endif
