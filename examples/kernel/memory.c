/* SPDX-License-Identifier: MIT */
/* memory.c - setting the pool up, and taking pages with suspicion. */
#include "memory.h"

#include <bitframe/page_alloc.h>

#include "board.h"
#include "console.h"
#include "kernel.h"

_Static_assert(PAGE_SIZE == 4096, "mmu.c and kernel.ld work in 4 KiB pages");
_Static_assert(MALLOC_START < RAM_END && RAM_START < MALLOC_END,
               "no RAM in the pool: see bitframe:malloc_start");
_Static_assert(RAM_START <= MALLOC_START, "the pool begins below RAM, and nothing here reserves that part");

static uint64_t pages_held;

/** Pages of RAM in the pool that memory_init() leaves free. */
static uint64_t pages_at_boot(void)
{
    uint64_t first_pa = image_pa(_image_end);
    uint64_t end_pa = RAM_END < MALLOC_END ? RAM_END : MALLOC_END;
    if (first_pa < MALLOC_START)
        first_pa = MALLOC_START;
    return (end_pa - first_pa) / PAGE_SIZE;
}

void memory_init(void)
{
    mem_map_init();
    mem_map_reserve_below(image_pa(_image_end));
    mem_map_reserve_above(RAM_END);
    pages_held = 0;
    if (mem_total_count() != pages_at_boot())
        panic("mem_total_count() is not the RAM above the image");
}

uint64_t *page_words(uint64_t pa)
{
    return (uint64_t *)pa_to_kva(pa);
}

uint64_t page_take(void)
{
    uint64_t pa = get_free_page();
    if (pa == 0)
        panic("out of pages");
    if (pa % PAGE_SIZE != 0 || pa < image_pa(_image_end) || pa >= RAM_END)
        panic("get_free_page() returned what is not a free page of RAM");
    const uint64_t *words = page_words(pa);
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

void memory_audit(bool print)
{
    if (!print)
        console_capture(0, 0);
    uint64_t free_pages = dump_free_count();
    if (!print)
        console_release();
    if (free_pages != pages_at_boot() - pages_held)
        panic("dump_free_count() disagrees with the pages held");
    if (mem_total_count() != pages_at_boot())
        panic("mem_total_count() moved");
}
