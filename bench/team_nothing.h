/* SPDX-License-Identifier: MIT */
/* team_nothing.h - what a team does that has no frames: nothing, where others prepare, fill and close. */
#ifndef BITFRAME_BENCH_TEAM_NOTHING_H
#define BITFRAME_BENCH_TEAM_NOTHING_H

#include "threads.h"

static inline uint64_t nothing_bytes(uint64_t frames, uint32_t cores)
{
    (void)frames;
    (void)cores;
    return 1;
}

static inline bool open_nothing(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cores)
{
    (void)memory;
    (void)first_pa;
    (void)frames;
    (void)cores;
    return true;
}

static inline uint64_t close_nothing(void)
{
    return 0;
}

static inline void hold_nothing(struct worker *self)
{
    (void)self;
}

static inline void hold_nothing_many(struct worker *self, uint64_t frames)
{
    (void)self;
    (void)frames;
}

#endif
