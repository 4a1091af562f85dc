/* SPDX-License-Identifier: MIT */
/* bulk.h - addresses of many single frames, and the words that they are in. */
#ifndef BITFRAME_CORE_BULK_H
#define BITFRAME_CORE_BULK_H

#include "layout/request.h"

/** Addresses going to the caller. */
struct output {
    uint64_t *pas;
    uint64_t left;
    bool highest;
};

/** Write the address of each frame of @p bits, a part of the word whose first frame is at @p pa. */
static inline void write_addresses(struct output *output, uint64_t bits, uint64_t pa)
{
    uint64_t *out = output->pas;
    if (bits == UINT64_MAX && !output->highest) {
        for (uint64_t i = 0; i < WORD_BITS; i++)
            out[i] = pa + (i << BITFRAME_FRAME_SHIFT);
        out += WORD_BITS;
    } else if (output->highest) {
        for (; bits != 0; bits ^= bit_mask(highest_bit(bits)))
            *out++ = pa + ((uint64_t)highest_bit(bits) << BITFRAME_FRAME_SHIFT);
    } else {
        for (; bits != 0; bits &= bits - 1)
            *out++ = pa + ((uint64_t)lowest_bit(bits) << BITFRAME_FRAME_SHIFT);
    }
    output->pas = out;
}

static inline void zero_each(const uint64_t *pas, uint64_t frames)
{
    for (uint64_t i = 0; i < frames; i++)
        zero_run(pas[i], 1);
}

/** Keep the lowest or highest @p count of the bits of @p bits, which has more. */
static inline uint64_t keep_some(uint64_t bits, uint64_t count, bool highest)
{
    uint64_t kept = 0;
    for (; count != 0; count--) {
        uint64_t bit = bit_mask(highest ? highest_bit(bits) : lowest_bit(bits));
        kept |= bit;
        bits ^= bit;
    }
    return kept;
}

/** How many of @p pas, at most @p count, are frames one after the other in memory that share a word. */
static inline uint64_t run_in_word(const uint64_t *pas, uint64_t count)
{
    uint64_t pa = pas[0];
    uint64_t room = WORD_BITS - frame_number(pa) % WORD_BITS;
    if (count > room)
        count = room;
    uint64_t run = 1;
    while (run < count && pas[run] == pa + (run << BITFRAME_FRAME_SHIFT))
        run++;
    return run;
}

#endif
