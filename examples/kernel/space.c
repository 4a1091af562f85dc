/* SPDX-License-Identifier: MIT */
/*
 * space.c - user address spaces
 *
 * Code at the bottom of the user's half of the address space and the stack at its top, so that a space needs
 * seven tables: a root and two chains of three. The kernel writes new pages through the linear map; what the
 * user would do is done at user addresses, by loads and stores with a user's rights (LDTR, STTR).
 *
 * Every word of a page is a hash of whose it is and of its address, so a page that was handed out twice,
 * copied wrongly or mapped in the wrong place is noticed.
 */
#include "space.h"

#include <bitframe/page_alloc.h>

#include "arch.h"
#include "kernel.h"
#include "memory.h"
#include "mmu.h"
#include "pages.h"

/* clang-format off */
#define CODE_VA    UINT64_C(0x0000000000400000)
#define CODE_PAGES 3
#define CODE_OWNER 0                            /* all spaces run the same program */
#define STACK_TOP  UINT64_C(0x0001000000000000)
#define PAGE_WORDS (PAGE_SIZE / sizeof(uint64_t))
/* clang-format on */

static uint64_t pattern(uint64_t owner, uint64_t va)
{
    return (owner << 48 ^ va) * UINT64_C(0x9E3779B97F4A7C15);
}

static uint64_t stack_bottom(const struct space *space)
{
    return STACK_TOP - space->stack_pages * PAGE_SIZE;
}

static uint64_t user_load(uint64_t va)
{
    uint64_t value;
    __asm__ volatile("ldtr %0, [%1]" : "=r"(value) : "r"(va) : "memory");
    return value;
}

static void user_store(uint64_t va, uint64_t value)
{
    __asm__ volatile("sttr %0, [%1]" ::"r"(value), "r"(va) : "memory");
}

/** Could the user of the active space read (@p write false) or write at @p va? Does not fault. */
static bool user_may(uint64_t va, bool write)
{
    if (write)
        __asm__ volatile("at s1e0w, %0" ::"r"(va) : "memory");
    else
        __asm__ volatile("at s1e0r, %0" ::"r"(va) : "memory");
    isb();
    return !(read_register(par_el1) & 1);
}

static void activate(const struct space *space)
{
    mmu_set_user_root(space->root_pa, space->asid);
}

static void deactivate(void)
{
    mmu_set_user_root(0, 0);
}

/** Take a page, write @p owner's pattern to it and map it. */
static void add_page(const struct space *space, uint64_t va, uint64_t owner, uint64_t rights)
{
    uint64_t pa = page_take();
    uint64_t *words = frame_words(pa);
    for (uint64_t i = 0; i < PAGE_WORDS; i++)
        words[i] = pattern(owner, va + i * sizeof(uint64_t));
    /* If this were real code the page would now have to reach the instruction cache: DC CVAU, IC IVAU. */
    mmu_map(space->root_pa, va, pa, PAGE_SIZE, rights);
}

void space_make(struct space *space, uint64_t asid, uint64_t stack_pages)
{
    space->root_pa = page_take();
    space->asid = asid;
    space->stack_pages = stack_pages;
    space->stack_owner = asid;
    for (uint64_t i = 0; i < CODE_PAGES; i++)
        add_page(space, CODE_VA + i * PAGE_SIZE, CODE_OWNER, MAP_USER_CODE);
    for (uint64_t va = stack_bottom(space); va < STACK_TOP; va += PAGE_SIZE)
        add_page(space, va, asid, MAP_USER_DATA);
}

/** Copy a table and all that it leads to. */
static uint64_t copy_table(uint64_t from_pa, unsigned level)
{
    uint64_t to_pa = page_take();
    const uint64_t *from = frame_words(from_pa);
    uint64_t *to = frame_words(to_pa);
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        if (!(from[i] & PTE_VALID))
            continue;
        uint64_t below_pa = from[i] & PTE_ADDRESS;
        uint64_t copy_pa;
        if (level < LAST_LEVEL) {
            copy_pa = copy_table(below_pa, level + 1);
        } else {
            copy_pa = page_take();
            for (uint64_t word = 0; word < PAGE_WORDS; word++)
                frame_words(copy_pa)[word] = frame_words(below_pa)[word];
        }
        to[i] = (from[i] & ~PTE_ADDRESS) | copy_pa;
    }
    return to_pa;
}

void space_fork(struct space *child, uint64_t asid, const struct space *parent)
{
    /* One by one: of the structure GCC makes a call to memcpy() at -Os. */
    child->asid = asid;
    child->stack_pages = parent->stack_pages;
    child->stack_owner = parent->stack_owner;
    child->root_pa = copy_table(parent->root_pa, 0);
    dsb(ishst);
    isb();
}

void space_run(struct space *space)
{
    space->stack_pages++;
    add_page(space, stack_bottom(space), space->asid, MAP_USER_DATA);
    activate(space);
    for (uint64_t va = stack_bottom(space); va < STACK_TOP; va += sizeof(uint64_t))
        user_store(va, pattern(space->asid, va));
    deactivate();
    space->stack_owner = space->asid;
}

static bool holds(uint64_t va, uint64_t end_va, uint64_t owner)
{
    for (; va < end_va; va += sizeof(uint64_t))
        if (user_load(va) != pattern(owner, va))
            return false;
    return true;
}

bool space_check(const struct space *space)
{
    uint64_t bottom = stack_bottom(space);
    activate(space);
    bool good = user_may(CODE_VA, false) && !user_may(CODE_VA, true) &&
                !user_may(CODE_VA + CODE_PAGES * PAGE_SIZE, false) && user_may(bottom, true) &&
                !user_may(bottom - PAGE_SIZE, false) && !user_may((uint64_t)_image_start, false) &&
                holds(CODE_VA, CODE_VA + CODE_PAGES * PAGE_SIZE, CODE_OWNER) &&
                holds(bottom, STACK_TOP, space->stack_owner);
    deactivate();
    return good;
}

static void give_table(uint64_t table_pa, unsigned level)
{
    const uint64_t *entries = frame_words(table_pa);
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        if (!(entries[i] & PTE_VALID))
            continue;
        if (level < LAST_LEVEL)
            give_table(entries[i] & PTE_ADDRESS, level + 1);
        else
            page_give(entries[i] & PTE_ADDRESS);
    }
    page_give(table_pa);
}

void space_destroy(struct space *space)
{
    /* First the TLB, then the pages: once they are free they may become anything. */
    mmu_flush_user(space->asid);
    give_table(space->root_pa, 0);
    space->root_pa = 0;
}
