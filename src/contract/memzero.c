/* SPDX-License-Identifier: MIT */
/*
 * memzero.c - the memzero() of the page_alloc contract, for kernels that have none
 *
 * In a file of its own, so that a kernel which defines memzero() never links this one. The zero_frames kernel
 * clears whole frames. Naturally aligned stores clear the rest at both ends; Device memory allows them too.
 */
#include <bitframe/page_alloc.h>

#include "base/kernels.h"

enum { UNIT = 4096 }; /* the unit of zero_frames, for any PAGE_SIZE */

/* volatile: the compiler must not merge the stores, which Device memory forbids, or call memset(). */
static void zero_bytes(uint64_t start, uint64_t size)
{
    for (; size != 0 && start % sizeof(uint64_t) != 0; size--)
        *(volatile uint8_t *)(uintptr_t)start++ = 0;
    for (; size >= sizeof(uint64_t); size -= sizeof(uint64_t), start += sizeof(uint64_t))
        *(volatile uint64_t *)(uintptr_t)start = 0;
    for (; size != 0; size--)
        *(volatile uint8_t *)(uintptr_t)start++ = 0;
}

/** Any range: whole units go to the kernel. Not inlined, since zeroing a page does not need it. */
static __attribute__((noinline)) void zero_range(uint64_t start, uint64_t size)
{
    uint64_t head = -start % UNIT;
    if (head > size)
        head = size;
    uint64_t units = (size - head) / UNIT * UNIT;
    zero_bytes(start, head);
    if (units != 0)
        kernel_zero_frames((void *)(uintptr_t)(start + head), units);
    zero_bytes(start + head + units, size - head - units);
}

void memzero(uint64_t start, uint64_t size)
{
    if ((start | size) % UNIT == 0 && size != 0)
        kernel_zero_frames((void *)(uintptr_t)start, size);
    else
        zero_range(start, size);
}
