/* SPDX-License-Identifier: MIT */
#include "test_map.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guarded.h"

enum bitframe_status guarded_map(struct bitframe_map *map, uint64_t ranges)
{
    static struct guarded room;
    static unsigned turn;
    uint64_t bytes = ranges * sizeof(struct bitframe_map_range);
    void *storage = guarded_at(&room, bytes, sizeof(uint64_t), (enum guarded_end)(turn++ % GUARDED_ENDS));
    memset(storage, GARBAGE, bytes);
    return bitframe_map_init(map, storage, ranges);
}

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
