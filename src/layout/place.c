/* SPDX-License-Identifier: MIT */
/* place.c - where in a map the metadata of its pool fit. */
#include "layout/metadata.h"

enum { PLACE_SLACK = sizeof(struct span) }; /* what the reservation of the place itself may need */

enum bitframe_status bitframe_place(struct bitframe_map *map, uint64_t *pa, uint64_t *bytes)
{
    uint64_t needed;
    if (!map || !pa || !bytes)
        return BITFRAME_INVALID;
    enum bitframe_status status = bitframe_map_get_metadata_bytes(map, &needed);
    if (status != BITFRAME_OK)
        return status;
    uint64_t frames = frame_number_up(needed + PLACE_SLACK);
    struct bitframe_map_run run;
    for (uint64_t frame = 0; bitframe_map_next(map, BITFRAME_MAP_VIEW_FREE, &frame, &run);) {
        if (run.frames < frames)
            continue;
        status = bitframe_map_add(map, BITFRAME_MAP_RESERVED, run.first_pa, frames << BITFRAME_FRAME_SHIFT);
        if (status != BITFRAME_OK)
            return status;
        *pa = run.first_pa;
        *bytes = frames << BITFRAME_FRAME_SHIFT;
        return BITFRAME_OK;
    }
    return BITFRAME_NONE;
}
