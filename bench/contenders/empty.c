/* SPDX-License-Identifier: MIT */
/*
 * empty.c - the loops around calls that return at once, and a contender made of them
 *
 * A call is one instruction, the return, which is "ret" on AArch64, x86-64 and RISC-V. It is written as
 * assembly, since C would set the returned register too. What it returns is whatever was in that register.
 */
#include "bench.h"

#define NOTHING(name)                                                                                        \
    __asm__(".text\n"                                                                                        \
            ".p2align 4\n"                                                                                   \
            ".globl " #name "\n"                                                                             \
            ".type " #name ", %function\n" #name ":\n"                                                       \
            "ret\n"                                                                                          \
            ".size " #name ", . - " #name "\n")

struct nothing {
    uint64_t unused;
};

static struct nothing nothing;

/* Calls that are told the pool. */
uint64_t nothing_alloc(struct nothing *nothing);
void nothing_free(struct nothing *nothing, uint64_t pa);
void nothing_alloc_run(struct nothing *nothing, const void *request, uint64_t *pa);
uint64_t nothing_alloc_huge(struct nothing *nothing);
void nothing_free_huge(struct nothing *nothing, uint64_t pa);
void nothing_alloc_bulk(struct nothing *nothing, const void *request, uint64_t *pas, uint64_t *done);
void nothing_free_bulk(struct nothing *nothing, const uint64_t *pas, uint64_t frames, uint32_t flags,
                       uint64_t *done);
void nothing_range(struct nothing *nothing, uint64_t pa, uint64_t to);
uint64_t nothing_count(struct nothing *nothing);
void nothing_init(struct nothing *nothing);
void nothing_zero(void *page);
NOTHING(nothing_alloc);
NOTHING(nothing_free);
NOTHING(nothing_alloc_run);
NOTHING(nothing_alloc_huge);
NOTHING(nothing_free_huge);
NOTHING(nothing_alloc_bulk);
NOTHING(nothing_free_bulk);
NOTHING(nothing_range);
NOTHING(nothing_count);
NOTHING(nothing_init);
NOTHING(nothing_zero);

#define CONTENDER                           empty
#define ALLOC(cpu)                          nothing_alloc(&nothing)
#define FREE(pa, cpu)                       (nothing_free(&nothing, pa), 0)
#define ALLOC_RUN(request, pa, cpu)         nothing_alloc_run(&nothing, request, pa)
#define ALLOC_HUGE(cpu)                     nothing_alloc_huge(&nothing)
#define FREE_HUGE(pa, cpu)                  (nothing_free_huge(&nothing, pa), 0)
#define ALLOC_BULK(request, pas, done, cpu) nothing_alloc_bulk(&nothing, request, pas, done)
#define FREE_BULK(pas, done, cpu)           nothing_free_bulk(&nothing, pas, BULK, 0, done)
#define ALLOC_RANGE(pa, end, cpu)           nothing_range(&nothing, pa, end)
#define RESERVE(pa, end)                    nothing_range(&nothing, pa, (end) - (pa))
#define COUNT()                             nothing_count(&nothing)
#define INIT()                              nothing_init(&nothing)
#define ZERO(page)                          nothing_zero(page)
#include "loops.h"
#include "no_calls.h"

/* As a shared pool is called: by calls that are told the CPU as well. */
uint64_t nothing_shared_alloc(struct nothing *nothing, uint32_t cpu);
void nothing_shared_free(struct nothing *nothing, uint32_t cpu, uint64_t pa);
void nothing_shared_alloc_run(struct nothing *nothing, uint32_t cpu, const void *request, uint64_t *pa);
uint64_t nothing_shared_alloc_huge(struct nothing *nothing, uint32_t cpu);
void nothing_shared_free_huge(struct nothing *nothing, uint32_t cpu, uint64_t pa);
void nothing_shared_alloc_bulk(struct nothing *nothing, uint32_t cpu, const void *request, uint64_t *pas,
                               uint64_t *done);
void nothing_shared_free_bulk(struct nothing *nothing, uint32_t cpu, const uint64_t *pas, uint64_t frames,
                              uint32_t flags, uint64_t *done);
void nothing_shared_range(struct nothing *nothing, uint32_t cpu, uint64_t pa, uint64_t to);
NOTHING(nothing_shared_alloc);
NOTHING(nothing_shared_free);
NOTHING(nothing_shared_alloc_run);
NOTHING(nothing_shared_alloc_huge);
NOTHING(nothing_shared_free_huge);
NOTHING(nothing_shared_alloc_bulk);
NOTHING(nothing_shared_free_bulk);
NOTHING(nothing_shared_range);

#define CONTENDER                           empty_shared
#define ALLOC(cpu)                          nothing_shared_alloc(&nothing, cpu)
#define FREE(pa, cpu)                       (nothing_shared_free(&nothing, cpu, pa), 0)
#define ALLOC_RUN(request, pa, cpu)         nothing_shared_alloc_run(&nothing, cpu, request, pa)
#define ALLOC_HUGE(cpu)                     nothing_shared_alloc_huge(&nothing, cpu)
#define FREE_HUGE(pa, cpu)                  (nothing_shared_free_huge(&nothing, cpu, pa), 0)
#define ALLOC_BULK(request, pas, done, cpu) nothing_shared_alloc_bulk(&nothing, cpu, request, pas, done)
#define FREE_BULK(pas, done, cpu)           nothing_shared_free_bulk(&nothing, cpu, pas, BULK, 0, done)
#define ALLOC_RANGE(pa, end, cpu)           nothing_shared_range(&nothing, cpu, pa, end)
#define COUNT()                             nothing_count(&nothing)
#include "loops.h"
#include "no_calls.h"

/* As the contract's functions are called: there is one pool, and no call is told it. */
uint64_t nothing_alloc_page(void);
void nothing_free_page(uint64_t pa);
void nothing_reserve_pages(uint64_t end_pa);
uint64_t nothing_count_pages(void);
void nothing_init_pages(void);
NOTHING(nothing_alloc_page);
NOTHING(nothing_free_page);
NOTHING(nothing_reserve_pages);
NOTHING(nothing_count_pages);
NOTHING(nothing_init_pages);

#define CONTENDER        empty_page
#define ALLOC(cpu)       nothing_alloc_page()
#define FREE(pa, cpu)    (nothing_free_page(pa), 0)
#define RESERVE(pa, end) nothing_reserve_pages(end)
#define COUNT()          nothing_count_pages()
#define INIT()           nothing_init_pages()
#include "loops.h"

static uint64_t bytes(uint64_t frames)
{
    (void)frames;
    return 64 * BITFRAME_FRAME_BYTES; /* the pages that zeroing walks over */
}

static bool open_nothing(const struct bench_memory *memory)
{
    (void)memory;
    return true;
}

static void occupy(uint64_t frames)
{
    (void)frames;
}

static uint64_t close_nothing(void)
{
    return 0;
}

const struct contender bench_empty[] = {
    {"empty", IN_MEMORY | IN_PAGES, &loops_of_empty, &loops_of_empty, bytes, open_nothing, occupy,
     .close = close_nothing},
    {0},
};
