/* SPDX-License-Identifier: MIT */
/*
 * mmu.c - the kernel's translation tables, made with the MMU off from frames of the pool
 *
 * bitframe_alloc() does not touch the frame that it hands out, so it needs no linear map, and the tables of
 * the linear map can come from the pool: how many there are depends on how much memory there is. They are
 * final: code, constants and data apart and a hole below each stack, and no block is ever exchanged for pages
 * under a running kernel, which would need break before make.
 *
 * The linear map begins where the low 48 bits of an address are 0, so the same tables serve as identity map
 * until the kernel runs at its own addresses.
 */
#include "mmu.h"

#include <bitframe/map.h>
#include <bitframe/page_alloc.h>

#include "arch.h"
#include "board.h"
#include "cpus.h"
#include "kernel.h"
#include "memory.h"
#include "pages.h"

_Static_assert(LINEAR_MAP_BASE == UINT64_C(0xFFFF000000000000), "what TTBR1 translates");

static uint64_t kernel_root_pa;
static uint64_t empty_root_pa;

/** The descriptor of @p va at @p level, its tables made as needed. */
static uint64_t *descriptor(uint64_t root_pa, uint64_t va, unsigned level)
{
    uint64_t table_pa = root_pa;
    for (unsigned k = 0;; k++) {
        uint64_t *entry = frame_words(table_pa) + (va >> (39 - 9 * k)) % TABLE_ENTRIES;
        if (k == level)
            return entry;
        if (!(*entry & PTE_VALID))
            *entry = (va >= LINEAR_MAP_BASE ? frame_alloc() : page_take()) | PTE_TABLE | PTE_VALID;
        else if (!(*entry & PTE_TABLE))
            panic("a block is mapped where a table is wanted");
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

/** Map [@p first_pa, @p end_pa) in the linear map; nothing if it is empty. */
static void map_linear(uint64_t first_pa, uint64_t end_pa, uint64_t rights)
{
    if (first_pa < end_pa)
        mmu_map(kernel_root_pa, pa_to_kva(first_pa), first_pa, end_pa - first_pa, rights);
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a < b ? b : a;
}

/** Drop the cache lines over a table, and over those that it leads to. */
static void flush(uint64_t table_pa, unsigned level)
{
    const uint64_t *entries = frame_words(table_pa);
    for (unsigned i = 0; i < TABLE_ENTRIES && level < LAST_LEVEL; i++)
        if ((entries[i] & (PTE_VALID | PTE_TABLE)) == (PTE_VALID | PTE_TABLE))
            flush(entries[i] & PTE_ADDRESS, level + 1);
    cache_drop(table_pa, table_pa + PAGE_SIZE);
}

uint64_t mmu_make_tables(void)
{
    kernel_root_pa = frame_alloc();
    empty_root_pa = frame_alloc();

    uint64_t uart_pa = UART_PA / PAGE_SIZE * PAGE_SIZE;
    map_linear(uart_pa, uart_pa + PAGE_SIZE, MAP_DEVICE);
    struct piece device;
    for (unsigned i = 0; (device = board_device(i)).bytes != 0; i++)
        map_linear(device.pa, device.pa + device.bytes, MAP_DEVICE);
    map_linear(IMAGE_PA, image_pa(_text_end), MAP_CODE);
    map_linear(image_pa(_text_end), image_pa(_rodata_end), MAP_CONSTANTS);
    map_linear(image_pa(_rodata_end), image_pa(_stacks), MAP_DATA);
    for (uint64_t cpu = 0; cpu < CPUS_MAX; cpu++) {
        uint64_t at = cpu << CPU_STACKS_SHIFT;
        map_linear(image_pa(_exception_stack) + at, image_pa(_exception_stack_top) + at, MAP_DATA);
        map_linear(image_pa(_stack) + at, image_pa(_stack_top) + at, MAP_DATA);
    }

    /* What is mapped may be read by speculation: memory, all of it, and nothing that is none. */
    struct bitframe_map_run span;
    uint64_t frame = 0;
    while (bitframe_map_next(memory_map(), BITFRAME_MAP_VIEW_SPANS, &frame, &span)) {
        uint64_t end_pa = span.first_pa + span.frames * PAGE_SIZE;
        map_linear(span.first_pa, smaller(end_pa, IMAGE_PA), MAP_DATA);
        map_linear(larger(span.first_pa, image_pa(_image_end)), end_pa, MAP_DATA);
    }

    flush(kernel_root_pa, 0);
    flush(empty_root_pa, 0);
    return kernel_root_pa;
}

void mmu_leave_identity(void)
{
    mmu_set_user_root(0, 0);
    __asm__ volatile("tlbi vmalle1" ::: "memory");
    dsb(nsh);
    isb();
}

void mmu_map_block(uint64_t va, uint64_t pa)
{
    if ((va | pa) % BLOCK_BYTES != 0)
        panic("a block that is not aligned to its size");
    uint64_t *entry = descriptor(kernel_root_pa, va, LAST_LEVEL - 1);
    if (*entry != 0)
        panic("mapped twice");
    *entry = pa | MAP_DATA | PTE_VALID;
    dsb(ishst);
    isb();
}

void mmu_unmap_block(uint64_t va)
{
    uint64_t *entry = descriptor(kernel_root_pa, va, LAST_LEVEL - 1);
    *entry = 0;
    /* The walker must see that before the TLB forgets, and all CPUs must have forgotten before the memory is
     * anyone else's. One address is enough: the TLB holds the block under whichever it was used at. */
    dsb(ishst);
    __asm__ volatile("tlbi vaae1is, %0" ::"r"(va >> 12 & ((UINT64_C(1) << 44) - 1)) : "memory");
    dsb(ish);
    isb();
}

/** A table and those that it leads to. */
static uint64_t count_tables(uint64_t table_pa, unsigned level)
{
    uint64_t count = 1;
    const uint64_t *entries = frame_words(table_pa);
    for (unsigned i = 0; i < TABLE_ENTRIES && level < LAST_LEVEL; i++)
        if ((entries[i] & (PTE_VALID | PTE_TABLE)) == (PTE_VALID | PTE_TABLE))
            count += count_tables(entries[i] & PTE_ADDRESS, level + 1);
    return count;
}

uint64_t mmu_table_frames(void)
{
    return count_tables(kernel_root_pa, 0) + count_tables(empty_root_pa, 0);
}

bool mmu_may_read(uint64_t va)
{
    __asm__ volatile("at s1e1r, %0" ::"r"(va) : "memory");
    isb();
    return !(read_register(par_el1) & 1);
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
