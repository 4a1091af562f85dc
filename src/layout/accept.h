/* SPDX-License-Identifier: MIT */
/* accept.h - the units of an acceptor. */
#ifndef BITFRAME_LAYOUT_ACCEPT_H
#define BITFRAME_LAYOUT_ACCEPT_H

#include <bitframe/accept.h>

#include "layout/tables.h"

/** Units that @p run has a part in. */
static inline uint64_t units_of_run(const struct bitframe_acceptor *acceptor,
                                    const struct bitframe_map_run *run)
{
    uint64_t first = frame_number(run->first_pa);
    return (first + run->frames - 1) / acceptor->unit_frames - first / acceptor->unit_frames + 1;
}

/** The frames of unit @p unit, which there is. */
static inline struct span frames_of_unit(const struct bitframe_acceptor *acceptor, uint64_t unit)
{
    const struct bitframe_map_run *run = acceptor->runs;
    for (; unit >= units_of_run(acceptor, run); run++)
        unit -= units_of_run(acceptor, run);
    uint64_t first = frame_number(run->first_pa);
    uint64_t end = first + run->frames;
    uint64_t unit_first = (first / acceptor->unit_frames + unit) * acceptor->unit_frames;
    uint64_t unit_end = unit_first + acceptor->unit_frames;
    return (struct span){
        .first = unit_first > first ? unit_first : first,
        .end = unit_end < end ? unit_end : end,
    };
}

/** Ask the callback for @p frames. */
static inline bool accept_frames(const struct bitframe_acceptor *acceptor, struct span frames)
{
    return acceptor->accept(acceptor->context, frames.first << BITFRAME_FRAME_SHIFT,
                            (frames.end - frames.first) << BITFRAME_FRAME_SHIFT);
}

#endif
