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
#define FREE(pa, cpu)    (flat_free(&flat, pa), 0)
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
#include "no_calls.h"

static char *bits;
static uint64_t base_pa;

static inline void clear(uint64_t pa, uint64_t end_pa)
{
    memset(bits + (pa - base_pa) / BITFRAME_FRAME_BYTES / 8, 0, (end_pa - pa) / BITFRAME_FRAME_BYTES / 8);
}

#define CONTENDER        memset
#define RESERVE(pa, end) clear(pa, end)
#include "loops.h"

static bool open_flat(const struct bench_memory *memory)
{
    bits = memory->metadata;
    base_pa = memory->first_pa;
    flat_init(&flat, memory->metadata, memory->first_pa, memory->frames);
    return true;
}

static void occupy(uint64_t frames)
{
    flat_reserve(&flat, flat.first_pa, flat.first_pa + frames * BITFRAME_FRAME_BYTES);
}

#define ROW(text, of, step)                                                                                  \
    {                                                                                                        \
        text, IN_MEMORY, &loops_of_##of, &loops_of_empty, flat_bytes, open_flat, occupy, .walk = step        \
    }

const struct contender bench_flat[] = {
    ROW("flat", flat, WALK_WORDS),           ROW("flat-hint", flat_hint, WALK_WORDS),
#if BENCH_NEON
    ROW("flat-neon", flat_neon, WALK_WORDS), ROW("flat-hint-neon", flat_hint_neon, WALK_WORDS),
#endif
    ROW("memset", memset, WALK_NOTHING),     {0},
};
