/* SPDX-License-Identifier: MIT */
#include "guarded.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE UINT64_C(65536) /* or a smaller one, of which this is a multiple */

/** What cannot be touched at either end: an index that is wrong by a level leads that far. */
static uint64_t guard_of(uint64_t bytes)
{
    return (bytes + PAGE) / PAGE * PAGE * 64;
}

static uint64_t pages_of(uint64_t bytes)
{
    return (bytes + PAGE - 1) / PAGE * PAGE;
}

void *guarded_open(uint64_t bytes, uint64_t align, enum guarded_end end)
{
    uint64_t pages = pages_of(bytes);
    uint64_t guard = guard_of(bytes);
    char *all =
        mmap(NULL, guard + pages + guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED) {
        perror("guarded memory");
        abort();
    }
    /* The kernel's pages may be smaller than PAGE. */
    char *memory = (char *)(((uintptr_t)all + guard + PAGE - 1) / PAGE * PAGE);
    if (mprotect(memory, pages, PROT_READ | PROT_WRITE) != 0) {
        perror("guarded memory");
        abort();
    }
    return end == GUARDED_ABOVE ? memory + (pages - bytes) / align * align : memory;
}

void guarded_close(void *memory, uint64_t bytes)
{
    /* It is not known which end it was at, nor where the mapping began: what is left is address space. */
    uintptr_t first = (uintptr_t)memory / PAGE * PAGE;
    if (munmap((void *)first, pages_of(bytes)) != 0)
        abort();
}
