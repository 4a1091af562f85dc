/* SPDX-License-Identifier: MIT */
/*
 * pool_mutants_test.c - the pool traces must see what they are there to see
 *
 * Calls of a pool that are broken on purpose, one way each, and each must be caught.
 */
#include <bitframe/bulk.h>

#include "core/cursor.h"
#include "layout/levels.h"
#include "layout/tables.h"
#include "layout/window.h"
#include "pool_mutants.h"

static bool frame_is_free(const struct bitframe *pool, uint64_t frame)
{
    return frame_is_managed(pool, frame) &&
           levels_test(pool, &pool->frames, bit_of_frame(segment_of_frame(pool, frame), frame));
}

static uint64_t huge_of(const struct bitframe *pool, uint64_t pa)
{
    uint64_t frame = frame_number(pa);
    return bit_of_frame(segment_of_frame(pool, frame), frame) / BITFRAME_HUGE_FRAMES;
}

/* alloc */

static uint64_t alloc_second_lowest(struct bitframe *pool)
{
    uint64_t lowest = bitframe_alloc(pool);
    uint64_t pa = bitframe_alloc(pool);
    if (pa == 0)
        return lowest;
    (void)bitframe_free(pool, lowest);
    return pa;
}

static uint64_t alloc_gives_last_frame_never(struct bitframe *pool)
{
    return bitframe_get_free_frames(pool) <= 1 ? 0 : bitframe_alloc(pool);
}

static uint64_t alloc_counts_twice_in_1000(struct bitframe *pool)
{
    static uint64_t calls;
    uint64_t pa = bitframe_alloc(pool);
    if (pa != 0 && ++calls % 1000 == 0)
        pool->free_frames--;
    return pa;
}

/** The cursor comes to a huge frame, and the index keeps its bit. */
static uint64_t alloc_leaves_opened_huge_whole(struct bitframe *pool)
{
    bool was_empty = cursor_is_empty(pool);
    uint64_t huge_frame = word_number(pool, pool->next) / HUGE_WORDS;
    bool was_whole = pool->next < next_none(pool) && levels_test(pool, &pool->huge, huge_frame);
    uint64_t pa = bitframe_alloc(pool);
    if (was_empty && was_whole)
        levels_set(pool, pool->huge.level, huge_frame);
    return pa;
}

/* free */

static enum bitframe_status free_allocs_any_byte_of_frame(struct bitframe *pool, uint64_t pa)
{
    return bitframe_free(pool, pa / FRAME * FRAME);
}

static enum bitframe_status free_cuts_to_44_bits(struct bitframe *pool, uint64_t pa)
{
    return bitframe_free(pool, pa & ((UINT64_C(1) << 44) - 1));
}

static enum bitframe_status free_twice_is_ok(struct bitframe *pool, uint64_t pa)
{
    enum bitframe_status status = bitframe_free(pool, pa);
    return status == BITFRAME_DOUBLE_FREE ? BITFRAME_OK : status;
}

static enum bitframe_status free_frees_reserved(struct bitframe *pool, uint64_t pa)
{
    enum bitframe_status status = bitframe_free(pool, pa);
    return status == BITFRAME_RESERVED ? bitframe_unreserve(pool, pa, FRAME) : status;
}

static enum bitframe_status free_does_not_lower_cursor(struct bitframe *pool, uint64_t pa)
{
    struct bitframe before = *pool;
    enum bitframe_status status = bitframe_free(pool, pa);
    if (pool->cursor < before.cursor && before.free_frames != 0) {
        pool->cursor = before.cursor;
        pool->cursor_pa = before.cursor_pa;
        pool->rest = before.rest;
    }
    return status;
}

/* claim */

/** Allocates frame by frame until one is not free, and leaves it at that. */
static enum bitframe_status claim_keeps_what_it_took(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    enum bitframe_status status = bitframe_alloc_at(pool, pa, frames);
    if (status != BITFRAME_IN_USE)
        return status;
    for (uint64_t at = pa; frame_is_free(pool, frame_number(at)); at += FRAME)
        (void)bitframe_alloc_at(pool, at, 1);
    return status;
}

/** Gives back all of the run, and so frames that others had allocated. */
static enum bitframe_status claim_gives_back_too_much(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    enum bitframe_status status = bitframe_alloc_at(pool, pa, frames);
    for (uint64_t i = 0; status == BITFRAME_IN_USE && i < frames; i++)
        (void)bitframe_free(pool, pa + i * FRAME);
    return status;
}

static enum bitframe_status claim_looks_at_ends_only(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    enum bitframe_status status = bitframe_alloc_at(pool, pa, frames);
    if (status != BITFRAME_IN_USE || !frame_is_free(pool, frame_number(pa)) ||
        !frame_is_free(pool, frame_number(pa) + frames - 1))
        return status;
    (void)bitframe_alloc_range(pool, pa, pa + frames * FRAME);
    return BITFRAME_OK;
}

static enum bitframe_status claim_calls_reserved_in_use(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    enum bitframe_status status = bitframe_alloc_at(pool, pa, frames);
    return status == BITFRAME_RESERVED ? BITFRAME_IN_USE : status;
}

static enum bitframe_status claim_of_nothing_is_ok(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    return frames == 0 ? BITFRAME_OK : bitframe_alloc_at(pool, pa, frames);
}

/* free_run */

/** Frees frame by frame until one is free already. */
static enum bitframe_status free_run_keeps_what_it_freed(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    enum bitframe_status status = bitframe_free_run(pool, pa, frames);
    for (uint64_t i = 0; status == BITFRAME_DOUBLE_FREE && i < frames; i++) {
        if (bitframe_free(pool, pa + i * FRAME) != BITFRAME_OK)
            break;
    }
    return status;
}

static enum bitframe_status free_run_forgets_whole_huge(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    enum bitframe_status status = bitframe_free_run(pool, pa, frames);
    if (status == BITFRAME_OK && levels_test(pool, &pool->huge, huge_of(pool, pa)))
        levels_clear(pool, pool->huge.level, huge_of(pool, pa));
    return status;
}

static enum bitframe_status free_run_sets_huge_of_all_words(struct bitframe *pool, uint64_t pa,
                                                            uint64_t frames)
{
    enum bitframe_status status = bitframe_free_run(pool, pa, frames);
    if (status == BITFRAME_OK && frames >= BITFRAME_HUGE_FRAMES - WORD_BITS)
        levels_set(pool, pool->huge.level, huge_of(pool, pa));
    return status;
}

static enum bitframe_status free_run_counts_one_more(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    enum bitframe_status status = bitframe_free_run(pool, pa, frames);
    pool->free_frames += status == BITFRAME_OK && frames == 17;
    return status;
}

/* alloc_bulk and free_bulk */

static enum bitframe_status alloc_bulk_swaps_two(struct bitframe *pool,
                                                 const struct bitframe_request *request, uint64_t *pas,
                                                 uint64_t *allocated)
{
    enum bitframe_status status = bitframe_alloc_bulk(pool, request, pas, allocated);
    if (status == BITFRAME_OK && *allocated == 65) {
        uint64_t pa = pas[63];
        pas[63] = pas[64];
        pas[64] = pa;
    }
    return status;
}

/** Allocates what there is and reports that it was too little. */
static enum bitframe_status alloc_bulk_keeps_what_it_took(struct bitframe *pool,
                                                          const struct bitframe_request *request,
                                                          uint64_t *pas, uint64_t *allocated)
{
    enum bitframe_status status = bitframe_alloc_bulk(pool, request, pas, allocated);
    if (status == BITFRAME_NONE)
        (void)bitframe_alloc(pool);
    return status;
}

static enum bitframe_status alloc_bulk_has_no_max(struct bitframe *pool,
                                                  const struct bitframe_request *request, uint64_t *pas,
                                                  uint64_t *allocated)
{
    struct bitframe_request wrong = *request;
    wrong.max_pa = 0;
    return bitframe_alloc_bulk(pool, &wrong, pas, allocated);
}

/** Frees frame by frame until one is refused. */
static enum bitframe_status free_bulk_keeps_what_it_freed(struct bitframe *pool, const uint64_t *pas,
                                                          uint64_t frames, uint32_t flags, uint64_t *freed)
{
    enum bitframe_status status = bitframe_free_bulk(pool, pas, frames, flags, freed);
    for (uint64_t i = 0; flags == 0 && status != BITFRAME_OK && i < frames; i++) {
        if (bitframe_free(pool, pas[i]) != BITFRAME_OK)
            break;
    }
    return status;
}

static enum bitframe_status free_bulk_skips_behind_refused(struct bitframe *pool, const uint64_t *pas,
                                                           uint64_t frames, uint32_t flags, uint64_t *freed)
{
    uint64_t refused = 0;
    while (refused < frames && flags == BITFRAME_PARTIAL && bitframe_free(pool, pas[refused]) == BITFRAME_OK)
        refused++;
    if (refused == 0 || refused == frames)
        return flags == BITFRAME_PARTIAL && refused != 0
                   ? (*freed = refused, BITFRAME_OK)
                   : bitframe_free_bulk(pool, pas, frames, flags, freed);
    *freed = refused;
    return bitframe_free(pool, pas[refused]);
}

/* alloc_range */

static uint64_t alloc_range_is_rounded_inward(struct bitframe *pool, uint64_t first_pa, uint64_t end_pa)
{
    uint64_t first = frame_number_up(first_pa) * FRAME;
    return first < first_pa ? 0 : bitframe_alloc_range(pool, first, end_pa / FRAME * FRAME);
}

static uint64_t alloc_range_counts_all_frames(struct bitframe *pool, uint64_t first_pa, uint64_t end_pa)
{
    uint64_t allocated = bitframe_alloc_range(pool, first_pa, end_pa);
    return allocated == 0 ? 0 : frame_number_up(end_pa) - frame_number(first_pa);
}

static uint64_t alloc_range_stops_at_segment(struct bitframe *pool, uint64_t first_pa, uint64_t end_pa)
{
    uint64_t i = bitframe_segment_above(pool, frame_number(first_pa));
    if (i < pool->segment_count && end_pa > pool_segments(pool)[i].end << BITFRAME_FRAME_SHIFT &&
        pool_segments(pool)[i].end << BITFRAME_FRAME_SHIFT != 0)
        end_pa = pool_segments(pool)[i].end << BITFRAME_FRAME_SHIFT;
    return bitframe_alloc_range(pool, first_pa, end_pa);
}

Test(pool_mutants, calls_as_they_are_pass)
{
    static struct trace_report report;
    cr_assert(goes_unnoticed(&pool_subject_core, 400000, &report), "%s", report.difference);
}

SHRINKS(struct pool_subject, pool_subject_core, 400000, calls.free_run, free_run_counts_one_more)
BROKEN(alloc, alloc_second_lowest)
BROKEN(alloc, alloc_gives_last_frame_never)
BROKEN(alloc, alloc_counts_twice_in_1000)
BROKEN(alloc, alloc_leaves_opened_huge_whole)
BROKEN(free, free_allocs_any_byte_of_frame)
BROKEN(free, free_cuts_to_44_bits)
BROKEN(free, free_twice_is_ok)
BROKEN(free, free_frees_reserved)
BROKEN(free, free_does_not_lower_cursor)
BROKEN(claim, claim_keeps_what_it_took)
BROKEN(claim, claim_gives_back_too_much)
BROKEN(claim, claim_looks_at_ends_only)
BROKEN(claim, claim_calls_reserved_in_use)
BROKEN(claim, claim_of_nothing_is_ok)
BROKEN(free_run, free_run_keeps_what_it_freed)
BROKEN(free_run, free_run_forgets_whole_huge)
BROKEN(free_run, free_run_sets_huge_of_all_words)
BROKEN(free_run, free_run_counts_one_more)
BROKEN(alloc_bulk, alloc_bulk_swaps_two)
BROKEN(alloc_bulk, alloc_bulk_keeps_what_it_took)
BROKEN(alloc_bulk, alloc_bulk_has_no_max)
BROKEN(free_bulk, free_bulk_keeps_what_it_freed)
BROKEN(free_bulk, free_bulk_skips_behind_refused)
BROKEN(alloc_range, alloc_range_is_rounded_inward)
BROKEN(alloc_range, alloc_range_counts_all_frames)
BROKEN(alloc_range, alloc_range_stops_at_segment)
