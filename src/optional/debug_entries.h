/* SPDX-License-Identifier: MIT */
/* debug_entries.h - an entry per bit of the bitmap: its frame's owner, and whether that holds the pattern. */
#ifndef BITFRAME_OPTIONAL_DEBUG_ENTRIES_H
#define BITFRAME_OPTIONAL_DEBUG_ENTRIES_H

#include <bitframe/debug.h>

#include "layout/tables.h"

#define POISONED UINT32_C(0x80000000)
#define NO_OWNER UINT32_MAX /* never the entry of an allocated frame, which lacks POISONED */

/** The record of a pool that is debugged with one of @p flags, else null. */
static inline struct bitframe_debug *debug_record(const struct bitframe *pool, uint32_t flags)
{
    struct bitframe_debug *debug = (struct bitframe_debug *)(void *)pool_word(pool, pool->debug);
    return pool->debug != 0 && (debug->flags & flags) != 0 ? debug : 0;
}

/** The entries of a pool, one for each bit of the bitmap. */
static inline uint32_t *debug_entries(const struct bitframe *pool, const struct bitframe_debug *debug)
{
    return (uint32_t *)(void *)pool_word(pool, debug->entries);
}

#endif
