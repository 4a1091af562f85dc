/* SPDX-License-Identifier: MIT */
/*
 * pages.c - the page_alloc contract beside a pool of all memory
 *
 * The contract's pool is a range of addresses that the build fixed, most of which belong to others here: two
 * allocators must not own one frame. So it gets one run of the other pool's frames, as a driver would, and
 * what lies below and above that run it is told to leave alone. A kernel that has no other pool passes the
 * end of its image and the end of RAM instead.
 */
#include "pages.h"

#include <bitframe/page_alloc.h>

#include "console.h"
#include "kernel.h"
#include "memory.h"

/* A hundred address spaces take 1500 pages. */
#define PAGES UINT64_C(2048)

_Static_assert(PAGE_SIZE == 4096, "mmu.c and kernel.ld work in 4 KiB pages");

static uint64_t first_pa;
static uint64_t pages_held;

void pages_init(void)
{
    /* From the top: memory at the bottom is worth more, to devices that reach no further. */
    struct bitframe_request run = {
        .frames = PAGES, .min_pa = MALLOC_START, .max_pa = MALLOC_END, .flags = BITFRAME_HIGHEST};
    first_pa = run_alloc(&run);
    mem_map_init();
    mem_map_reserve_below(first_pa);
    mem_map_reserve_above(pages_end_pa());
    pages_held = 0;
    if (mem_total_count() != PAGES)
        panic("mem_total_count() is not what the reservations left");
}

void pages_finish(void)
{
    run_give(first_pa, PAGES);
}

uint64_t pages_end_pa(void)
{
    return first_pa + PAGES * PAGE_SIZE;
}

uint64_t page_take(void)
{
    uint64_t pa = get_free_page();
    if (pa == 0)
        panic("out of pages");
    if (pa % PAGE_SIZE != 0 || pa < first_pa || pa >= pages_end_pa())
        panic("get_free_page() returned a page that is not its own");
    const uint64_t *words = frame_words(pa);
    for (uint64_t i = 0; i < PAGE_SIZE / sizeof(uint64_t); i++)
        if (words[i] != 0)
            panic("get_free_page() returned a page that is not zeroed");
    pages_held++;
    return pa;
}

void page_give(uint64_t pa)
{
    free_page(pa);
    pages_held--;
}

void pages_audit(bool print)
{
    if (!print)
        console_capture(0, 0);
    uint64_t free_pages = dump_free_count();
    if (!print)
        console_release();
    if (free_pages != PAGES - pages_held)
        panic("dump_free_count() disagrees with the pages held");
    if (mem_total_count() != PAGES)
        panic("mem_total_count() moved");
}
