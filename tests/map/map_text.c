/* SPDX-License-Identifier: MIT */
#include "map_text.h"

#include <inttypes.h>
#include <stdio.h>

const char *map_text(const struct bitframe_map *map, enum bitframe_map_view view)
{
    static char texts[8][1024];
    static unsigned turn;
    char *text = texts[turn++ % 8];
    size_t used = 0;
    uint64_t frame = 0;
    struct bitframe_map_run run;
    text[0] = 0;
    while (used < sizeof(texts[0]) && bitframe_map_next(map, view, &frame, &run))
        used += (size_t)snprintf(text + used, sizeof(texts[0]) - used, "%s%#" PRIx64 "+%" PRIu64,
                                 used ? " " : "", run.first_pa, run.frames);
    return text;
}
