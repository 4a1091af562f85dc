/* SPDX-License-Identifier: MIT */
/*
 * flat_contender.h - a contender of flat.h, to be included once
 *
 * by a file that defines FLAT_NAME, FLAT_CONTENDER, and the calls FLAT_TAKE and FLAT_COUNT.
 */
#ifndef BITFRAME_BENCH_FLAT_CONTENDER_H
#define BITFRAME_BENCH_FLAT_CONTENDER_H

#include "flat.h"

static struct flat flat;

#define TAKE()           FLAT_TAKE(&flat)
#define FREE(pa)         flat_free(&flat, pa)
#define COUNT()          FLAT_COUNT(&flat)
#define RESERVE(pa, end) flat_reserve(&flat, pa, end)
#define SEARCH()         FLAT_TAKE(&flat)
#define INIT()           flat_init(&flat, flat.words, flat.first_pa, flat.frames)
#include "loops.h"

static void open_flat(void *memory, uint64_t first_pa, uint64_t frames)
{
    flat_init(&flat, memory, first_pa, frames);
}

static void occupy(uint64_t frames)
{
    flat_reserve(&flat, flat.first_pa, flat.first_pa + frames * BITFRAME_FRAME_BYTES);
}

extern const struct contender FLAT_CONTENDER;
const struct contender FLAT_CONTENDER = {
    .name = FLAT_NAME,
    .walk = WALK_WORDS,
    .loops = LOOPS,
    .empty = &bench_empty_loops,
    .bytes = flat_bytes,
    .open = open_flat,
    .occupy = occupy,
};

#endif
