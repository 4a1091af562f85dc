/* SPDX-License-Identifier: MIT */
/*
 * page_alloc.c - the page_alloc contract over one pool
 *
 * The contract is older and laxer than the pool. A reservation is a plain allocation, because a kernel may
 * free a reserved page again. A free ignores what the pool refuses. The pool does not know the contract's
 * total, which reservations lower and frees do not raise, so this file keeps it.
 *
 * A call asks whether the pool is shared only where an owner's call ends in a slow path anyway: a shared
 * pool's cursor leads to a word that is 0, and its window is empty (owner.h).
 */
#include <bitframe/bulk.h>
#include <bitframe/page_alloc.h>

#include "contract/page_alloc.h"
#include "core/frame.h"
#include "core/owner.h"
#include "layout/hooks.h"

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
uint64_t bitframe_page_answer;

static bool is_shared(void)
{
    return pool_is_lent(&pool) && bitframe_page_answer != 0;
}

/** Ask the shared pool. */
static uint64_t ask(enum page_request request, uint64_t first_pa, uint64_t end_pa)
{
    page_answer *answer = (page_answer *)((uintptr_t)&pool + (uintptr_t)bitframe_page_answer);
    return answer(request, first_pa, end_pa);
}

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
    bitframe_page_answer = 0;
}

static void reserve(uint64_t first_pa, uint64_t end_pa)
{
    total_pages -=
        is_shared() ? ask(PAGE_RESERVE, first_pa, end_pa) : bitframe_alloc_range(&pool, first_pa, end_pa);
}

void mem_map_reserve_below(uint64_t end_pa)
{
    reserve(MALLOC_START, end_pa);
}

void mem_map_reserve_above(uint64_t start_pa)
{
    /* If start_pa lies inside a page, that page stays. start_pa is below MALLOC_END: no sum overflows. */
    if (start_pa >= MALLOC_END)
        return;
    uint64_t first_pa = (start_pa + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    reserve(first_pa, MALLOC_END);
}

/** The cursor's word is 0. */
static __attribute__((noinline)) uint64_t alloc_page_elsewhere(void)
{
    return is_shared() ? ask(PAGE_ALLOC, 0, 0) : bitframe_alloc(&pool);
}

uint64_t get_free_page(void)
{
    /* pool_alloc() tests the same word, and the compiler merges both tests. */
    bool is_empty = *pool_word(&pool, pool.cursor) == 0;
    uint64_t pa = is_empty ? alloc_page_elsewhere() : debug_allocated(&pool, pool_alloc(&pool), 1);
    if (pa != 0)
        memzero(pa_to_kva(pa), PAGE_SIZE);
    return pa;
}

/** The page at @p pa is outside the window. */
static __attribute__((noinline)) void free_page_elsewhere(uint64_t pa)
{
    if (is_shared())
        (void)ask(PAGE_FREE, pa, 0);
    else
        (void)debug_freed(&pool, pa, 1, pool_free(&pool, pa, false));
}

void free_page(uint64_t pa)
{
    /*
     * The window is the whole pool, until the kernel reserves through bitframe_get_page_alloc_pool(). Before
     * mem_map_init() it is empty. A refusal of the pool is ignored.
     */
    pa = pa / PAGE_SIZE * PAGE_SIZE;
    if ((pa - pool.window_pa) / PAGE_SIZE < pool.window_frames)
        (void)debug_freed(&pool, pa, 1, pool_free(&pool, pa, true));
    else
        free_page_elsewhere(pa);
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
    uint64_t free_pages = is_shared() ? ask(PAGE_COUNT, 0, 0) : bitframe_get_free_frames(&pool);
    main_output(MU, "free_pages: ");
    main_output_u64(MU, free_pages);
    main_output(MU, "\n");
    return free_pages;
}

uint64_t mem_total_count(void)
{
    return total_pages;
}

struct bitframe *bitframe_get_page_alloc_pool(void)
{
    return &pool;
}
