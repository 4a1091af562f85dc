/* SPDX-License-Identifier: MIT */
/*
 * map_model.h - what a memory map must answer, from an array with one element per byte
 *
 * Written to be obviously right: naive loops only. The world is a small window of the address space that
 * starts anywhere, 2^64 - n included. The library under test is built with frames of 8 bytes for it, so that
 * every byte counts; with real frames an element (a cell) stands for an eighth of a frame.
 */
#ifndef BITFRAME_TESTS_MAP_MODEL_H
#define BITFRAME_TESTS_MAP_MODEL_H

#include <bitframe/map.h>

#include "units.h"

#define CELL_BYTES  (BITFRAME_FRAME_BYTES / 8)
#define CELLS_MAX   256
#define FRAME_CELLS 8
struct map_model {
    uint64_t base;     /* PA of cell 0, a multiple of a frame */
    uint64_t cells;    /* in the window, a multiple of FRAME_CELLS */
    uint64_t capacity; /* ranges that the map has room for */
    uint64_t end;      /* the cell from which on no memory is believed */
    uint64_t no_room_bytes;
    uint64_t wrapped_bytes;
    bool incomplete;
    bool is[BITFRAME_MAP_KINDS][CELLS_MAX];
};

void map_model_init(struct map_model *model, uint64_t base, uint64_t cells, uint64_t capacity);

/** Ranges of @p kind: a range is as long as it can be. */
uint64_t map_model_ranges(const struct map_model *model, enum bitframe_map_kind kind);

/** bitframe_map_add(); the range must begin in the window, and RAM end there or pass 2^64. */
enum bitframe_status map_model_add(struct map_model *model, enum bitframe_map_kind kind, uint64_t first_pa,
                                   uint64_t bytes);

/** bitframe_map_next() */
bool map_model_next(const struct map_model *model, enum bitframe_map_view view, uint64_t *frame,
                    struct bitframe_map_run *run);

/** bitframe_map_get_stats() */
void map_model_count(const struct map_model *model, struct bitframe_map_stats *stats);

#endif
