/* SPDX-License-Identifier: MIT */
/* frames.c - which frames a map's ranges come to, and what is lost on the way. */
#include "map/lists.h"

/** One past the number of the last frame below 2^64. */
#define FRAMES_END (UINT64_C(1) << (64 - BITFRAME_FRAME_SHIFT))

/** What a frame is, and those behind it up to and without @p until. */
struct piece {
    uint64_t until; /* a frame number */
    bool managed;
    bool reserved;    /* touched by a reservation that stays */
    bool reclaimable; /* touched by one that goes */
};

static void shorten(struct piece *piece, uint64_t until)
{
    if (until < piece->until)
        piece->until = until;
}

/** Is every byte of @p frame in @p list? Shortens @p piece to where that may change. */
static bool list_covers(struct list list, uint64_t frame, struct piece *piece)
{
    uint64_t i = first_reaching(list, frame << BITFRAME_FRAME_SHIFT);
    if (i == list.count)
        return false;
    /* The frames that lie wholly in that range are [whole, whole_end), which may be none. No other range
     * covers a frame that it reaches into: between two there is a byte of neither. */
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

/** Is any byte of @p frame in @p list? Shortens @p piece to where that may change. */
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

/** What @p frame is, which is below FRAMES_END. */
static struct piece piece_from(const struct bitframe_map *map, uint64_t frame)
{
    struct piece piece = {.until = FRAMES_END};
    if (frame == 0)
        piece.until = 1;
    bool ram = list_covers(list_of(map, BITFRAME_MAP_RAM), frame, &piece);
    bool hole = list_touches(list_of(map, BITFRAME_MAP_HOLE), frame, &piece);
    piece.managed = ram && !hole && frame != 0;
    piece.reserved = list_touches(list_of(map, BITFRAME_MAP_RESERVED), frame, &piece);
    piece.reclaimable = list_touches(list_of(map, BITFRAME_MAP_RECLAIMABLE), frame, &piece);
    return piece;
}

static bool is_in_view(struct piece piece, enum bitframe_map_view view)
{
    if (!piece.managed)
        return false;
    switch (view) {
    case BITFRAME_MAP_VIEW_SPANS: return true;
    case BITFRAME_MAP_VIEW_FREE: return !piece.reserved && !piece.reclaimable;
    case BITFRAME_MAP_VIEW_RESERVED: return piece.reserved || piece.reclaimable;
    case BITFRAME_MAP_VIEW_RECLAIMABLE: return piece.reclaimable && !piece.reserved;
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

/** Is it every byte there is? The count of those is 2^64, which a sum shows as 0. */
static bool is_everything(struct list list)
{
    return list.count == 1 && list.ranges[0].first_pa == 0 && list.ranges[0].last_pa == UINT64_MAX;
}

void bitframe_map_get_stats(const struct bitframe_map *map, struct bitframe_map_stats *stats)
{
    uint64_t spans = 0;
    uint64_t managed = 0;
    uint64_t reserved = 0;
    uint64_t reclaimable = 0;
    bool inside = false;
    for (uint64_t frame = 0; frame < FRAMES_END;) {
        struct piece piece = piece_from(map, frame);
        uint64_t frames = piece.until - frame;
        spans += piece.managed && !inside;
        inside = piece.managed;
        managed += is_in_view(piece, BITFRAME_MAP_VIEW_SPANS) ? frames : 0;
        reserved += is_in_view(piece, BITFRAME_MAP_VIEW_RESERVED) ? frames : 0;
        reclaimable += is_in_view(piece, BITFRAME_MAP_VIEW_RECLAIMABLE) ? frames : 0;
        frame = piece.until;
    }
    stats->spans = spans;
    stats->managed_frames = managed;
    stats->free_frames = managed - reserved;
    stats->reserved_frames = reserved;
    stats->reclaimable_frames = reclaimable;

    struct bitframe_map_range whole = {0, UINT64_MAX};
    struct list everything = {&whole, 1};
    struct list ram = list_of(map, BITFRAME_MAP_RAM);
    struct list holes = list_of(map, BITFRAME_MAP_HOLE);
    uint64_t frame_0_last = BITFRAME_FRAME_BYTES - 1;
    uint64_t ram_bytes = common_bytes(ram, everything, UINT64_MAX);
    uint64_t hole_bytes = common_bytes(ram, holes, UINT64_MAX);
    stats->frame_0_bytes =
        common_bytes(ram, everything, frame_0_last) - common_bytes(ram, holes, frame_0_last);
    stats->rounding_bytes =
        ram_bytes - hole_bytes - stats->frame_0_bytes - (stats->managed_frames << BITFRAME_FRAME_SHIFT);
    stats->ram_bytes = is_everything(ram) ? UINT64_MAX : ram_bytes;
    stats->hole_bytes = is_everything(ram) && is_everything(holes) ? UINT64_MAX : hole_bytes;
    stats->no_room_bytes = map->no_room_bytes;
    stats->wrapped_bytes = map->wrapped_bytes;
}
