/* SPDX-License-Identifier: MIT */
/* contract.h - the page_alloc contract as a table, so that one test runs against any implementation. */
#ifndef BITFRAME_TESTS_CONTRACT_H
#define BITFRAME_TESTS_CONTRACT_H

#include <stdint.h>

struct bitframe;

struct contract {
    const char *name;
    uint64_t (*pa_to_kva)(uint64_t pa);
    uint64_t (*kva_to_pa)(uint64_t kva);
    void (*mem_map_init)(void);
    void (*mem_map_reserve_below)(uint64_t end_pa);
    void (*mem_map_reserve_above)(uint64_t start_pa);
    uint64_t (*get_free_page)(void);
    void (*free_page)(uint64_t pa);
    uint64_t (*get_kernel_page)(void);
    void (*free_kernel_page)(uint64_t kva);
    uint64_t (*dump_free_count)(void);
    uint64_t (*mem_total_count)(void);
};

/** The library. */
extern const struct contract contract_core;

/** The pool behind it, for its owner's calls: until contract_end_exclusive() if it is shared. */
struct bitframe *contract_begin_exclusive(void);
void contract_end_exclusive(void);

/** The byte map, over a map of MALLOC_PAGES pages. */
extern const struct contract contract_bytemap;

/** Free pages of the byte map, counted without printing. */
uint64_t contract_bytemap_count(void);

#endif
