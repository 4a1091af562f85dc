/* SPDX-License-Identifier: MIT */
/*
 * bitframe/check.h - the audit of a pool
 *
 * Safety: that of <bitframe/bitframe.h>; a call only reads.
 */
#ifndef BITFRAME_CHECK_H
#define BITFRAME_CHECK_H

#include <bitframe/bitframe.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The result of bitframe_check(). The invariants are those of struct bitframe (<bitframe/detail.h>). */
enum bitframe_invariant {
    BITFRAME_SOUND = 0,    /**< Every invariant holds. */
    BITFRAME_BAD_TABLES,   /**< Spans, segments or reservations overlap or are out of order. */
    BITFRAME_BAD_PADDING,  /**< A bit that stands for no frame of the pool is set. */
    BITFRAME_BAD_RESERVED, /**< A reserved frame is free, or their count is wrong. */
    BITFRAME_BAD_INDEX,    /**< An index bit disagrees with the word below it. */
    BITFRAME_BAD_HUGE,     /**< The index of free huge frames disagrees with the bitmap. */
    BITFRAME_BAD_COUNT,    /**< The free count is not the number of free frames. */
    BITFRAME_BAD_CURSOR,   /**< The cursor or next is not at the lowest free frame. */
    BITFRAME_BAD_WINDOW,   /**< The window holds a frame that is reserved, offline or not the pool's. */
    BITFRAME_BAD_HEADER,   /**< The metadata's header is not that of the tables: bitframe_adopt() refuses. */
    BITFRAME_BAD_OFFLINE,  /**< A record of an offline range, or the count of offline frames, is wrong. */
};

/**
 * Verify every invariant of a pool. Trusts only its tables, once they are verified, and the bitmap.
 *
 * @return  BITFRAME_SOUND, or the first invariant found broken.
 *
 * @par Cost  Reads the bitmap five times and the index once.
 */
enum bitframe_invariant bitframe_check(const struct bitframe *pool);

/** The name of an invariant, such as "index". Never null; static storage. */
const char *bitframe_get_invariant_name(enum bitframe_invariant invariant);

#ifdef __cplusplus
}
#endif

#endif
