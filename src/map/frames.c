/* SPDX-License-Identifier: MIT */
/* frames.c - the frames that a map's ranges make, and the bytes lost on the way. */
#include "map/lists.h"

/** One past the number of the last frame below 2^64. */
#define FRAMES_END (UINT64_C(1) << (64 - BITFRAME_FRAME_SHIFT))

/** The state of a frame, and of the frames behind it up to @p until. */
struct piece {
    uint64_t until; /* a frame number */
    bool managed;
    bool reserved;     /* touched by a reservation that stays */
    bool reclaimable;  /* touched by one that goes */
    bool unaccepted;   /* not managed, and all of it is */
    bool hotpluggable; /* touched by memory that is */
};

static void shorten(struct piece *piece, uint64_t until)
{
    if (until < piece->until)
        piece->until = until;
}

/** Is every byte of @p frame in @p list? Shortens @p piece to the next frame where the answer may differ. */
static bool list_covers(struct list list, uint64_t frame, struct piece *piece)
{
    uint64_t i = first_reaching(list, frame << BITFRAME_FRAME_SHIFT);
    if (i == list.count)
        return false;
    /*
     * Frames [whole, whole_end), perhaps none, lie wholly in that range. No other range covers a frame that
     * this range reaches into: between two ranges at least one byte is in neither.
     */
    const struct bitframe_map_range *range = &list.ranges[i];
    uint64_t last = range->last_pa >> BITFRAME_FRAME_SHIFT;
    uint64_t whole =
        (range->first_pa >> BITFRAME_FRAME_SHIFT) + (range->first_pa % BITFRAME_FRAME_BYTES != 0);
    uint64_t whole_end = last + (range->last_pa % BITFRAME_FRAME_BYTES == BITFRAME_FRAME_BYTES - 1);
    if (whole <= frame && frame < whole_end) {
        shorten(piece, whole_end);
        return true;
    }
    shorten(piece, frame < whole ? whole : last + 1);
    return false;
}

/** Is any byte of @p frame in @p list? Shortens @p piece as above. */
static bool list_touches(struct list list, uint64_t frame, struct piece *piece)
{
    uint64_t i = first_reaching(list, frame << BITFRAME_FRAME_SHIFT);
    if (i == list.count)
        return false;
    uint64_t first = list.ranges[i].first_pa >> BITFRAME_FRAME_SHIFT;
    if (frame < first) {
        shorten(piece, first);
        return false;
    }
    shorten(piece, (list.ranges[i].last_pa >> BITFRAME_FRAME_SHIFT) + 1);
    return true;
}

/** Is the whole of @p frame below the map's end, and not frame 0? Likewise. */
static bool is_allowed(const struct bitframe_map *map, uint64_t frame, struct piece *piece)
{
    uint64_t end = (map->last_pa >> BITFRAME_FRAME_SHIFT) +
                   (map->last_pa % BITFRAME_FRAME_BYTES == BITFRAME_FRAME_BYTES - 1);
    if (frame == 0)
        piece->until = 1;
    else if (frame < end)
        shorten(piece, end);
    return frame != 0 && frame < end;
}

/** What @p frame is, which is below FRAMES_END. */
static struct piece piece_from(const struct bitframe_map *map, uint64_t frame)
{
    struct piece piece = {.until = FRAMES_END};
    bool allowed = is_allowed(map, frame, &piece);
    bool ram = list_covers(list_of(map, BITFRAME_MAP_RAM), frame, &piece);
    bool unaccepted = list_covers(list_of(map, BITFRAME_MAP_UNACCEPTED), frame, &piece);
    if (list_touches(list_of(map, BITFRAME_MAP_HOLE), frame, &piece))
        allowed = false;
    piece.managed = allowed && ram;
    piece.unaccepted = allowed && unaccepted && !ram;
    piece.reserved = list_touches(list_of(map, BITFRAME_MAP_RESERVED), frame, &piece);
    piece.reclaimable = list_touches(list_of(map, BITFRAME_MAP_RECLAIMABLE), frame, &piece);
    piece.hotpluggable = list_touches(list_of(map, BITFRAME_MAP_HOTPLUGGABLE), frame, &piece);
    return piece;
}

static bool is_in_view(struct piece piece, enum bitframe_map_view view)
{
    bool free = !piece.reserved && !piece.reclaimable;
    switch (view) {
    case BITFRAME_MAP_VIEW_SPANS: return piece.managed;
    case BITFRAME_MAP_VIEW_FREE: return piece.managed && free;
    case BITFRAME_MAP_VIEW_RESERVED: return piece.managed && !free;
    case BITFRAME_MAP_VIEW_RECLAIMABLE: return piece.managed && piece.reclaimable && !piece.reserved;
    case BITFRAME_MAP_VIEW_HOTPLUGGABLE: return piece.managed && piece.hotpluggable;
    case BITFRAME_MAP_VIEW_FIXED: return piece.managed && free && !piece.hotpluggable;
    case BITFRAME_MAP_VIEW_UNACCEPTED: return piece.unaccepted;
    }
    return false;
}

bool bitframe_map_next(const struct bitframe_map *map, enum bitframe_map_view view, uint64_t *frame,
                       struct bitframe_map_run *run)
{
    bool inside = false;
    uint64_t first = *frame;
    uint64_t end = *frame;
    while (end < FRAMES_END) {
        struct piece piece = piece_from(map, end);
        bool is_in = is_in_view(piece, view);
        if (inside && !is_in)
            break;
        if (is_in && !inside)
            first = end;
        inside = is_in;
        end = piece.until;
    }
    *frame = end;
    if (!inside)
        return false;
    run->first_pa = first << BITFRAME_FRAME_SHIFT;
    run->frames = end - first;
    return true;
}

/** Bytes in both @p a and @p b that lie at or below @p last_pa, modulo 2^64. */
static uint64_t common_bytes(struct list a, struct list b, uint64_t last_pa)
{
    uint64_t bytes = 0;
    uint64_t i = 0;
    uint64_t k = 0;
    while (i < a.count && k < b.count) {
        const struct bitframe_map_range *x = &a.ranges[i];
        const struct bitframe_map_range *y = &b.ranges[k];
        uint64_t first = x->first_pa > y->first_pa ? x->first_pa : y->first_pa;
        uint64_t last = x->last_pa < y->last_pa ? x->last_pa : y->last_pa;
        if (last > last_pa)
            last = last_pa;
        if (first <= last)
            bytes += last - first + 1;
        if (x->last_pa < y->last_pa)
            i++;
        else
            k++;
    }
    return bytes;
}

/** Does the list cover the whole address space? Its 2^64 bytes show as a sum of 0. */
static bool is_everything(struct list list)
{
    return list.count == 1 && list.ranges[0].first_pa == 0 && list.ranges[0].last_pa == UINT64_MAX;
}

/** Count the frames of each view. */
static void count_frames(const struct bitframe_map *map, struct bitframe_map_stats *stats)
{
    uint64_t spans = 0;
    uint64_t frames[BITFRAME_MAP_VIEWS];
    for (unsigned view = 0; view < BITFRAME_MAP_VIEWS; view++)
        frames[view] = 0;
    bool inside = false;
    for (uint64_t frame = 0; frame < FRAMES_END;) {
        struct piece piece = piece_from(map, frame);
        spans += piece.managed && !inside;
        inside = piece.managed;
        for (unsigned view = 0; view < BITFRAME_MAP_VIEWS; view++)
            frames[view] += is_in_view(piece, (enum bitframe_map_view)view) ? piece.until - frame : 0;
        frame = piece.until;
    }
    stats->spans = spans;
    stats->managed_frames = frames[BITFRAME_MAP_VIEW_SPANS];
    stats->free_frames = frames[BITFRAME_MAP_VIEW_FREE];
    stats->reserved_frames = frames[BITFRAME_MAP_VIEW_RESERVED];
    stats->reclaimable_frames = frames[BITFRAME_MAP_VIEW_RECLAIMABLE];
    stats->hotpluggable_frames = frames[BITFRAME_MAP_VIEW_HOTPLUGGABLE];
    stats->unaccepted_frames = frames[BITFRAME_MAP_VIEW_UNACCEPTED];
}

void bitframe_map_get_stats(const struct bitframe_map *map, struct bitframe_map_stats *stats)
{
    count_frames(map, stats);
    struct bitframe_map_range whole = {0, UINT64_MAX};
    struct list everything = {&whole, 1};
    struct list ram = list_of(map, BITFRAME_MAP_RAM);
    struct list holes = list_of(map, BITFRAME_MAP_HOLE);
    uint64_t last_pa = map->last_pa;
    uint64_t frame_0_last = last_pa < BITFRAME_FRAME_BYTES ? last_pa : BITFRAME_FRAME_BYTES - 1;
    uint64_t ram_bytes = common_bytes(ram, everything, UINT64_MAX);
    uint64_t hole_bytes = common_bytes(ram, holes, last_pa);
    stats->beyond_bytes = ram_bytes - common_bytes(ram, everything, last_pa);
    stats->frame_0_bytes =
        common_bytes(ram, everything, frame_0_last) - common_bytes(ram, holes, frame_0_last);
    stats->rounding_bytes = ram_bytes - stats->beyond_bytes - hole_bytes - stats->frame_0_bytes -
                            (stats->managed_frames << BITFRAME_FRAME_SHIFT);
    stats->ram_bytes = is_everything(ram) ? UINT64_MAX : ram_bytes;
    stats->hole_bytes =
        is_everything(ram) && is_everything(holes) && last_pa == UINT64_MAX ? UINT64_MAX : hole_bytes;
    stats->no_room_bytes = map->no_room_bytes;
    stats->wrapped_bytes = map->wrapped_bytes;
}
