/* SPDX-License-Identifier: MIT */
/*
 * zero_contender.h - a contender that only zeroes pages, to be included once
 *
 * by a file that defines ZERO_NAME, ZERO_CONTENDER, ZERO(page) and ZERO_DECLARE(), the platform as it needs
 * it.
 */
#ifndef BITFRAME_BENCH_ZERO_CONTENDER_H
#define BITFRAME_BENCH_ZERO_CONTENDER_H

#include "loops.h"

static uint64_t bytes(uint64_t frames)
{
    return frames * BITFRAME_FRAME_BYTES;
}

static void open_pages(void *memory, uint64_t first_pa, uint64_t frames)
{
    (void)memory;
    (void)first_pa;
    (void)frames;
    ZERO_DECLARE();
}

extern const struct contender ZERO_CONTENDER;
const struct contender ZERO_CONTENDER = {
    .name = ZERO_NAME,
    .loops = LOOPS,
    .empty = &bench_empty_loops,
    .bytes = bytes,
    .open = open_pages,
};

#endif
