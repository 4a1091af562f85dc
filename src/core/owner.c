/* SPDX-License-Identifier: MIT */
/* owner.c - what a call of the owner says while the pool is lent. */
#include "core/owner.h"

_Noreturn void bitframe_panic_lent(void)
{
    bitframe_panic("the pool is shared: use the calls of <bitframe/shared.h>, or "
                   "bitframe_shared_begin_exclusive() first");
}
