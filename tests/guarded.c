/* SPDX-License-Identifier: MIT */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#endif
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
    uint64_t room = guard + pages + guard;
    char *all = mmap(NULL, room + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED) {
        perror("guarded memory");
        abort();
    }
    /* The kernel's pages may be smaller than PAGE: what is over at the ends goes back. */
    char *first = (char *)(((uintptr_t)all + PAGE - 1) / PAGE * PAGE);
    char *memory = first + guard;
    if ((first != all && munmap(all, (size_t)(first - all)) != 0) ||
        munmap(first + room, (size_t)(all + PAGE - first)) != 0 ||
        mprotect(memory, pages, PROT_READ | PROT_WRITE) != 0) {
        perror("guarded memory");
        abort();
    }
    return end == GUARDED_ABOVE ? memory + (pages - bytes) / align * align : memory;
}

void guarded_close(void *memory, uint64_t bytes)
{
    char *first = (char *)((uintptr_t)memory / PAGE * PAGE); /* at either end */
    uint64_t guard = guard_of(bytes);
    if (munmap(first - guard, guard + pages_of(bytes) + guard) != 0)
        abort();
}
