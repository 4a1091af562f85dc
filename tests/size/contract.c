/* SPDX-License-Identifier: MIT */
/* contract.c - a kernel that calls the page_alloc contract. tools/size links it and counts. */
#include <bitframe/page_alloc.h>

void main_output(int32_t interface, const char *str)
{
    (void)interface, (void)str;
}

void main_output_u64(int32_t interface, uint64_t value)
{
    (void)interface, (void)value;
}

uint64_t start(uint64_t pa);

uint64_t start(uint64_t pa)
{
    mem_map_init();
    mem_map_reserve_below(pa);
    mem_map_reserve_above(pa);
    free_page(get_free_page());
    return dump_free_count() + mem_total_count();
}
