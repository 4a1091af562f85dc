/* SPDX-License-Identifier: MIT */
/*
 * bitframe/adopt.h - a pool made again from its metadata alone
 *
 * Safety: that of <bitframe/bitframe.h>.
 */
#ifndef BITFRAME_ADOPT_H
#define BITFRAME_ADOPT_H

#include <bitframe/bitframe.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Make a pool again from its metadata: after a crash, in the next kernel, or in a kernel whose boot loader
 * made the pool. The metadata may have moved since; the new pool is the same.
 *
 * bitframe_adopt() trusts three things: the header, the tables (both checksummed and validated) and the
 * bitmap. Everything else is recomputed. Bits of frames that are reserved or not the pool's are cleared. A
 * call that was cut off has had the effect that the bitmap shows. A reservation, or its end, has happened or
 * has not. If it was cut off in between, the metadata are torn and refused.
 *
 * Offline ranges (<bitframe/offline.h>) are not in the metadata: their frames are allocated in the new pool.
 *
 * If caches were on when the metadata were written, either keep them on for the adopting kernel or clean the
 * metadata to memory first.
 *
 * @param pool            Storage for the pool, outside the metadata. What it held before does not matter.
 * @param metadata        Metadata of a pool that nothing else uses, aligned to BITFRAME_METADATA_ALIGN, the
 *                        pool's as long as it lives.
 * @param metadata_bytes  Their length, at least that with which the pool was made.
 *
 * @retval BITFRAME_OK           The pool is ready.
 * @retval BITFRAME_INVALID      A null pointer or misaligned metadata.
 * @retval BITFRAME_MALFORMED    Not the metadata of a pool, or damaged, or torn by a crash inside
 *                               bitframe_reserve(), bitframe_unreserve() or the making of a pool.
 * @retval BITFRAME_UNSUPPORTED  Metadata of another version of bitframe, or of frames of another size.
 * @retval BITFRAME_NO_ROOM      @p metadata_bytes is less than the header says, or than a header.
 *
 * A refusal changes neither @p pool nor @p metadata.
 *
 * @par Cost  Reads the bitmap once, in words, and writes the index above it; O(n * log(n)) for n spans and
 *            reservations. 900 bytes of stack.
 */
enum bitframe_status bitframe_adopt(struct bitframe *pool, void *metadata, uint64_t metadata_bytes);

#ifdef __cplusplus
}
#endif

#endif
