/* SPDX-License-Identifier: MIT */
/*
 * bitframe/map.h - a description of physical memory, and the whole frames in it
 *
 * A kernel adds ranges to a map, in any order: RAM, reserved memory, holes. Ranges may overlap, touch, repeat
 * and begin or end inside a frame. The map keeps them exactly, byte by byte, and makes frames of them only
 * when it is read:
 *
 * - A frame is managed if every byte of it is RAM and none is in a hole. RAM is thus rounded inward, but two
 *   partial ranges that meet inside a frame make it whole.
 * - A managed frame is reserved if a reservation touches any byte of it.
 * - Frame 0 is never managed.
 *
 * The order of calls makes no difference. A hole outweighs RAM, so memory that one call says is absent is never
 * handed out. RAM outweighs unaccepted memory.
 *
 * Addresses are physical, bytes are bytes, and a range may end at 2^64. The map lives in storage that the
 * caller provides, at most one struct bitframe_map_range per range: storage for N ranges is enough for any N
 * calls of bitframe_map_add(). If the storage is too small, the map loses no range in silence: it is
 * incomplete from then on, and no pool can be made from it.
 *
 * Safety: a map has one owner. No call locks, blocks, allocates or recurses. Each works from the first
 * instruction of boot, MMU off. A call that only reads may overlap others that only read.
 */
#ifndef BITFRAME_MAP_H
#define BITFRAME_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include <bitframe/bitframe.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Kinds of memory. */
enum bitframe_map_kind {
    /** Memory to manage. */
    BITFRAME_MAP_RAM = 0,
    /** RAM in use: the kernel's image, the device tree, a module. The kernel frees it, if ever. */
    BITFRAME_MAP_RESERVED,
    /** RAM in use until boot is over: boot services' data, a boot loader's page tables. */
    BITFRAME_MAP_RECLAIMABLE,
    /** No memory, or not the kernel's: registers, the firmware's own memory, `no-map`. Outweighs RAM. */
    BITFRAME_MAP_HOLE,
    /** Memory that the kernel must accept before it first touches it (UEFI, in a confidential guest). Not
       managed. What the kernel has accepted it adds as RAM, which outweighs this. */
    BITFRAME_MAP_UNACCEPTED,
    /** Memory that may be taken away while the kernel runs. Says nothing of whether it is RAM. */
    BITFRAME_MAP_HOTPLUGGABLE,
};

/** Kinds of range. */
#define BITFRAME_MAP_KINDS 6

/** The frames to read out of a map. */
enum bitframe_map_view {
    /** The managed frames. Each run is a span, as long as possible. */
    BITFRAME_MAP_VIEW_SPANS = 0,
    /** Managed, and no reservation of either kind touches them. */
    BITFRAME_MAP_VIEW_FREE,
    /** Managed, and a reservation of either kind touches them. */
    BITFRAME_MAP_VIEW_RESERVED,
    /** The reserved frames that only reclaimable ranges touch. */
    BITFRAME_MAP_VIEW_RECLAIMABLE,
    /** Managed, and hotpluggable memory touches them. */
    BITFRAME_MAP_VIEW_HOTPLUGGABLE,
    /** Free, and no hotpluggable memory touches them: for what can never be moved. */
    BITFRAME_MAP_VIEW_FIXED,
    /** Not managed, in no hole, and unaccepted throughout. */
    BITFRAME_MAP_VIEW_UNACCEPTED,
};

/** Views. */
#define BITFRAME_MAP_VIEWS 7

/** One range of a map, as it is stored: not empty, and able to end with the last byte below 2^64. */
struct bitframe_map_range {
    uint64_t first_pa; /**< PA of its first byte. */
    uint64_t last_pa;  /**< PA of its last byte. */
};

/** A run of adjacent frames. */
struct bitframe_map_run {
    uint64_t first_pa; /**< PA of the first frame. */
    uint64_t frames;   /**< How many, at least 1. */
};

/**
 * A map. The caller owns it and its storage; the members are bitframe's own and may only be read.
 *
 * Invariants:
 *  - ranges[] holds the ranges of kind 0, then those of kind 1 and so on, counts[kind] of each. Their sum is
 *    at most capacity.
 *  - The ranges of a kind ascend. Between any two of them lies at least one byte that is in neither.
 */
struct bitframe_map {
    struct bitframe_map_range *ranges;   /* the caller's storage */
    uint64_t capacity;                   /* ranges it has room for */
    uint64_t counts[BITFRAME_MAP_KINDS]; /* ranges in use, by kind */
    uint64_t last_pa;                    /* of bitframe_map_set_end(): memory above it is not managed */
    uint64_t no_room_bytes;              /* asked for, and there was no room */
    uint64_t wrapped_bytes;              /* asked for, of ranges that pass 2^64 */
    uint64_t incomplete;                 /* not 0: a range is missing */
};

/** The frames of a map, and the bytes lost. Counts of bytes stop at 2^64 - 1. */
struct bitframe_map_stats {
    uint64_t spans;               /**< Runs of managed frames. */
    uint64_t managed_frames;      /**< All frames of the spans. */
    uint64_t free_frames;         /**< Of these, not reserved. */
    uint64_t reserved_frames;     /**< Of the managed, reserved in either way. */
    uint64_t reclaimable_frames;  /**< Of the reserved, those of BITFRAME_MAP_VIEW_RECLAIMABLE. */
    uint64_t hotpluggable_frames; /**< Of the managed, those of BITFRAME_MAP_VIEW_HOTPLUGGABLE. */
    uint64_t unaccepted_frames;   /**< Not managed: those of BITFRAME_MAP_VIEW_UNACCEPTED. */

    uint64_t ram_bytes;      /**< All RAM that was added, counted once. Each byte of it is in a managed frame
                                  or in exactly one of the next four figures. */
    uint64_t beyond_bytes;   /**< RAM at or above the end of bitframe_map_set_end(). */
    uint64_t hole_bytes;     /**< RAM that a hole covers, below that. */
    uint64_t frame_0_bytes;  /**< RAM in frame 0, beside holes. */
    uint64_t rounding_bytes; /**< RAM in other frames that are not RAM throughout, beside holes. */

    uint64_t no_room_bytes; /**< Of ranges that were refused with BITFRAME_NO_ROOM, once per call. */
    uint64_t wrapped_bytes; /**< Not added, of ranges that pass 2^64, once per call. */
};

/**
 * Make an empty map. The former contents of @p map and @p storage do not matter.
 *
 * @param map      The map.
 * @param storage  Room for its ranges, 8-byte aligned, the map's as long as it lives.
 * @param ranges   How many ranges it has room for, at least 1. Each takes 16 bytes.
 *
 * @retval BITFRAME_OK       The map is empty.
 * @retval BITFRAME_INVALID  A null pointer, misaligned storage, no room at all, or storage that passes the
 *                           end of the address space; nothing changed.
 *
 * @par Cost  O(1).
 */
enum bitframe_status bitframe_map_init(struct bitframe_map *map, struct bitframe_map_range *storage,
                                       uint64_t ranges);

/**
 * Add a range of memory.
 *
 * A range that passes 2^64 is a mistake. The map answers it so that less is handed out, not more: RAM or
 * unaccepted memory is refused whole; any other kind is added up to 2^64, and the rest is counted in
 * wrapped_bytes.
 *
 * @param map       The map.
 * @param kind      The kind of memory.
 * @param first_pa  Its first byte, any value.
 * @param bytes     Its length; 0 adds nothing.
 *
 * @retval BITFRAME_OK       The map knows the range.
 * @retval BITFRAME_INVALID  No such kind, or memory that passes 2^64, counted in wrapped_bytes; nothing else
 * changed.
 * @retval BITFRAME_NO_ROOM  The range meets none of its kind and all storage is in use. It is counted in
 *                           no_room_bytes and the map is incomplete for good; nothing else changed.
 *
 * @par Cost  O(ranges in the map).
 */
enum bitframe_status bitframe_map_add(struct bitframe_map *map, enum bitframe_map_kind kind,
                                      uint64_t first_pa, uint64_t bytes);

/**
 * Leave out all memory at or above @p end_pa, whether it is added before this call or after it.
 *
 * Firmware has been seen to claim memory where the CPU has no addresses, and a kernel can only use what its
 * linear map reaches. RAM beyond the end is in no view, and counted in beyond_bytes.
 *
 * @param map     The map.
 * @param end_pa  One past the last address: 2^48 for a CPU with 48 bits, say. 0 is no end, as at first.
 *
 * @par Cost  O(1).
 */
static inline void bitframe_map_set_end(struct bitframe_map *map, uint64_t end_pa)
{
    map->last_pa = end_pa - 1;
}

/** Does the map hold every range that was added? A pool is made only from one that does. */
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
 * @param frame  Frame number (PA >> BITFRAME_FRAME_SHIFT) to search from. Becomes the number of the frame
 *               behind the run. A run that began below it is cut there.
 * @param run    The run. Written only if there is one.
 *
 * @return  Whether there is a run. If not, no other follows.
 *
 * @par Cost  O(log(ranges)) for each range that begins or ends on the way.
 */
bool bitframe_map_next(const struct bitframe_map *map, enum bitframe_map_view view, uint64_t *frame,
                       struct bitframe_map_run *run);

/**
 * Count the frames of a map, and the bytes that were lost.
 *
 * @param map    The map, complete or not.
 * @param stats  Filled in.
 *
 * @par Cost  O(ranges * log(ranges)).
 */
void bitframe_map_get_stats(const struct bitframe_map *map, struct bitframe_map_stats *stats);

#ifdef __cplusplus
}
#endif

#include <bitframe/map_pool.h>

#endif
