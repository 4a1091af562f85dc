/* SPDX-License-Identifier: MIT */
/*
 * bitframe/stats.h - statistics of a pool, computed on demand
 *
 * The counts of a whole pool are always up to date (bitframe_get_free_frames() and its like). The statistics
 * here are computed by a pass over the bitmap: for a kernel's memory report, or to decide whether moving
 * pages together would pay.
 *
 * Safety: that of <bitframe/bitframe.h>; a call only reads, and may overlap others that only read.
 */
#ifndef BITFRAME_STATS_H
#define BITFRAME_STATS_H

#include <stdint.h>

#include <bitframe/bitframe.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Huge frames in a gigantic frame. With 4 KiB frames a gigantic frame is 1 GiB of memory. */
#define BITFRAME_GIGANTIC_HUGE_FRAMES 512

/** A span: adjacent frames of the pool, as many as there are between two holes. */
struct bitframe_span_stats {
    uint64_t first_pa;        /**< PA of its first frame. */
    uint64_t frames;          /**< Its frames. Frames in none of the next three are allocated. */
    uint64_t free_frames;     /**< Of these, free. */
    uint64_t reserved_frames; /**< Of these, reserved. */
    uint64_t offline_frames;  /**< Of these, offline: neither in use nor reserved. */
};

/** How scattered the free frames are. */
struct bitframe_free_layout {
    /** Huge frames (BITFRAME_HUGE_FRAMES frames, aligned to their size) all of whose frames are free. */
    uint64_t free_huge_frames;

    /**
     * Gigantic frames (BITFRAME_GIGANTIC_HUGE_FRAMES huge frames, aligned to their size) all of whose frames
     * are free.
     */
    uint64_t free_gigantic_frames;

    /** Frames of the largest free run: adjacent free frames. 0 if no frame is free. */
    uint64_t largest_frames;

    /** PA of its first frame. Of several runs as large, that of the lowest. 0 if no frame is free. */
    uint64_t largest_pa;

    /**
     * How many of 1000 free frames are in no free huge frame: a request for aligned 2 MiB (with 4 KiB frames)
     * cannot use them. 0: none of them, or no frame is free. 1000: all. Rounded down.
     *
     * This is the unusable free space index of Gorman and Whitcroft for blocks of that size ("The What, The
     * Why and the Where To of Anti-Fragmentation", Proceedings of the Linux Symposium 2006), times 1000:
     * (free frames - BITFRAME_HUGE_FRAMES * free_huge_frames) / free frames.
     */
    uint32_t unusable_permille;

    /**
     * How many of 1000 free frames are not in the largest run: 1 - largest_frames / free frames, times 1000.
     * 0: one run, or no frame is free. The larger, the more scattered. Rounded down.
     */
    uint32_t scattered_permille;
};

/** Spans of the pool: exact, O(1). */
static inline uint64_t bitframe_get_span_count(const struct bitframe *pool)
{
    return pool->span_count;
}

/**
 * Count the frames of one span. The sums over all spans are the counts of the pool.
 *
 * @param index  Which: 0 is the lowest in memory, bitframe_get_span_count() - 1 the highest.
 * @param stats  Filled in.
 *
 * @retval BITFRAME_OK       Done.
 * @retval BITFRAME_INVALID  A null pointer, or there is no such span; nothing changed.
 *
 * @par Cost  One load per 64 frames of the span, and of those that are offline; O(reservations * log).
 */
enum bitframe_status bitframe_get_span(const struct bitframe *pool, uint64_t index,
                                       struct bitframe_span_stats *stats);

/**
 * Measure how scattered the free frames of a pool are.
 *
 * @param fragmentation  Filled in.
 *
 * @par Cost  One load per 64 frames of the pool, and a step for each free run.
 */
void bitframe_get_fragmentation(const struct bitframe *pool, struct bitframe_free_layout *fragmentation);

#ifdef __cplusplus
}
#endif

#endif
