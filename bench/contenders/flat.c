/* SPDX-License-Identifier: MIT */
/*
 * flat.c - bitmaps without an index, and memset()
 *
 * The flat bitmaps are searched by the C scan and by the NEON scan, from the start for the lowest frame and
 * from a hint for some frame. memset() clears the bits of a range, as the machine's C library does it, and
 * has no other call.
 */
#include "../flat.h"

#include <string.h>

#include "bench.h"

static struct flat flat;

/* Only one contender is open at a time. */
#define FREE(pa, cpu)    flat_free(&flat, pa)
#define RESERVE(pa, end) flat_reserve(&flat, pa, end)
#define INIT()           flat_init(&flat, flat.words, flat.first_pa, flat.frames)
#define SEARCH()         ALLOC(BENCH_CPU)

#define CONTENDER  flat
#define ALLOC(cpu) flat_alloc_c(&flat)
#define COUNT()    flat_count_c(&flat)
#include "loops.h"
#undef ALLOC

#define CONTENDER  flat_hint
#define ALLOC(cpu) flat_hint_alloc_c(&flat)
#include "loops.h"
#undef ALLOC
#undef COUNT

#if BENCH_NEON
#define CONTENDER  flat_neon
#define ALLOC(cpu) flat_alloc_neon(&flat)
#define COUNT()    flat_count_neon(&flat)
#include "loops.h"
#undef ALLOC

#define CONTENDER  flat_hint_neon
#define ALLOC(cpu) flat_hint_alloc_neon(&flat)
#include "loops.h"
#undef ALLOC
#undef COUNT
#endif
#undef FREE
#undef RESERVE
#undef INIT
#undef SEARCH

static char *bits;
static uint64_t base_pa;

static inline void clear(uint64_t pa, uint64_t end_pa)
{
    memset(bits + (pa - base_pa) / BITFRAME_FRAME_BYTES / 8, 0, (end_pa - pa) / BITFRAME_FRAME_BYTES / 8);
}

#define CONTENDER        memset
#define RESERVE(pa, end) clear(pa, end)
#include "loops.h"

static uint64_t bytes(uint64_t frames, uint32_t cpus)
{
    (void)cpus;
    return flat_bytes(frames);
}

static bool open_flat(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cpus)
{
    (void)cpus;
    bits = memory;
    base_pa = first_pa;
    flat_init(&flat, memory, first_pa, frames);
    return true;
}

static void occupy(uint64_t frames)
{
    flat_reserve(&flat, flat.first_pa, flat.first_pa + frames * BITFRAME_FRAME_BYTES);
}

#define ROW(text, step, of)                                                                                  \
    {                                                                                                        \
        .name = text, .places = IN_MEMORY, .walk = step, .loops = &loops_of_##of, .empty = &loops_of_empty,  \
        .bytes = bytes, .open = open_flat, .occupy = occupy,                                                 \
    }

const struct contender bench_flat[] = {
    ROW("flat", WALK_WORDS, flat),           ROW("flat-hint", WALK_WORDS, flat_hint),
#if BENCH_NEON
    ROW("flat-neon", WALK_WORDS, flat_neon), ROW("flat-hint-neon", WALK_WORDS, flat_hint_neon),
#endif
    ROW("memset", WALK_NOTHING, memset),     {0},
};
