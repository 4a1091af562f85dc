/* SPDX-License-Identifier: MIT */
/* debug_page_alloc_test.c - the contract in a build that debugs */
#include "debug_pool.h"

#include <string.h>

static unsigned reports_when_zeroed;

void memzero(uint64_t start_kva, uint64_t size)
{
    reports_when_zeroed = reports;
    memset(frame_at(kva_to_pa(start_kva)), 0, size);
}

void main_output(int32_t interface, const char *str)
{
    (void)interface, (void)str;
}

void main_output_u64(int32_t interface, uint64_t value)
{
    (void)interface, (void)value;
}

Test(debug_page_alloc, looks_before_it_zeroes)
{
    struct bitframe *pages = bitframe_get_page_alloc_pool();
    declare_memory();
    mem_map_init();
    cr_assert_eq(bitframe_get_debug_bytes(pages),
                 BITFRAME_BITMAP_WORDS(MALLOC_START, MALLOC_SIZE) * 64 * sizeof(uint32_t));
    start(pages, BOTH);
    bitframe_set_current_tag(pages, TASKS);
    mem_map_reserve_below(pa_of(5));
    cr_assert_eq(get_free_page(), pa_of(5));
    cr_assert_eq(get_free_page(), pa_of(6));
    cr_assert_eq(bitframe_get_tag(pages, pa_of(5)), TASKS);
    free_page(pa_of(5) + 100); /* the page around it */
    cr_assert(holds_pattern(pa_of(5)));
    cr_assert_eq(memory[6 * FRAME], 0);
    cr_assert_eq(bitframe_get_tag(pages, pa_of(5)), 0);
    cr_assert_eq(bitframe_get_tag(pages, pa_of(6)), TASKS);

    memory[5 * FRAME + 77] = 0;
    free_page(pa_of(5)); /* again, in vain: what is there stays */
    cr_assert_eq(memory[5 * FRAME + 77], 0);
    cr_assert_eq(get_kernel_page(), pa_to_kva(pa_of(5)));
    cr_assert_eq(reports, 1);
    cr_assert_eq(reports_when_zeroed, 1);
    cr_assert_eq(report.pa, pa_of(5));
    cr_assert_eq(report.offset, 77);
    cr_assert_eq(report.tag, TASKS);
    cr_assert_eq(memory[5 * FRAME], 0, "and it is zeroed");

    free_kernel_page(pa_to_kva(pa_of(5)));
    cr_assert(holds_pattern(pa_of(5)));
    mem_map_init();
    memory[5 * FRAME] = 1;
    mem_map_reserve_below(pa_of(10));
    cr_assert_eq(reports, 1, "a pool that is made anew is not debugged");
}
