/* SPDX-License-Identifier: MIT */
/*
 * contract_mutants_test.c - the trace engine must see what it is there to see
 *
 * Implementations of the contract that are broken on purpose, one way each, and each must be caught.
 */
#include <inttypes.h>
#include <stdio.h>

#include <bitframe/page_alloc.h>

#include "contract.h"
#include "mutants.h"

static uint64_t free_calls;

static void free_forgets_one_in_1000(uint64_t pa)
{
    if (++free_calls % 1000 != 0)
        free_page(pa);
}

static void free_wants_page_start(uint64_t pa)
{
    if (pa % PAGE_SIZE == 0)
        free_page(pa);
}

static void free_cuts_to_32_bits_of_offset(uint64_t pa)
{
    free_page(MALLOC_START + ((pa - MALLOC_START) & UINT32_MAX));
}

static uint64_t get_without_zeroing(void)
{
    return bitframe_alloc(bitframe_get_page_alloc_pool());
}

static uint64_t get_zeroes_wrong_address(void)
{
    uint64_t pa = bitframe_alloc(bitframe_get_page_alloc_pool());
    if (pa != 0)
        memzero(pa, PAGE_SIZE);
    return pa;
}

static uint64_t get_second_lowest(void)
{
    uint64_t first = bitframe_alloc(bitframe_get_page_alloc_pool());
    uint64_t second = get_free_page();
    if (second == 0)
        return first;
    bitframe_free(bitframe_get_page_alloc_pool(), first);
    return second;
}

static uint64_t kernel_page_hides_failure(void)
{
    return pa_to_kva(get_free_page());
}

static void reserve_above_allocs_cut_page(uint64_t start_pa)
{
    mem_map_reserve_above(start_pa & ~(PAGE_SIZE - 1));
}

static void reserve_below_leaves_cut_page(uint64_t end_pa)
{
    mem_map_reserve_below(end_pa & ~(PAGE_SIZE - 1));
}

static void init_keeps_allocations(void)
{
}

static uint64_t dump_prints_upper_case(void)
{
    uint64_t free_pages = bitframe_get_free_frames(bitframe_get_page_alloc_pool());
    char hex[17];
    snprintf(hex, sizeof(hex), "%016" PRIX64, free_pages);
    main_output(MU, "free_pages: ");
    main_output(MU, hex);
    main_output(MU, "\n");
    return free_pages;
}

static uint64_t total_follows_allocation(void)
{
    return bitframe_get_free_frames(bitframe_get_page_alloc_pool());
}

#define BROKEN(call, broken) MUTANT(struct contract, contract_core, 100000, call, broken)

SHRINKS(struct contract, contract_core, 100000, free_page, free_wants_page_start)
BROKEN(free_page, free_forgets_one_in_1000)
BROKEN(free_page, free_wants_page_start)
BROKEN(free_page, free_cuts_to_32_bits_of_offset)
BROKEN(get_free_page, get_without_zeroing)
BROKEN(get_free_page, get_zeroes_wrong_address)
BROKEN(get_free_page, get_second_lowest)
BROKEN(get_kernel_page, kernel_page_hides_failure)
BROKEN(mem_map_reserve_above, reserve_above_allocs_cut_page)
BROKEN(mem_map_reserve_below, reserve_below_leaves_cut_page)
BROKEN(mem_map_init, init_keeps_allocations)
BROKEN(dump_free_count, dump_prints_upper_case)
BROKEN(mem_total_count, total_follows_allocation)
