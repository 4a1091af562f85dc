/* SPDX-License-Identifier: MIT */
/*
 * flat.h - a bitmap without an index, searched word by word
 *
 * What the kernels are worth by themselves: the same words as bitframe's, bit 1 free, and a search by
 * bitframe_scan_<impl>. From the start it gives the lowest frame; from a hint, the word of the last
 * allocation, it
 * goes round the pool and gives some frame.
 */
#ifndef BITFRAME_BENCH_FLAT_H
#define BITFRAME_BENCH_FLAT_H

#include "base/kernels.h"

struct flat {
    uint64_t *words;
    uint64_t word_count;
    uint64_t first_pa;
    uint64_t frames;
    uint64_t hint;
};

/** Bytes of words for @p frames frames. */
uint64_t flat_bytes(uint64_t frames);

/** Every frame free. */
void flat_init(struct flat *flat, void *memory, uint64_t first_pa, uint64_t frames);

/** The lowest free frame, or 0. */
uint64_t flat_alloc_c(struct flat *flat);
/** A free frame, or 0: the next from the last one allocated. */
uint64_t flat_hint_alloc_c(struct flat *flat);

void flat_free(struct flat *flat, uint64_t pa);
uint64_t flat_count_c(const struct flat *flat);

/** Allocate [@p pa, @p end_pa), which lies in the pool. */
void flat_reserve(struct flat *flat, uint64_t pa, uint64_t end_pa);

/* As flat_..._c(), by the kernels of the architecture. */
uint64_t flat_alloc_neon(struct flat *flat);
uint64_t flat_hint_alloc_neon(struct flat *flat);
uint64_t flat_count_neon(const struct flat *flat);

/** Allocate the lowest free frame of word @p word, which has one. */
static inline uint64_t flat_alloc_from(struct flat *flat, uint64_t word)
{
    uint64_t bits = flat->words[word];
    flat->words[word] = bits & (bits - 1);
    return flat->first_pa + (word * 64 + (uint64_t)__builtin_ctzll(bits)) * BITFRAME_FRAME_BYTES;
}

static inline uint64_t flat_alloc_lowest(struct flat *flat, bitframe_scan_fn *scan)
{
    uint64_t word = scan(flat->words, flat->word_count);
    return word < flat->word_count ? flat_alloc_from(flat, word) : 0;
}

static inline uint64_t flat_alloc_next(struct flat *flat, bitframe_scan_fn *scan)
{
    uint64_t word = flat->hint + scan(flat->words + flat->hint, flat->word_count - flat->hint);
    if (word == flat->word_count) {
        word = scan(flat->words, flat->hint);
        if (word == flat->hint)
            return 0;
    }
    flat->hint = word;
    return flat_alloc_from(flat, word);
}

#endif
