/* SPDX-License-Identifier: MIT */
/* offline_records.h - the records of offline ranges, for the calls that meet such frames. */
#ifndef BITFRAME_LAYOUT_OFFLINE_RECORDS_H
#define BITFRAME_LAYOUT_OFFLINE_RECORDS_H

#include <bitframe/offline.h>

#include "layout/tables.h"

/** The record at @p distance bytes from the pool. Null for distance 0, where the pool itself lies. */
static inline struct bitframe_offline_range *offline_at(const struct bitframe *pool, uint64_t distance)
{
    return distance == 0 ? 0 : (struct bitframe_offline_range *)(void *)pool_word(pool, distance);
}

/** The bits of a record. */
static inline uint64_t *offline_words(const struct bitframe *pool,
                                      const struct bitframe_offline_range *record)
{
    return pool_word(pool, record->words);
}

/** Bit of @p frame, a frame of the range of @p record. */
static inline uint64_t offline_bit(const struct bitframe_offline_range *record, uint64_t frame)
{
    return frame - record->first / WORD_BITS * WORD_BITS;
}

/** Number of words that hold the bits of frames [@p first, @p end), at least one frame. */
static inline uint64_t offline_word_count(uint64_t first, uint64_t end)
{
    return (end - 1) / WORD_BITS - first / WORD_BITS + 1;
}

/** The part of [@p first, @p end) that lies in the range of @p record. They must overlap. */
static inline struct span offline_clip(const struct bitframe_offline_range *record, uint64_t first,
                                       uint64_t end)
{
    return (struct span){
        .first = record->first > first ? record->first : first,
        .end = record->end < end ? record->end : end,
    };
}

/** Is @p frame, a frame of the range of @p record, in use? */
static inline bool offline_is_in_use(const struct bitframe *pool, const struct bitframe_offline_range *record,
                                     uint64_t frame)
{
    uint64_t bit = offline_bit(record, frame);
    return (offline_words(pool, record)[bit / WORD_BITS] & bit_mask(bit)) != 0;
}

/** The lowest record whose range holds a frame of [@p first, @p end), or null. */
struct bitframe_offline_range *bitframe_offline_overlapping(const struct bitframe *pool, uint64_t first,
                                                            uint64_t end);

/** The next such record, or null. */
static inline struct bitframe_offline_range *
offline_overlapping_next(const struct bitframe *pool, const struct bitframe_offline_range *record,
                         uint64_t end)
{
    struct bitframe_offline_range *next = offline_at(pool, record->next);
    return next && next->first < end ? next : 0;
}

/** Is a frame of [@p first, @p end) offline? All of them must be the pool's and not reserved. */
bool bitframe_offline_holds(const struct bitframe *pool, uint64_t first, uint64_t end);

/** A free of frames [@p first, @p end) of @p record, all in use: they go offline. */
void bitframe_offline_release(struct bitframe *pool, struct bitframe_offline_range *record, uint64_t first,
                              uint64_t end);

/** Undo bitframe_offline_release() for @p frame: it is in use again. */
void bitframe_offline_keep(struct bitframe *pool, struct bitframe_offline_range *record, uint64_t frame);

#endif
