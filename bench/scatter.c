/* SPDX-License-Identifier: MIT */
/*
 * scatter.c - free a random frame and take one, while the free frames lie anywhere
 *
 * Everything was taken and random frames given back until 50 % or 99 % were held. This is the start of the
 * churn of churn.c: the lowest free frames are near the bottom, so even a search from the start is short, and
 * how short does not depend on the size of memory. The run is a small part of what it would take to leave
 * this state. Only bitframe is shown at the largest size: the others would spend minutes to get there.
 */
#include "bench.h"

enum { PAIRS = 2048, FRAMES_MAX = 1 << 24 };

static uint64_t free_frames(const struct stage *stage)
{
    return stage->frames / 100 * (100 - stage->percent);
}

static uint64_t operations(const struct stage *stage)
{
    uint64_t few = free_frames(stage) / 8;
    if (!stage->on->loops.churn || (stage->frames > FRAMES_MAX && !stage->on->indexed))
        return 0;
    return few < PAIRS ? few : PAIRS;
}

/** The next frame in random order that the pool has. */
static uint64_t draw(const struct stage *stage, uint64_t *next)
{
    uint64_t frame;
    do
        frame = stage_shuffle((*next)++, stage_bits(stage->frames));
    while (frame >= stage->frames);
    return frame;
}

static void prepare(const struct stage *stage)
{
    static uint64_t built; /* stage_built when the state was last made, and of what */
    static unsigned of_percent;
    static uint64_t next;
    static uint64_t pairs_left;

    /* Where a search takes no longer the further the state has moved on, it need not be made every time. */
    bool is_there = built == stage_built && of_percent == stage->percent && pairs_left >= stage->operations &&
                    stage->on->walk == WALK_NOTHING;
    if (!is_there) {
        uint64_t to_free = free_frames(stage);
        stage_occupy(stage, stage->frames);
        next = 0;
        for (uint64_t i = 0; i < to_free; i++)
            stage->on->loops.drain(stage_pa(stage, draw(stage, &next)), 1);
        built = stage_built;
        of_percent = stage->percent;
        pairs_left = to_free / 8;
    }
    for (uint64_t i = 0; i < stage->operations; i++)
        bench_held[i] = stage_pa(stage, draw(stage, &next));
    pairs_left -= stage->operations;
}

const struct subject bench_scatter50 = {
    .name = "scatter50",
    .operation = "pair",
    .calls = 2,
    .percent = 50,
    .operations = operations,
    .prepare = prepare,
    .run = stage_churn,
};

const struct subject bench_scatter99 = {
    .name = "scatter99",
    .operation = "pair",
    .calls = 2,
    .percent = 99,
    .operations = operations,
    .prepare = prepare,
    .run = stage_churn,
};
