/* SPDX-License-Identifier: MIT */
/* checks.h - what the checks of all kernels share: inputs, and models that look at a bit at a time */
#ifndef BITFRAME_TESTS_CHECKS_H
#define BITFRAME_TESTS_CHECKS_H

#include "harness.h"

enum {
    MAX_WORDS = 130,
    ALIGNMENTS = 16, /* in words, from a boundary of 128 bytes */
    MARGIN = 16,
    TAPE = MARGIN + ALIGNMENTS + MAX_WORDS + MARGIN,
};

/* Words in the middle of the arena, on a boundary of 128 bytes, for inputs with neighbours. */
uint64_t *tape(void);

void set_words(uint64_t *words, uint64_t value, uint64_t count);

void randomize(uint64_t *words, uint64_t count);

/* Of all words but one in rarity nothing is set; of that one, every bit or just one. */
void randomize_sparse(uint64_t *words, uint64_t count, uint64_t rarity);

bool get_bit(const uint64_t *words, uint64_t position);

void put_bit(uint64_t *words, uint64_t position, bool value);

uint64_t model_find(const uint64_t *words, uint64_t first, uint64_t end);

uint64_t model_scan(const uint64_t *words, uint64_t count);

uint64_t model_count(const uint64_t *words, uint64_t count);

/* Their definitions: checks_words.c, checks_find.c, checks_range.c, checks_zero.c. */
#define DECLARE(kernel, check)                                                                               \
    void kernel##_##check(struct verdict *verdict, const struct implementation *impl);
CHECKS(DECLARE)
#undef DECLARE

#endif
