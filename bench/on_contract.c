/* SPDX-License-Identifier: MIT */
/*
 * on_contract.c - bitframe behind <bitframe/page_alloc.h>
 *
 * The kernel's side of the contract is here too. memzero() does nothing, so that what is measured is the
 * allocator; its call and its return are counted in.
 */
#include <bitframe/page_alloc.h>

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

#define TAKE()           get_free_page()
#define FREE(pa)         free_page(pa)
#define COUNT()          dump_free_count()
#define RESERVE(pa, end) mem_map_reserve_below(end)
#define INIT()           mem_map_init()
#include "loops.h"

static uint64_t bytes(uint64_t frames)
{
    (void)frames;
    return 64; /* its metadata are its own */
}

static void open_contract(void *memory, uint64_t first_pa, uint64_t frames)
{
    (void)memory;
    (void)first_pa;
    (void)frames;
    bench_declare_platform();
    mem_map_init();
}

static void occupy(uint64_t frames)
{
    mem_map_reserve_below(MALLOC_START + frames * PAGE_SIZE);
}

const struct contender bench_contract = {
    .name = "contract",
    .indexed = true,
    .loops = LOOPS,
    .empty = &bench_empty_page_loops,
    .bytes = bytes,
    .open = open_contract,
    .occupy = occupy,
};
