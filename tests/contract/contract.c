/* SPDX-License-Identifier: MIT */
#include "contract.h"

#include <stdlib.h>

#include <bitframe/debug.h>
#include <bitframe/page_alloc.h>
#include <bitframe/shared.h>

#include "bytemap.h"
#include "guarded.h"
#include "window.h"

#ifdef BITFRAME_TESTS_DEBUG

/* Nobody writes to a page of these tests: memzero() only counts. */
static void found_corrupted(struct bitframe_debug *debug, const struct bitframe_corruption *corruption)
{
    (void)debug, (void)corruption;
    abort();
}

/* mem_map_init(), and from then on tags and poison: the contract stays what it is. */
static void core_init(void)
{
    static struct bitframe_debug debug = {.corrupted = found_corrupted};
    static struct guarded storage;
    mem_map_init();
    window_open(MALLOC_START, MALLOC_SIZE);
    uint64_t bytes = bitframe_get_debug_bytes(bitframe_get_page_alloc_pool());
    guarded_renew(&storage, bytes, sizeof(uint32_t));
    if (bitframe_debug_start(bitframe_get_page_alloc_pool(), &debug, storage.memory, bytes,
                             BITFRAME_DEBUG_POISON | BITFRAME_DEBUG_TAGS) != BITFRAME_OK)
        abort();
}

#elif defined(BITFRAME_TESTS_SHARED)

static struct bitframe_shared *shared;

uint32_t bitframe_page_alloc_cpu(void)
{
    return 0;
}

struct bitframe *contract_begin_exclusive(void)
{
    return bitframe_shared_begin_exclusive(shared);
}

void contract_end_exclusive(void)
{
    bitframe_shared_end_exclusive(shared);
}

/* mem_map_init(), and from then on every CPU's: the contract stays what it is. */
static void core_init(void)
{
    static const struct bitframe_share_options options = {.policy = BITFRAME_LOWEST, .cpus = 1};
    static struct guarded storage;
    mem_map_init();
    uint64_t bytes = bitframe_get_share_bytes(bitframe_get_page_alloc_pool(), options.cpus);
    guarded_renew(&storage, bytes, BITFRAME_SHARE_ALIGN);
    if (bitframe_page_alloc_share(&shared, &options, storage.memory, bytes) != BITFRAME_OK)
        abort();
}

#else

static void core_init(void)
{
    mem_map_init();
}

#endif

#ifndef BITFRAME_TESTS_SHARED

struct bitframe *contract_begin_exclusive(void)
{
    return bitframe_get_page_alloc_pool();
}

void contract_end_exclusive(void)
{
}

#endif

const struct contract contract_core = {
    .name = "core",
    .pa_to_kva = pa_to_kva,
    .kva_to_pa = kva_to_pa,
    .mem_map_init = core_init,
    .mem_map_reserve_below = mem_map_reserve_below,
    .mem_map_reserve_above = mem_map_reserve_above,
    .get_free_page = get_free_page,
    .free_page = free_page,
    .get_kernel_page = get_kernel_page,
    .free_kernel_page = free_kernel_page,
    .dump_free_count = dump_free_count,
    .mem_total_count = mem_total_count,
};

static struct bytemap map;
static uint8_t allocated[MALLOC_PAGES];

static uint64_t reference_pa_to_kva(uint64_t pa)
{
    return pa + LINEAR_MAP_BASE;
}

static uint64_t reference_kva_to_pa(uint64_t kva)
{
    return kva - LINEAR_MAP_BASE;
}

static void reference_init(void)
{
    bytemap_init(&map, MALLOC_START, MALLOC_PAGES, allocated);
}

static void reference_reserve_below(uint64_t end_pa)
{
    bytemap_reserve_below(&map, end_pa);
}

static void reference_reserve_above(uint64_t start_pa)
{
    bytemap_reserve_above(&map, start_pa);
}

static uint64_t reference_get_free_page(void)
{
    return bytemap_get_free_page(&map);
}

static void reference_free_page(uint64_t pa)
{
    bytemap_free_page(&map, pa);
}

static uint64_t reference_get_kernel_page(void)
{
    return bytemap_get_kernel_page(&map);
}

static void reference_free_kernel_page(uint64_t kva)
{
    bytemap_free_kernel_page(&map, kva);
}

static uint64_t reference_dump_free_count(void)
{
    return bytemap_dump_free_count(&map);
}

static uint64_t reference_total_count(void)
{
    return bytemap_total_count(&map);
}

uint64_t contract_bytemap_count(void)
{
    return bytemap_count(&map);
}

const struct contract contract_bytemap = {
    .name = "bytemap",
    .pa_to_kva = reference_pa_to_kva,
    .kva_to_pa = reference_kva_to_pa,
    .mem_map_init = reference_init,
    .mem_map_reserve_below = reference_reserve_below,
    .mem_map_reserve_above = reference_reserve_above,
    .get_free_page = reference_get_free_page,
    .free_page = reference_free_page,
    .get_kernel_page = reference_get_kernel_page,
    .free_kernel_page = reference_free_kernel_page,
    .dump_free_count = reference_dump_free_count,
    .mem_total_count = reference_total_count,
};
