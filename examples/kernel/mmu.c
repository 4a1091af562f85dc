/* SPDX-License-Identifier: MIT */
/*
 * mmu.c - the kernel's translation tables, made twice
 *
 * The final tables live in pages of the pool. But get_free_page() zeroes the page through the linear map, so
 * the linear map must exist before the first page can be taken: the boot tables, a few static pages in .bss,
 * provide it. They are coarse, blocks of 2 MiB in which code is writable and data executable; the final ones
 * keep code, constants and data apart and leave a hole below each stack.
 *
 * (A kernel that wants its first tables from the pool too can take them with bitframe_take() on a pool of its
 * own, which does not touch the page, and zero them at their PA.)
 */
#include "mmu.h"

#include <bitframe/page_alloc.h>

#include "arch.h"
#include "board.h"
#include "kernel.h"
#include "memory.h"

#define BLOCK_BYTES (UINT64_C(2) << 20)
#define BOOT_GIB    2

_Static_assert(LINEAR_MAP_BASE == UINT64_C(0xFFFF000000000000), "what TTBR1 translates");
_Static_assert(RAM_START % BLOCK_BYTES == 0 && RAM_END % BLOCK_BYTES == 0, "whole blocks are mapped");
_Static_assert(RAM_END <= (uint64_t)BOOT_GIB << 30, "the boot tables reach no further");

typedef uint64_t table[TABLE_ENTRIES] __attribute__((aligned(4096)));

static table boot_root;
static table boot_level1;
static table boot_level2[BOOT_GIB];

static uint64_t empty_root_pa;

void mmu_replace_root(uint64_t root_pa, uint64_t empty_root_pa);

uint64_t mmu_make_boot_tables(void)
{
    boot_root[0] = image_pa(boot_level1) | PTE_TABLE | PTE_VALID;
    for (uint64_t gib = 0; gib < BOOT_GIB; gib++)
        boot_level1[gib] = image_pa(boot_level2[gib]) | PTE_TABLE | PTE_VALID;
    for (uint64_t block = 0; block < BOOT_GIB * TABLE_ENTRIES; block++) {
        uint64_t pa = block * BLOCK_BYTES;
        uint64_t *entry = &boot_level2[block / TABLE_ENTRIES][block % TABLE_ENTRIES];
        /* Nothing else: what is mapped may be read by speculation, and there may be nothing there to read. */
        if (pa - RAM_START < RAM_END - RAM_START)
            *entry = pa | MAP_RAM | PTE_UXN | PTE_VALID;
        else if (pa == UART_PA / BLOCK_BYTES * BLOCK_BYTES)
            *entry = pa | MAP_DEVICE | PTE_VALID;
    }
    return image_pa(boot_root);
}

/** The descriptor of @p va at @p level, its tables made as needed. */
static uint64_t *descriptor(uint64_t root_pa, uint64_t va, unsigned level)
{
    uint64_t table_pa = root_pa;
    for (unsigned k = 0;; k++) {
        uint64_t *entry = page_words(table_pa) + (va >> (39 - 9 * k)) % TABLE_ENTRIES;
        if (k == level)
            return entry;
        if (!(*entry & PTE_VALID))
            *entry = page_take() | PTE_TABLE | PTE_VALID;
        table_pa = *entry & PTE_ADDRESS;
    }
}

void mmu_map(uint64_t root_pa, uint64_t va, uint64_t pa, uint64_t bytes, uint64_t rights)
{
    while (bytes > 0) {
        uint64_t step = (va | pa) % BLOCK_BYTES == 0 && bytes >= BLOCK_BYTES ? BLOCK_BYTES : PAGE_SIZE;
        uint64_t *entry = descriptor(root_pa, va, step == PAGE_SIZE ? LAST_LEVEL : LAST_LEVEL - 1);
        if (*entry != 0)
            panic("mapped twice");
        *entry = pa | rights | PTE_VALID | (step == PAGE_SIZE ? PTE_TABLE : 0);
        va += step;
        pa += step;
        bytes -= step;
    }
    /* The table walker must see the descriptors before anyone uses what they map. */
    dsb(ishst);
    isb();
}

static void map_kernel(uint64_t root_pa, uint64_t first_pa, uint64_t end_pa, uint64_t rights)
{
    mmu_map(root_pa, pa_to_kva(first_pa), first_pa, end_pa - first_pa, rights);
}

void mmu_init(void)
{
    uint64_t root_pa = page_take();
    empty_root_pa = page_take();

    uint64_t uart_pa = UART_PA / PAGE_SIZE * PAGE_SIZE;
    map_kernel(root_pa, uart_pa, uart_pa + PAGE_SIZE, MAP_DEVICE);
    map_kernel(root_pa, RAM_START, IMAGE_PA, MAP_DATA);
    map_kernel(root_pa, IMAGE_PA, image_pa(_text_end), MAP_CODE);
    map_kernel(root_pa, image_pa(_text_end), image_pa(_rodata_end), MAP_CONSTANTS);
    map_kernel(root_pa, image_pa(_rodata_end), image_pa(_exception_stack) - PAGE_SIZE, MAP_DATA);
    map_kernel(root_pa, image_pa(_exception_stack), image_pa(_exception_stack_top), MAP_DATA);
    map_kernel(root_pa, image_pa(_stack), image_pa(_stack_top), MAP_DATA);
    map_kernel(root_pa, image_pa(_image_end), RAM_END, MAP_DATA);

    mmu_replace_root(root_pa, empty_root_pa);
}

void mmu_set_user_root(uint64_t root_pa, uint64_t asid)
{
    if (root_pa == 0)
        root_pa = empty_root_pa;
    write_register(ttbr0_el1, asid << 48 | root_pa);
    isb();
}

void mmu_flush_user(uint64_t asid)
{
    dsb(ishst);
    __asm__ volatile("tlbi aside1, %0" ::"r"(asid << 48) : "memory");
    dsb(ish);
    isb();
}
