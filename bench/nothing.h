/* SPDX-License-Identifier: MIT */
/* nothing.h - calls that return at once: one instruction, the return. What they return is whatever was in
 * the register. */
#ifndef BITFRAME_BENCH_NOTHING_H
#define BITFRAME_BENCH_NOTHING_H

#include <stdint.h>

struct nothing {
    uint64_t unused;
};

uint64_t nothing_take(struct nothing *nothing);
void nothing_free(struct nothing *nothing, uint64_t pa);
uint64_t nothing_count(struct nothing *nothing);
void nothing_reserve(struct nothing *nothing, uint64_t pa, uint64_t to);
void nothing_init(struct nothing *nothing);
uint64_t nothing_take_huge(struct nothing *nothing, const void *request, uint64_t *pa);
void nothing_free_huge(struct nothing *nothing, uint64_t pa, uint64_t frames);
void nothing_take_bulk(struct nothing *nothing, const void *request, uint64_t *pas, uint64_t *taken);
void nothing_free_bulk(struct nothing *nothing, const uint64_t *pas, uint64_t frames, uint32_t flags,
                       uint64_t *freed);

/* Calls that name the core. */
uint64_t nothing_take_on(struct nothing *nothing, uint32_t core);
void nothing_free_on(struct nothing *nothing, uint64_t pa, uint32_t core);

/* As above, where there is only one pool and it is not passed. */
uint64_t nothing_take_page(void);
void nothing_free_page(uint64_t pa);
uint64_t nothing_count_pages(void);
void nothing_reserve_pages(uint64_t end_pa);
void nothing_init_pages(void);

void nothing_zero(void *page);

#endif
