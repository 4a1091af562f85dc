/* SPDX-License-Identifier: MIT */
/* room.h - metadata and storage of a pool in guarded memory, exactly as long as it asks for, and copies of
 * them. */
#ifndef BITFRAME_TESTS_ROOM_H
#define BITFRAME_TESTS_ROOM_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <bitframe/map.h>
#include <bitframe/shared.h>

#include "guarded.h"

struct room {
    void *metadata, *storage;
    uint64_t metadata_bytes, storage_bytes;
};

/** Room for a pool of @p frames frames from @p base on and @p cpus CPUs, whose bitmap has @p words words. */
static inline bool room_open(struct room *room, uint64_t base, uint64_t frames, uint32_t cpus, uint64_t words,
                             enum guarded_end end)
{
    struct bitframe_map_range range;
    struct bitframe_map map;
    if (bitframe_map_init(&map, &range, 1) != BITFRAME_OK ||
        bitframe_map_add(&map, BITFRAME_MAP_RAM, base, frames * BITFRAME_FRAME_BYTES) != BITFRAME_OK ||
        bitframe_map_get_metadata_bytes(&map, &room->metadata_bytes) != BITFRAME_OK)
        return false;
    room->storage_bytes = BITFRAME_SHARE_BYTES(cpus, words);
    room->metadata = guarded_open(room->metadata_bytes, BITFRAME_METADATA_ALIGN, end);
    room->storage = guarded_open(room->storage_bytes, BITFRAME_SHARE_ALIGN, end);
    return true;
}

static inline void room_close(struct room *room)
{
    if (!room->metadata)
        return;
    guarded_close(room->metadata, room->metadata_bytes);
    guarded_close(room->storage, room->storage_bytes);
    room->metadata = NULL;
}

/** Make @p to what @p from is. Rooms for copies alone need no guards. */
static inline void room_copy(const struct room *to, const struct room *from)
{
    memcpy(to->metadata, from->metadata, from->metadata_bytes);
    memcpy(to->storage, from->storage, from->storage_bytes);
}

/** Does @p address lie in it? */
static inline bool room_holds(const struct room *room, const volatile void *address)
{
    return (uintptr_t)address - (uintptr_t)room->metadata < room->metadata_bytes ||
           (uintptr_t)address - (uintptr_t)room->storage < room->storage_bytes;
}

#endif
