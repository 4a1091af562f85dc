/* SPDX-License-Identifier: MIT */
/*
 * checks.c - the fourteen checks of the page_alloc contract, in a kernel that is running
 *
 * Each check starts the contract's pool over, which forgets the reservations: the image, page tables and all
 * that belongs to the other pool are free pages to it now, and get_free_page() would zero them. So the checks
 * take pages from two places only, and count everywhere else:
 *
 *  - the PAGES_SCRATCH lowest of the pool, which memory.c has reserved for this;
 *  - the LAST_PAGES highest that pages.c took from the pool of all memory.
 *
 * An exhausted pool is one of which reservations leave only such pages; taking all of RAM, page by zeroed
 * page, would show no more and take a second.
 */
#include "checks.h"

#include <bitframe/check.h>
#include <bitframe/page_alloc.h>

#include "console.h"
#include "pages.h"

#define LAST_PAGES UINT64_C(16)

/** PA of page @p index of the pool. */
static uint64_t page(uint64_t index)
{
    return MALLOC_START + index * PAGE_SIZE;
}

/** dump_free_count() without its line. */
static uint64_t free_count(void)
{
    console_capture(0, 0);
    uint64_t count = dump_free_count();
    console_release();
    return count;
}

/** Take pages till there are none; at most @p limit, in case there is no end. Returns how many there were. */
static uint64_t exhaust(uint64_t limit)
{
    uint64_t allocated = 0;
    while (allocated < limit && get_free_page() != 0)
        allocated++;
    return allocated;
}

static bool address_round_trip(void)
{
    REQUIRE(pa_to_kva(0) == LINEAR_MAP_BASE);
    REQUIRE(pa_to_kva(MALLOC_START) == LINEAR_MAP_BASE + MALLOC_START);
    REQUIRE(kva_to_pa(pa_to_kva(MALLOC_START)) == MALLOC_START);
    REQUIRE(kva_to_pa(pa_to_kva(MALLOC_END - 1)) == MALLOC_END - 1);
    REQUIRE(pa_to_kva(kva_to_pa(0)) == 0);
    return true;
}

static bool init_frees_everything(void)
{
    (void)get_free_page();
    mem_map_reserve_below(page(7));
    mem_map_reserve_above(page(9));
    mem_map_init();
    REQUIRE(free_count() == MALLOC_PAGES);
    REQUIRE(mem_total_count() == MALLOC_PAGES);
    return true;
}

static bool pages_in_sequence(void)
{
    for (uint64_t i = 0; i < PAGES_SCRATCH; i++)
        REQUIRE(get_free_page() == page(i));
    return true;
}

static bool freed_page_is_next(void)
{
    for (uint64_t i = 0; i < 8; i++)
        REQUIRE(get_free_page() == page(i));
    /* What was in the page must not come back with it; any address inside it names it. */
    *(uint64_t *)pa_to_kva(page(3)) = UINT64_C(0xDEADBEEF);
    free_page(page(3) + 1234);
    REQUIRE(get_free_page() == page(3));
    REQUIRE(*(uint64_t *)pa_to_kva(page(3)) == 0);
    REQUIRE(get_free_page() == page(8));
    return true;
}

static bool free_count_and_its_line(void)
{
    REQUIRE(free_count() == MALLOC_PAGES);
    REQUIRE(get_free_page() != 0 && get_free_page() != 0);
    char line[32];
    console_capture(line, sizeof(line));
    uint64_t count = dump_free_count();
    uint64_t length = console_release();
    REQUIRE(count == MALLOC_PAGES - 2);
    REQUIRE(length == 12 + 16 + 1);
    for (unsigned i = 0; i < 12; i++)
        REQUIRE(line[i] == "free_pages: "[i]);
    for (unsigned i = 0; i < 16; i++)
        REQUIRE(line[12 + i] == "0123456789abcdef"[count >> (60 - 4 * i) & 15]);
    REQUIRE(line[28] == '\n');
    return true;
}

static bool free_of_no_allocated_page_is_nothing(void)
{
    REQUIRE(get_free_page() == page(0));
    free_page(MALLOC_END);
    free_page(MALLOC_END + 5 * PAGE_SIZE);
    free_page(MALLOC_START - 1);
    free_page(0);
    free_page(UINT64_MAX);
    free_page(page(1)); /* free already */
    REQUIRE(free_count() == MALLOC_PAGES - 1);
    REQUIRE(get_free_page() == page(1));
    return true;
}

static bool kernel_page_is_in_linear_map(void)
{
    uint64_t kva = get_kernel_page();
    REQUIRE(kva == LINEAR_MAP_BASE + MALLOC_START);
    REQUIRE(free_count() == MALLOC_PAGES - 1);
    free_kernel_page(kva);
    REQUIRE(free_count() == MALLOC_PAGES);
    return true;
}

static bool exhausted_pool_returns_0(void)
{
    mem_map_reserve_above(page(PAGES_SCRATCH));
    REQUIRE(exhaust(PAGES_SCRATCH + 1) == PAGES_SCRATCH);
    REQUIRE(get_free_page() == 0);
    REQUIRE(free_count() == 0);
    free_page(page(5));
    REQUIRE(get_free_page() == page(5));
    REQUIRE(get_free_page() == 0);
    return true;
}

static bool exhausted_kernel_page_is_raw_0(void)
{
    mem_map_reserve_above(page(PAGES_SCRATCH));
    REQUIRE(exhaust(PAGES_SCRATCH + 1) == PAGES_SCRATCH);
    REQUIRE(get_kernel_page() == 0);
    return true;
}

static bool reserve_below_five_pages(void)
{
    mem_map_reserve_below(page(5));
    REQUIRE(free_count() == MALLOC_PAGES - 5);
    REQUIRE(get_free_page() == page(5));
    return true;
}

static bool reserve_below_start_is_nothing(void)
{
    mem_map_reserve_below(MALLOC_START);
    mem_map_reserve_below(MALLOC_START / 2);
    mem_map_reserve_below(0);
    REQUIRE(free_count() == MALLOC_PAGES);
    REQUIRE(mem_total_count() == MALLOC_PAGES);
    REQUIRE(get_free_page() == MALLOC_START);
    return true;
}

static bool reserve_above_end_of_ram(void)
{
    mem_map_reserve_above(pages_end_pa());
    REQUIRE(free_count() == (pages_end_pa() - MALLOC_START) / PAGE_SIZE);
    mem_map_reserve_below(pages_end_pa() - LAST_PAGES * PAGE_SIZE);
    uint64_t last_pa = 0;
    for (uint64_t i = 0; i < LAST_PAGES; i++)
        last_pa = get_free_page();
    REQUIRE(last_pa == pages_end_pa() - PAGE_SIZE);
    REQUIRE(get_free_page() == 0);
    return true;
}

static bool total_ignores_allocations(void)
{
    mem_map_reserve_below(page(5));
    REQUIRE(mem_total_count() == MALLOC_PAGES - 5);
    uint64_t pa = get_free_page();
    REQUIRE(mem_total_count() == MALLOC_PAGES - 5);
    free_page(pa);
    free_page(page(0));
    REQUIRE(mem_total_count() == MALLOC_PAGES - 5);
    REQUIRE(free_count() == MALLOC_PAGES - 4);
    return true;
}

static bool overlapping_reservations_count_once(void)
{
    mem_map_reserve_above(page(10));
    mem_map_reserve_below(page(20));
    REQUIRE(mem_total_count() == 0);
    REQUIRE(free_count() == 0);
    mem_map_init();
    mem_map_reserve_below(page(10));
    mem_map_reserve_below(page(4));
    mem_map_reserve_above(page(12));
    mem_map_reserve_above(page(20));
    REQUIRE(mem_total_count() == 2);
    REQUIRE(get_free_page() == page(10) && get_free_page() == page(11) && get_free_page() == 0);
    return true;
}

/*
 * Not the contract's: the audit of the pool, which scans. Two words of the bitmap hold a free page and the
 * rest is a long stretch of zeros, so SIMD scans begin at an even and at an odd word, and SCTLR.A faults on
 * what is not aligned.
 */
static bool audit_finds_nothing(void)
{
    mem_map_reserve_above(page(65));
    REQUIRE(bitframe_check(bitframe_get_page_alloc_pool()) == BITFRAME_SOUND);
    return true;
}

static const struct check checks[] = {
    {"address_round_trip", address_round_trip},
    {"init_frees_everything", init_frees_everything},
    {"pages_in_sequence", pages_in_sequence},
    {"freed_page_is_next", freed_page_is_next},
    {"free_count_and_its_line", free_count_and_its_line},
    {"free_of_no_taken_page_is_nothing", free_of_no_allocated_page_is_nothing},
    {"kernel_page_is_in_linear_map", kernel_page_is_in_linear_map},
    {"exhausted_pool_returns_0", exhausted_pool_returns_0},
    {"exhausted_kernel_page_is_raw_0", exhausted_kernel_page_is_raw_0},
    {"reserve_below_five_pages", reserve_below_five_pages},
    {"reserve_below_start_is_nothing", reserve_below_start_is_nothing},
    {"reserve_above_end_of_ram", reserve_above_end_of_ram},
    {"total_ignores_allocations", total_ignores_allocations},
    {"overlapping_reservations_count_once", overlapping_reservations_count_once},
    {"audit_finds_nothing", audit_finds_nothing},
};

uint64_t checks_of_contract(void)
{
    return checks_run(checks, sizeof(checks) / sizeof(checks[0]), mem_map_init);
}
