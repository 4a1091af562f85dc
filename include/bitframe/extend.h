/* SPDX-License-Identifier: MIT */
/*
 * bitframe/extend.h - a pool over more memory: hot-plug, or memory that firmware releases late
 *
 * Safety: that of <bitframe/bitframe.h>.
 */
#ifndef BITFRAME_EXTEND_H
#define BITFRAME_EXTEND_H

#include <bitframe/map.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Bytes of metadata that bitframe_extend() needs, with room for BITFRAME_SPARE_RESERVED more reservations.
 *
 * @param map    All memory that the pool shall manage.
 * @param bytes  Becomes the number of bytes. Valid until a call reserves or unreserves frames of the pool.
 *
 * @retval BITFRAME_OK          Done.
 * @retval BITFRAME_INVALID     A null pointer, or the map lacks a frame that the pool manages, or manages too
 *                              many for a pool.
 * @retval BITFRAME_OFFLINE     A new frame lies in an offline range.
 * @retval BITFRAME_INCOMPLETE  The map lacks a range that did not fit its storage.
 *
 * @par Cost  O(n * log(n)) for n ranges in the map, spans and reservations in the pool, and once more over
 *            the ranges for each offline range.
 */
enum bitframe_status bitframe_get_extend_bytes(const struct bitframe *pool, const struct bitframe_map *map,
                                               uint64_t *bytes);

/**
 * Make a pool manage every frame that a map manages. The pool's frames stay free, allocated, reserved or
 * offline, even if the map says otherwise. A new frame is free unless the map has it reserved. The pool
 * leaves its old metadata and moves into the new. Nothing else moves.
 *
 * The table of reservations becomes one entry for each run of reserved frames, with room for
 * BITFRAME_SPARE_RESERVED more. A reservation across a hole may become several entries.
 *
 * A map of the same frames is allowed: to move the metadata, or to make room for reservations. Do not extend
 * the pool of <bitframe/page_alloc.h>, whose range is a constant.
 *
 * @param pool            The pool. It stays where it is.
 * @param map             What to manage: every frame of the pool, and more. The call only reads it, and the
 *                        pool does not need it afterwards.
 * @param metadata        Memory for the new metadata, aligned to BITFRAME_METADATA_ALIGN, the pool's as long
 *                        as it lives. It overlaps neither the old metadata nor @p pool. Frames of the pool
 *                        among it are allocated or reserved; other frames of the map are reserved in the map.
 * @param metadata_bytes  Its length, at least what bitframe_get_extend_bytes() says.
 *
 * @retval BITFRAME_OK          Done. The old metadata are the caller's: if bitframe_place() had reserved
 *                              frames for them, bitframe_unreserve() frees those. bitframe_adopt() refuses
 *                              them.
 * @retval BITFRAME_INVALID     A null pointer; metadata that are misaligned or overlap the old or @p pool;
 *                              or the map lacks a frame of the pool, or manages too many.
 * @retval BITFRAME_OFFLINE     A new frame lies in an offline range, whose record does not know it.
 * @retval BITFRAME_INCOMPLETE  The map lacks a range that did not fit: it might be a reservation.
 * @retval BITFRAME_NO_ROOM     @p metadata_bytes is too small.
 *
 * A refusal changes nothing. After a crash inside the call bitframe_adopt() accepts the old metadata, the
 * new or both, and both agree on the pool's old frames.
 *
 * @par Cost  Reads the old bitmap once, writes the new twice and reads it once, and the index above it;
 *            O(n * log(n)) for n ranges in the map, spans and reservations. 1.3 KiB of stack.
 */
enum bitframe_status bitframe_extend(struct bitframe *pool, const struct bitframe_map *map, void *metadata,
                                     uint64_t metadata_bytes);

#ifdef __cplusplus
}
#endif

#endif
