/* SPDX-License-Identifier: MIT */
/*
 * bitframe/map_pool.h - a pool of all that a map manages, and a place for its metadata
 *
 * bitframe/map.h includes this.
 */
#ifndef BITFRAME_MAP_POOL_H
#define BITFRAME_MAP_POOL_H

#include <stdint.h>

#include <bitframe/bitframe.h>
#include <bitframe/map.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * How much metadata a pool over a map needs: under 0.13 bytes per frame, a fixed amount for each span,
 * and 16 bytes per reservation, with room for BITFRAME_SPARE_RESERVED more.
 *
 * @param map    The map.
 * @param bytes  Becomes the number of bytes.
 *
 * @retval BITFRAME_OK          Done.
 * @retval BITFRAME_INVALID     A null pointer, or the map manages no frame or too many for a pool.
 * @retval BITFRAME_INCOMPLETE  The map lacks a range that was added.
 *
 * @par Cost  O(ranges * log(ranges)).
 */
enum bitframe_status bitframe_map_get_metadata_bytes(const struct bitframe_map *map, uint64_t *bytes);

/**
 * Make a pool of all spans that a map manages. Frames that the map has not reserved are free.
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
 * @retval BITFRAME_INCOMPLETE  The map lacks a range that was added: it might be a reservation.
 * @retval BITFRAME_NO_ROOM     @p metadata_bytes is too small.
 *
 * @par Cost  One store per 64 frames, twice, and the index over them.
 */
enum bitframe_status bitframe_init_map(struct bitframe *pool, const struct bitframe_map *map, void *metadata,
                                       uint64_t metadata_bytes);

/**
 * Find a place in a map's own free memory for a pool's metadata, and reserve it there.
 *
 * The place is the lowest that is long enough at or above 16 MiB, because some devices reach only what lies
 * below. If there is none, it is the lowest below 16 MiB. Hotpluggable memory is used only if there is no
 * other place, because metadata are never moved.
 *
 * @param map    The map.
 * @param pa     Becomes the PA of the place, frame-aligned.
 * @param bytes  Becomes its length, enough for bitframe_init_map() with this map as it is now.
 *
 * @retval BITFRAME_OK          The place is reserved in the map.
 * @retval BITFRAME_NONE        No run of free memory is long enough; nothing changed.
 * @retval BITFRAME_INVALID     A null pointer, or a map that manages no frame or too many; nothing changed.
 * @retval BITFRAME_INCOMPLETE  The map lacks a range that was added; nothing changed.
 * @retval BITFRAME_NO_ROOM     The map has no room for the reservation; but for that, nothing changed.
 *
 * @par Cost  O(ranges * log(ranges)).
 */
enum bitframe_status bitframe_place(struct bitframe_map *map, uint64_t *pa, uint64_t *bytes);

/**
 * The same within limits: where the kernel's first page tables reach, say, or on the memory of one node.
 *
 * @param map     The map.
 * @param limits  As for bitframe_alloc_run(): align, min_pa, max_pa and BITFRAME_HIGHEST, by which the
 *                highest place is chosen. The place is at least frames long: 0 for what the pool needs, more
 *                to have room for bitframe_extend().
 * @param pa      As above.
 * @param bytes   As above.
 *
 * @return  As above. BITFRAME_INVALID also if align is no power of two, for a boundary, or for another flag.
 *
 * @par Cost  O(ranges * log(ranges)).
 */
enum bitframe_status bitframe_place_within(struct bitframe_map *map, const struct bitframe_request *limits,
                                           uint64_t *pa, uint64_t *bytes);

#ifdef __cplusplus
}
#endif

#endif
