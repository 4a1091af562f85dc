/* SPDX-License-Identifier: MIT */
/* flat.c - a bitmap without an index. */
#include "flat.h"

uint64_t flat_bytes(uint64_t frames)
{
    return (frames + 63) / 64 * sizeof(uint64_t);
}

void flat_init(struct flat *flat, void *memory, uint64_t first_pa, uint64_t frames)
{
    flat->words = memory;
    flat->word_count = (frames + 63) / 64;
    flat->first_pa = first_pa;
    flat->frames = frames;
    flat->hint = 0;
    flat->words[flat->word_count - 1] = 0;
    kernel_fill(flat->words, 0, frames);
}

uint64_t flat_alloc_c(struct flat *flat)
{
    return flat_alloc_lowest(flat, bitframe_scan_c);
}

uint64_t flat_hint_alloc_c(struct flat *flat)
{
    return flat_alloc_next(flat, bitframe_scan_c);
}

void flat_free(struct flat *flat, uint64_t pa)
{
    uint64_t frame = (pa - flat->first_pa) / BITFRAME_FRAME_BYTES;
    if (frame < flat->frames)
        flat->words[frame / 64] |= UINT64_C(1) << frame % 64;
}

uint64_t flat_count_c(const struct flat *flat)
{
    return bitframe_count_c(flat->words, flat->word_count);
}

void flat_reserve(struct flat *flat, uint64_t pa, uint64_t end_pa)
{
    kernel_clear(flat->words, (pa - flat->first_pa) / BITFRAME_FRAME_BYTES,
                 (end_pa - pa) / BITFRAME_FRAME_BYTES);
}

#if BENCH_NEON
uint64_t flat_alloc_neon(struct flat *flat)
{
    return flat_alloc_lowest(flat, bitframe_scan_neon);
}

uint64_t flat_hint_alloc_neon(struct flat *flat)
{
    return flat_alloc_next(flat, bitframe_scan_neon);
}

uint64_t flat_count_neon(const struct flat *flat)
{
    return bitframe_count_neon(flat->words, flat->word_count);
}
#endif
