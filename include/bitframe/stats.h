/* SPDX-License-Identifier: MIT */
/*
 * bitframe/stats.h - what a pool looks like, counted when someone asks
 *
 * The counts of a whole pool are always at hand (bitframe_get_free_frames() and its like). What is here is
 * counted by a pass over the bitmap: for a kernel's memory report, or to decide whether moving pages together
 * would pay.
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

/** Huge frames in a block. With 4 KiB frames a block is 1 GiB of memory. */
#define BITFRAME_GIGANTIC_HUGE_FRAMES 512

/** A span: frames of the pool that are next to each other in memory, as many as there are. */
struct bitframe_span_stats {
    uint64_t first_pa;        /**< PA of its first frame. */
    uint64_t frames;          /**< Its frames. Those that the next three do not count are allocated. */
    uint64_t free_frames;     /**< Of these, free. */
    uint64_t reserved_frames; /**< Of these, reserved. */
    uint64_t offline_frames;  /**< Of these, offline: offline, and neither in use nor reserved. */
};

/** How scattered the free frames are. */
struct bitframe_free_layout {
    /** Huge frames, BITFRAME_HUGE_FRAMES frames aligned to their size in memory, all of whose frames are
     * free. */
    uint64_t free_huge_frames;

    /** Blocks, BITFRAME_GIGANTIC_HUGE_FRAMES huge frames aligned to their size in memory, all of whose frames
     * are free. */
    uint64_t free_gigantic_frames;

    /** Frames of the largest free run: free frames next to each other in memory. 0 if none is free. */
    uint64_t largest_frames;

    /** PA of its first frame; that of the lowest if several are as large, and 0 if no frame is free. */
    uint64_t largest_pa;

    /**
     * Of 1000 free frames, how many are in no free huge frame: what a request for aligned 2 MiB (with 4 KiB
     * frames) cannot use. 0 is none of them, or that no frame is free; 1000 all. Rounded down.
     *
     * This is the unusable free space index of Gorman and Whitcroft for blocks of that size ("The What, The
     * Why and the Where To of Anti-Fragmentation", Proceedings of the Linux Symposium 2006), times 1000:
     * (free frames - BITFRAME_HUGE_FRAMES * free_huge_frames) / free frames.
     */
    uint32_t unusable_permille;

    /**
     * Of 1000 free frames, how many are not in the largest run: 1 - largest_frames / free frames, times 1000.
     * 0 is one run, or that no frame is free; towards 1000 the larger, the more scattered. Rounded down.
     */
    uint32_t scattered_permille;
};

/** Spans of the pool: exact, O(1). */
static inline uint64_t bitframe_get_span_count(const struct bitframe *pool)
{
    return pool->span_count;
}

/**
 * Count the frames of one span. Summed up over all spans the figures are those of the pool.
 *
 * @param index    Which: 0 is the lowest in memory, bitframe_get_span_count() - 1 the highest.
 * @param figures  Filled in.
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
