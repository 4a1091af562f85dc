/* SPDX-License-Identifier: MIT */
/* unshaken.c - in place of shake.c where the core is as it is. */
#include "stress.h"

const bool is_shaken = false;

void shake_begin(uint64_t one_in)
{
    (void)one_in;
}

void shake_join(struct worker *worker)
{
    (void)worker;
}
