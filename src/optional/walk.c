/* SPDX-License-Identifier: MIT */
/* walk.c - the runs of free and of allocated frames. */
#include "layout/walk.h"

static inline uint64_t read_word(const void *bitmap, uint64_t word)
{
    return ((const uint64_t *)bitmap)[word];
}

bool bitframe_next_free(const struct bitframe *pool, uint64_t *frame, uint64_t end,
                        struct bitframe_map_run *run)
{
    return walk_free(pool, levels_at(pool, &pool->frames, 0), read_word, frame, end, run);
}

bool bitframe_next_allocated(const struct bitframe *pool, uint64_t *frame, uint64_t end,
                             struct bitframe_map_run *run)
{
    return walk_allocated(pool, levels_at(pool, &pool->frames, 0), read_word, frame, end, run);
}

bool bitframe_is_range_free(const struct bitframe *pool, uint64_t first_pa, uint64_t end_pa)
{
    return walk_is_free(pool, levels_at(pool, &pool->frames, 0), read_word, first_pa, end_pa);
}

uint64_t bitframe_count_free_range(const struct bitframe *pool, uint64_t first_pa, uint64_t end_pa)
{
    return walk_count(pool, levels_at(pool, &pool->frames, 0), read_word, first_pa, end_pa);
}
