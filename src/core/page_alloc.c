/* SPDX-License-Identifier: MIT */
/*
 * page_alloc.c - the page_alloc contract over one pool
 *
 * The contract is older and laxer than the pool: a reservation is a plain take, since a kernel may free a
 * reserved page again, and a free ignores what the pool would refuse. What the pool does not know is kept
 * here: the total, which reservations lower and frees do not raise.
 */
#include <bitframe/page_alloc.h>

#include "hooks.h"
#include "machine.h"
#include "pool.h"

_Static_assert(MALLOC_START > 0, "page 0 means none: the pool must start above it");
_Static_assert(MALLOC_START < MALLOC_END, "malloc_start must lie below malloc_end");
_Static_assert(MALLOC_START % PAGE_SIZE == 0, "malloc_start must be a multiple of page_size");
_Static_assert(MALLOC_END % PAGE_SIZE == 0, "malloc_end must be a multiple of page_size");
_Static_assert(0 - LINEAR_MAP_BASE - MALLOC_START >= MALLOC_SIZE,
               "KVA 0 means none: no page may be mapped there");
_Static_assert(MALLOC_PAGES <= BITFRAME_FRAMES_MAX, "the pool holds too many pages");

static struct bitframe pool;
static _Alignas(BITFRAME_METADATA_ALIGN)
    uint64_t metadata[BITFRAME_METADATA_BYTES(MALLOC_START, MALLOC_SIZE) / sizeof(uint64_t)];
static uint64_t total_pages;

uint64_t pa_to_kva(uint64_t pa)
{
    return pa + LINEAR_MAP_BASE;
}

uint64_t kva_to_pa(uint64_t kva)
{
    return kva - LINEAR_MAP_BASE;
}

void mem_map_init(void)
{
    enum bitframe_status status = bitframe_init(&pool, MALLOC_START, MALLOC_SIZE, metadata, sizeof(metadata));
    BITFRAME_ASSERT(status == BITFRAME_OK);
    total_pages = MALLOC_PAGES;
}

void mem_map_reserve_below(uint64_t end_pa)
{
    total_pages -= bitframe_take_range(&pool, MALLOC_START, end_pa);
}

void mem_map_reserve_above(uint64_t start_pa)
{
    /* The page that start_pa cuts through stays. No overflow: beyond the pool there is nothing to do. */
    if (start_pa >= MALLOC_END)
        return;
    uint64_t first_pa = (start_pa + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    total_pages -= bitframe_take_range(&pool, first_pa, MALLOC_END);
}

uint64_t get_free_page(void)
{
    uint64_t pa = debug_taken(&pool, pool_take(&pool), 1);
    if (pa != 0)
        memzero(pa_to_kva(pa), PAGE_SIZE);
    return pa;
}

void free_page(uint64_t pa)
{
    /* The gap is all of the pool until the kernel reserves through bitframe_page_alloc_pool(), and nothing
       before mem_map_init(). What the pool refuses is ignored. */
    pa = pa / PAGE_SIZE * PAGE_SIZE;
    (void)debug_freed(&pool, pa, 1, pool_free(&pool, pa, (pa - pool.gap_pa) / PAGE_SIZE < pool.gap_frames));
}

uint64_t get_kernel_page(void)
{
    uint64_t pa = get_free_page();
    return pa != 0 ? pa_to_kva(pa) : 0;
}

void free_kernel_page(uint64_t kva)
{
    free_page(kva_to_pa(kva));
}

uint64_t dump_free_count(void)
{
    uint64_t free_pages = bitframe_free_frames(&pool);
    main_output(MU, "free_pages: ");
    main_output_u64(MU, free_pages);
    main_output(MU, "\n");
    return free_pages;
}

uint64_t mem_total_count(void)
{
    return total_pages;
}

struct bitframe *bitframe_page_alloc_pool(void)
{
    return &pool;
}
