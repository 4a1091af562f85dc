/* SPDX-License-Identifier: MIT */
#include "map/fit.h"

/** The same in [@p first, @p end). */
static uint64_t fit_in_run(uint64_t first, uint64_t end, const struct fit *fit)
{
    first = first < fit->first ? fit->first : first;
    end = end > fit->end ? fit->end : end;
    uint64_t at = (first + fit->align - 1) & ~(fit->align - 1);
    if (at >= end || end - at < fit->frames)
        return 0;
    return fit->highest ? (end - fit->frames) & ~(fit->align - 1) : at;
}

/** The same in all that is in @p view. */
static uint64_t fit_in_view(const struct bitframe_map *map, enum bitframe_map_view view,
                            const struct fit *fit)
{
    uint64_t found = 0;
    struct bitframe_map_run run;
    for (uint64_t frame = 0; bitframe_map_next(map, view, &frame, &run);) {
        uint64_t first = run.first_pa >> BITFRAME_FRAME_SHIFT;
        uint64_t at = fit_in_run(first, first + run.frames, fit);
        if (at != 0)
            found = at;
        if (at != 0 && !fit->highest)
            break;
    }
    return found;
}

uint64_t bitframe_map_fit(const struct bitframe_map *map, const struct fit *fit)
{
    uint64_t at = fit_in_view(map, BITFRAME_MAP_VIEW_FIXED, fit);
    return at != 0 ? at : fit_in_view(map, BITFRAME_MAP_VIEW_FREE, fit);
}
