/* SPDX-License-Identifier: MIT */
/* bytemap.c - the reference allocator. Nothing here is clever, on purpose. */
#include "bytemap.h"

#include <bitframe/page_alloc.h>

void bytemap_init(struct bytemap *map, uint64_t start_pa, uint64_t pages, uint8_t *allocated)
{
    map->allocated = allocated;
    map->start_pa = start_pa;
    map->pages = pages;
    map->total = pages;
    for (uint64_t i = 0; i < pages; i++)
        allocated[i] = 0;
}

static void reserve(struct bytemap *map, uint64_t page)
{
    if (map->allocated[page])
        return;
    map->allocated[page] = 1;
    map->total--;
}

void bytemap_reserve_below(struct bytemap *map, uint64_t end_pa)
{
    for (uint64_t i = 0; i < map->pages; i++) {
        if (map->start_pa + i * PAGE_SIZE < end_pa)
            reserve(map, i);
    }
}

void bytemap_reserve_above(struct bytemap *map, uint64_t start_pa)
{
    for (uint64_t i = 0; i < map->pages; i++) {
        if (map->start_pa + i * PAGE_SIZE >= start_pa)
            reserve(map, i);
    }
}

uint64_t bytemap_alloc(struct bytemap *map)
{
    for (uint64_t i = 0; i < map->pages; i++) {
        if (!map->allocated[i]) {
            map->allocated[i] = 1;
            return map->start_pa + i * PAGE_SIZE;
        }
    }
    return 0;
}

void bytemap_free_page(struct bytemap *map, uint64_t pa)
{
    uint64_t page = (pa - map->start_pa) / PAGE_SIZE;
    if (page < map->pages)
        map->allocated[page] = 0;
}

uint64_t bytemap_count(const struct bytemap *map)
{
    uint64_t free_pages = 0;
    for (uint64_t i = 0; i < map->pages; i++) {
        if (!map->allocated[i])
            free_pages++;
    }
    return free_pages;
}

uint64_t bytemap_get_free_page(struct bytemap *map)
{
    uint64_t pa = bytemap_alloc(map);
    if (pa != 0)
        memzero(pa + LINEAR_MAP_BASE, PAGE_SIZE);
    return pa;
}

uint64_t bytemap_get_kernel_page(struct bytemap *map)
{
    uint64_t pa = bytemap_get_free_page(map);
    return pa == 0 ? 0 : pa + LINEAR_MAP_BASE;
}

void bytemap_free_kernel_page(struct bytemap *map, uint64_t kva)
{
    bytemap_free_page(map, kva - LINEAR_MAP_BASE);
}

uint64_t bytemap_dump_free_count(struct bytemap *map)
{
    uint64_t free_pages = bytemap_count(map);
    main_output(MU, "free_pages: ");
    main_output_u64(MU, free_pages);
    main_output(MU, "\n");
    return free_pages;
}

uint64_t bytemap_total_count(const struct bytemap *map)
{
    return map->total;
}
