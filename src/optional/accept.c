/* SPDX-License-Identifier: MIT */
/* accept.c - unaccepted memory of a pool that one CPU uses. */
#include "layout/accept.h"

/** Keep the free part of frames [@p first, @p end), which are RAM by now, and reserve it. */
static enum bitframe_status keep(struct bitframe_acceptor *acceptor, struct bitframe_map *map, uint64_t room,
                                 uint64_t first, uint64_t end)
{
    struct bitframe_map_run part;
    uint64_t frame = first;
    while (frame < end && bitframe_map_next(map, BITFRAME_MAP_VIEW_FREE, &frame, &part)) {
        uint64_t part_first = frame_number(part.first_pa);
        if (part_first >= end)
            break;
        if (part.frames > end - part_first)
            part.frames = end - part_first;
        if (acceptor->count == room) {
            map->incomplete = 1;
            return BITFRAME_NO_ROOM;
        }
        acceptor->runs[acceptor->count++] = part;
        enum bitframe_status status =
            bitframe_map_add(map, BITFRAME_MAP_RESERVED, part.first_pa, part.frames << BITFRAME_FRAME_SHIFT);
        if (status != BITFRAME_OK)
            return status;
    }
    return BITFRAME_OK;
}

enum bitframe_status bitframe_acceptor_init(struct bitframe_acceptor *acceptor, struct bitframe_map *map,
                                            struct bitframe_map_run *runs, uint64_t room,
                                            uint64_t unit_frames, bitframe_accept_function *accept,
                                            void *context)
{
    if (!acceptor || !map || !runs || !accept || unit_frames == 0 || (unit_frames & (unit_frames - 1)) != 0)
        return BITFRAME_INVALID;
    acceptor->runs = runs;
    acceptor->count = 0;
    acceptor->unit_frames = unit_frames;
    acceptor->accept = accept;
    acceptor->context = context;
    acceptor->units = 0;
    acceptor->next_unit = 0;
    acceptor->total_frames = 0;
    acceptor->accepted_frames = 0;
    acceptor->refused_frames = 0;

    struct bitframe_map_run run;
    for (uint64_t frame = 0; bitframe_map_next(map, BITFRAME_MAP_VIEW_UNACCEPTED, &frame, &run);) {
        enum bitframe_status status =
            bitframe_map_add(map, BITFRAME_MAP_RAM, run.first_pa, run.frames << BITFRAME_FRAME_SHIFT);
        if (status == BITFRAME_OK)
            status = keep(acceptor, map, room, frame_number(run.first_pa),
                          frame_number(run.first_pa) + run.frames);
        if (status != BITFRAME_OK)
            return status;
    }
    return BITFRAME_OK;
}

enum bitframe_status bitframe_acceptor_start(struct bitframe_acceptor *acceptor, struct bitframe *pool)
{
    if (!acceptor || !pool)
        return BITFRAME_INVALID;
    for (uint64_t i = 0; i < acceptor->count; i++) {
        const struct bitframe_map_run *run = &acceptor->runs[i];
        enum bitframe_status status =
            bitframe_unreserve(pool, run->first_pa, run->frames << BITFRAME_FRAME_SHIFT);
        if (status == BITFRAME_OK)
            status = bitframe_alloc_at(pool, run->first_pa, run->frames);
        if (status != BITFRAME_OK) {
            acceptor->count = i;
            return status;
        }
        acceptor->units += units_of_run(acceptor, run);
        acceptor->total_frames += run->frames;
    }
    return BITFRAME_OK;
}

uint64_t bitframe_accept(struct bitframe_acceptor *acceptor, struct bitframe *pool)
{
    while (acceptor->next_unit < acceptor->units) {
        struct span unit = frames_of_unit(acceptor, acceptor->next_unit++);
        uint64_t frames = unit.end - unit.first;
        if (accept_frames(acceptor, unit) &&
            bitframe_free_run(pool, unit.first << BITFRAME_FRAME_SHIFT, frames) == BITFRAME_OK) {
            acceptor->accepted_frames += frames;
            return frames;
        }
        acceptor->refused_frames += frames;
    }
    return 0;
}

uint64_t bitframe_accepting_alloc(struct bitframe_acceptor *acceptor, struct bitframe *pool)
{
    uint64_t pa;
    do {
        pa = bitframe_alloc(pool);
    } while (pa == 0 && bitframe_accept(acceptor, pool) != 0);
    return pa;
}
