/* SPDX-License-Identifier: MIT */
/*
 * search.c - look through all of memory for what is not there
 *
 * For bitframe a run of 513 frames, where a frame of each word is taken: no index helps, every word of the
 * bitmap is read. For the flat bitmaps, that scan for words and know no runs, a frame where none is free: the
 * pace of the scan kernel over as many words.
 */
#include "bench.h"

enum { WORD_FRAMES = 64 };

static uint64_t operations(const struct stage *stage)
{
    return stage->on->loops.search && stage->on != &bench_empty ? 8 : 0;
}

static void prepare(const struct stage *stage)
{
    if (stage->on->walk != WALK_NOTHING) {
        stage_occupy(stage, stage->frames);
        return;
    }
    stage_open(stage);
    for (uint64_t word = 0; word < stage->frames / WORD_FRAMES; word++)
        stage->on->loops.take_range(stage_pa(stage, word * WORD_FRAMES + word % WORD_FRAMES),
                                    BITFRAME_FRAME_BYTES, 1);
}

static void run(const struct stage *stage, const struct loops *loops)
{
    (void)loops->search(stage->operations);
}

const struct subject bench_search = {
    .name = "search",
    .operation = "search",
    .calls = 1,
    .operations = operations,
    .prepare = prepare,
    .run = run,
};
