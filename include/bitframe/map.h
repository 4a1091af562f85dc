/* SPDX-License-Identifier: MIT */
/*
 * bitframe/map.h - a description of physical memory, and the whole frames that it comes to
 *
 * A kernel tells a map what it knows, in any order: this is RAM, that is reserved, there is no memory here.
 * Ranges may overlap, touch, repeat and begin or end inside a frame. The map keeps them exactly, byte by
 * byte, and answers in frames only when it is read:
 *
 *  - A frame is managed if every byte of it is RAM and none is in a hole. RAM is thus rounded inward, but two
 *    pieces that meet inside a frame make it whole.
 *  - A managed frame is reserved if a reservation touches any byte of it.
 *  - Frame 0 is never managed.
 *
 * What was said first makes no difference. A hole outweighs RAM, so memory that anyone calls absent is never
 * handed out.
 *
 * Addresses are physical, bytes are bytes, and a range may end at 2^64. The map lives in storage that the
 * caller gives, one struct bitframe_map_range per range at most: storage for N ranges is enough for N calls
 * of bitframe_map_add(), whatever they say. Where it is not enough the map does not shrink silently: it is
 * incomplete from then on, and no pool is made from it.
 *
 * Safety: a map has one owner. No call locks, blocks, allocates or recurses, and each works from the first
 * instruction of boot, MMU off; a call that only reads may overlap others that only read.
 */
#ifndef BITFRAME_MAP_H
#define BITFRAME_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include <bitframe/bitframe.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a range of memory is. */
enum bitframe_map_kind {
    /** Memory to manage. */
    BITFRAME_MAP_RAM = 0,
    /** Memory that is in use: the kernel's image, the device tree, a module. To be freed by the kernel, if
       ever. */
    BITFRAME_MAP_RESERVED,
    /** The same, and of no use once boot is over: boot services' data, a boot loader's page tables. */
    BITFRAME_MAP_RECLAIMABLE,
    /** Not memory, or not the kernel's: registers, firmware's own, `no-map`. Outweighs RAM. */
    BITFRAME_MAP_HOLE,
};

/** Kinds of range. */
#define BITFRAME_MAP_KINDS 4

/** Which frames to read out of a map. */
enum bitframe_map_view {
    /** The managed frames: each run is a span, as long as it can be. */
    BITFRAME_MAP_VIEW_SPANS = 0,
    /** Managed, and no reservation of either kind touches them. */
    BITFRAME_MAP_VIEW_FREE,
    /** Managed, and a reservation of either kind touches them. */
    BITFRAME_MAP_VIEW_RESERVED,
    /** Of the reserved frames those that only reclaimable reservations touch. */
    BITFRAME_MAP_VIEW_RECLAIMABLE,
};

/** One range of a map, as it is stored: not empty, and able to end with the last byte below 2^64. */
struct bitframe_map_range {
    uint64_t first_pa; /**< PA of its first byte. */
    uint64_t last_pa;  /**< PA of its last byte. */
};

/** Whole frames, one after the other. */
struct bitframe_map_run {
    uint64_t first_pa; /**< PA of the first frame. */
    uint64_t frames;   /**< How many, at least 1. */
};

/**
 * A map. The caller owns it and its storage; the members are bitframe's own and may only be read.
 *
 * Invariants:
 *  - ranges[] holds the ranges of kind 0, then those of kind 1 and so on, counts[kind] of each, their sum at
 *    most capacity.
 *  - The ranges of a kind ascend, and between any two of them lies at least one byte that is in neither.
 */
struct bitframe_map {
    struct bitframe_map_range *ranges;   /* the caller's storage */
    uint64_t capacity;                   /* ranges it has room for */
    uint64_t counts[BITFRAME_MAP_KINDS]; /* ranges in use, by kind */
    uint64_t no_room_bytes;              /* asked for, and there was no room */
    uint64_t wrapped_bytes;              /* asked for, of ranges that pass 2^64 */
    uint64_t incomplete;                 /* not 0: a range is missing */
};

/** What a map comes to. Figures in bytes stop at 2^64 - 1. */
struct bitframe_map_stats {
    uint64_t spans;              /**< Runs of managed frames. */
    uint64_t managed_frames;     /**< All frames of the spans. */
    uint64_t free_frames;        /**< Of these, not reserved. */
    uint64_t reserved_frames;    /**< Of the managed, reserved in either way. */
    uint64_t reclaimable_frames; /**< Of the reserved, those of BITFRAME_MAP_VIEW_RECLAIMABLE. */

    uint64_t ram_bytes;      /**< All RAM that was added, counted once. Each byte of it is in a managed frame
                                  or in exactly one of the next three figures. */
    uint64_t hole_bytes;     /**< RAM that a hole covers. */
    uint64_t frame_0_bytes;  /**< RAM in frame 0, beside holes. */
    uint64_t rounding_bytes; /**< RAM in other frames that are not RAM throughout, beside holes. */

    uint64_t no_room_bytes; /**< Of ranges that were refused with BITFRAME_NO_ROOM, once per call. */
    uint64_t wrapped_bytes; /**< Of ranges that pass 2^64, as far as they were not added, once per call. */
};

/**
 * Make an empty map.
 *
 * Starts over whatever @p map and @p storage held before.
 *
 * @param map      The map.
 * @param storage  Room for its ranges, 8-byte aligned, the map's as long as it lives.
 * @param ranges   How many ranges it has room for, at least 1. The room of each is 16 bytes.
 *
 * @retval BITFRAME_OK       The map is empty.
 * @retval BITFRAME_INVALID  A null pointer, misaligned storage, no room at all, or storage that passes the
 * end of the address space; nothing changed.
 *
 * @par Cost  O(1).
 */
enum bitframe_status bitframe_map_init(struct bitframe_map *map, struct bitframe_map_range *storage,
                                       uint64_t ranges);

/**
 * Add a range of memory.
 *
 * A range that passes 2^64 is a mistake, and is answered so that less is handed out and not more: as RAM it
 * is not believed and refused whole; any other kind is added up to 2^64, and the rest, which no memory
 * could ever be, is counted in wrapped_bytes.
 *
 * @param map       The map.
 * @param kind      What the range is.
 * @param first_pa  Its first byte, any value.
 * @param bytes     Its length; 0 adds nothing.
 *
 * @retval BITFRAME_OK       The map knows the range.
 * @retval BITFRAME_INVALID  No such kind, or RAM that passes 2^64, counted in wrapped_bytes; nothing else
 * changed.
 * @retval BITFRAME_NO_ROOM  The range meets none of its kind and all storage is in use. It is counted in
 *                           no_room_bytes and the map is incomplete for good; nothing else changed.
 *
 * @par Cost  O(ranges in the map).
 */
enum bitframe_status bitframe_map_add(struct bitframe_map *map, enum bitframe_map_kind kind,
                                      uint64_t first_pa, uint64_t bytes);

/** Does the map know every range that it was told of? A pool is only made from one that does. */
static inline bool bitframe_map_is_complete(const struct bitframe_map *map)
{
    return map->incomplete == 0;
}

/**
 * Read the next run of frames, ascending. Runs of one view neither overlap nor touch.
 *
 *     uint64_t frame = 0;
 *     while (bitframe_map_next(&map, BITFRAME_MAP_VIEW_SPANS, &frame, &span))
 *         ...
 *
 * @param map    The map, complete or not.
 * @param view   Which frames.
 * @param frame  Frame number (PA >> BITFRAME_FRAME_SHIFT) to look from; becomes the one behind the run. A run
 *               that began below it is given from there on.
 * @param run    The run; written only if there is one.
 *
 * @return  Whether there is one; no other follows if not.
 *
 * @par Cost  O(log(ranges)) for each range that begins or ends on the way.
 */
bool bitframe_map_next(const struct bitframe_map *map, enum bitframe_map_view view, uint64_t *frame,
                       struct bitframe_map_run *run);

/**
 * Count what a map comes to, and what was lost on the way.
 *
 * @param map      The map, complete or not.
 * @param figures  Filled in.
 *
 * @par Cost  O(ranges * log(ranges)).
 */
void bitframe_map_get_stats(const struct bitframe_map *map, struct bitframe_map_stats *stats);

/**
 * How much metadata a pool over a map needs: under 0.13 bytes per frame for each stretch of memory, a fixed
 * amount, and 16 bytes per reservation, with room for BITFRAME_SPARE_RESERVED more.
 *
 * @param map    The map.
 * @param bytes  Becomes the number of bytes.
 *
 * @retval BITFRAME_OK          Done.
 * @retval BITFRAME_INVALID     A null pointer, or the map manages no frame or too many for a pool.
 * @retval BITFRAME_INCOMPLETE  The map lacks a range that it was told of.
 *
 * @par Cost  O(ranges * log(ranges)).
 */
enum bitframe_status bitframe_map_get_metadata_bytes(const struct bitframe_map *map, uint64_t *bytes);

/**
 * Make a pool of what a map manages: all its spans, what is not reserved free.
 *
 * Starts over whatever @p pool and @p metadata held before. The map is only read, and not needed afterwards.
 *
 * @param pool            Storage for the pool.
 * @param map             The map.
 * @param metadata        Memory for bitmap, index and tables, BITFRAME_METADATA_ALIGN-aligned, the pool's as
 * long as it lives. Where it is RAM that the map manages the map must have it reserved.
 * @param metadata_bytes  Its length, at least what bitframe_map_get_metadata_bytes() says.
 *
 * @retval BITFRAME_OK          The pool is ready.
 * @retval BITFRAME_INVALID     A null pointer, misaligned metadata, or a map that manages no frame or too
 * many.
 * @retval BITFRAME_INCOMPLETE  The map lacks a range that it was told of: it might be a reservation.
 * @retval BITFRAME_NO_ROOM     @p metadata_bytes is too small.
 *
 * @par Cost  One store per 64 frames, twice, and the index over them.
 */
enum bitframe_status bitframe_init_map(struct bitframe *pool, const struct bitframe_map *map, void *metadata,
                                       uint64_t metadata_bytes);

/**
 * Find the lowest place in a map's own free memory for a pool's metadata, and reserve it there.
 *
 * @param map    The map.
 * @param pa     Becomes the PA of the place, frame-aligned.
 * @param bytes  Becomes its length, enough for bitframe_init_map() with this map as it is now.
 *
 * @retval BITFRAME_OK          The place is reserved in the map.
 * @retval BITFRAME_NONE        No stretch of free memory is long enough; nothing changed.
 * @retval BITFRAME_INVALID     A null pointer, or a map that manages no frame or too many; nothing changed.
 * @retval BITFRAME_INCOMPLETE  The map lacks a range that it was told of; nothing changed.
 * @retval BITFRAME_NO_ROOM     The map has no room for the reservation; but for that, nothing changed.
 *
 * @par Cost  O(ranges * log(ranges)).
 */
enum bitframe_status bitframe_place(struct bitframe_map *map, uint64_t *pa, uint64_t *bytes);

#ifdef __cplusplus
}
#endif

#endif
