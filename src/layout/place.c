/* SPDX-License-Identifier: MIT */
/* place.c - a place in a map for the metadata of its pool. */
#include "layout/metadata.h"
#include "layout/request.h"
#include "map/fit.h"

enum { PLACE_SLACK = sizeof(struct span) }; /* the reservation of the place itself may need this much */

/* Below it is what devices with 24 bits of address reach. */
#define PRECIOUS_END (UINT64_C(16) << 20)

/** Place as @p limits say, in memory from @p rather_pa on if it fits there. */
static enum bitframe_status place(struct bitframe_map *map, const struct bitframe_request *limits,
                                  uint64_t rather_pa, uint64_t *pa, uint64_t *bytes)
{
    uint64_t needed;
    struct wanted wanted;
    if (!map || !pa || !bytes)
        return BITFRAME_INVALID;
    enum bitframe_status status = bitframe_map_get_metadata_bytes(map, &needed);
    if (status != BITFRAME_OK)
        return status;
    struct bitframe_request request = {
        .frames = frame_number_up(needed + PLACE_SLACK),
        .align = limits->align,
        .min_pa = limits->min_pa > rather_pa ? limits->min_pa : rather_pa,
        .max_pa = limits->max_pa,
        .flags = limits->flags,
    };
    if (request.frames < limits->frames)
        request.frames = limits->frames;
    if (limits->boundary != 0 || !is_simple(&request, BITFRAME_HIGHEST))
        return BITFRAME_INVALID;
    read_simple(&request, &wanted);
    struct fit fit = {
        .frames = wanted.frames,
        .align = wanted.align,
        .first = wanted.first,
        .end = wanted.end,
        .highest = wanted.highest,
    };
    uint64_t at = bitframe_map_fit(map, &fit);
    if (at == 0 && limits->min_pa < rather_pa) {
        fit.first = frame_number_up(limits->min_pa);
        at = bitframe_map_fit(map, &fit);
    }
    if (at == 0)
        return BITFRAME_NONE;
    uint64_t first_pa = at << BITFRAME_FRAME_SHIFT;
    uint64_t place_bytes = wanted.frames << BITFRAME_FRAME_SHIFT;
    status = bitframe_map_add(map, BITFRAME_MAP_RESERVED, first_pa, place_bytes);
    if (status != BITFRAME_OK)
        return status;
    *pa = first_pa;
    *bytes = place_bytes;
    return BITFRAME_OK;
}

enum bitframe_status bitframe_place(struct bitframe_map *map, uint64_t *pa, uint64_t *bytes)
{
    struct bitframe_request limits = {.frames = 0};
    return place(map, &limits, PRECIOUS_END, pa, bytes);
}

enum bitframe_status bitframe_place_within(struct bitframe_map *map, const struct bitframe_request *limits,
                                           uint64_t *pa, uint64_t *bytes)
{
    return limits ? place(map, limits, 0, pa, bytes) : BITFRAME_INVALID;
}
