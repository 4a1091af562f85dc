/* SPDX-License-Identifier: MIT */
/* on_memset.c - what it takes to clear the bits of a range and nothing else: memset(), as the machine's C
 * library has it. */
#include <string.h>

#include "bench.h"
#include "flat.h"

static char *bits;
static uint64_t base_pa;

static inline void clear(uint64_t pa, uint64_t end_pa)
{
    memset(bits + (pa - base_pa) / BITFRAME_FRAME_BYTES / 8, 0, (end_pa - pa) / BITFRAME_FRAME_BYTES / 8);
}

#define RESERVE(pa, end) clear(pa, end)
#include "loops.h"

static void open_bits(void *memory, uint64_t first_pa, uint64_t frames)
{
    bits = memory;
    base_pa = first_pa;
    memset(bits, 0xFF, flat_bytes(frames));
}

static void occupy(uint64_t frames)
{
    clear(base_pa, base_pa + frames * BITFRAME_FRAME_BYTES);
}

const struct contender bench_memset = {
    .name = "memset",
    .loops = LOOPS,
    .empty = &bench_empty_loops,
    .bytes = flat_bytes,
    .open = open_bits,
    .occupy = occupy,
};
