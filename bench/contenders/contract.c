/* SPDX-License-Identifier: MIT */
/*
 * contract.c - bitframe behind <bitframe/page_alloc.h>
 *
 * The kernel's side of the contract is here too. memzero() does nothing, so that what is measured is the
 * allocator. Its call and its return are counted.
 */
#include <bitframe/page_alloc.h>

#include "bench.h"

void memzero(uint64_t start, uint64_t size)
{
    (void)start;
    (void)size;
}

void main_output(int32_t interface, const char *str)
{
    (void)interface;
    (void)str;
}

void main_output_u64(int32_t interface, uint64_t value)
{
    (void)interface;
    (void)value;
}

#define CONTENDER        contract
#define ALLOC(cpu)       get_free_page()
#define FREE(pa, cpu)    (free_page(pa), 0)
#define RESERVE(pa, end) mem_map_reserve_below(end)
#define COUNT()          dump_free_count()
#define INIT()           mem_map_init()
#include "loops.h"

static uint64_t bytes(uint64_t frames)
{
    (void)frames;
    return 64; /* its metadata are its own */
}

static bool open_contract(const struct bench_memory *memory)
{
    (void)memory;
    bench_declare_platform();
    mem_map_init();
    return true;
}

static void occupy(uint64_t frames)
{
    mem_map_reserve_below(MALLOC_START + frames * PAGE_SIZE);
}

const struct contender bench_contract[] = {
    {"contract", IN_CONTRACT, &loops_of_contract, &loops_of_empty_page, bytes, open_contract, occupy,
     .indexed = true},
    {0},
};
