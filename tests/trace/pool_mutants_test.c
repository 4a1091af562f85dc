/* SPDX-License-Identifier: MIT */
/*
 * pool_mutants_test.c - the pool traces must see what they are there to see
 *
 * Calls of a pool that are broken on purpose, one way each, and each must be caught.
 */
#include <bitframe/adopt.h>
#include <bitframe/bulk.h>
#include <bitframe/check.h>

#include "core/cursor.h"
#include "core/range.h"
#include "layout/bitmap.h"
#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"
#include "mutants.h"
#include "pool_trace.h"
#include "units.h"

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

/* take */

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

/** The cursor leaves the first word of a line behind, and the line looks whole still. */
static uint64_t alloc_leaves_opened_huge_whole(struct bitframe *pool)
{
    uint64_t word = (pool->cursor - pool->frames.level[0]) / sizeof(uint64_t);
    bool was_whole = bitframe_get_free_frames(pool) != 0 && levels_test(pool, &pool->huge, word / HUGE_WORDS);
    uint64_t pa = bitframe_alloc(pool);
    if (was_whole && levels_at(pool, &pool->frames, 0)[word] == 0)
        levels_set(pool, &pool->huge, word / HUGE_WORDS);
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
        pool->cursor_first = before.cursor_first;
        pool->cursor_words = before.cursor_words;
        pool->cursor_base_pa = before.cursor_base_pa;
    }
    return status;
}

/* alloc_run: the search */

static enum bitframe_status run_is_never_highest(struct bitframe *pool,
                                                 const struct bitframe_request *request, uint64_t *pa)
{
    struct bitframe_request wrong = *request;
    wrong.flags &= ~(uint32_t)BITFRAME_HIGHEST;
    return bitframe_alloc_run(pool, &wrong, pa);
}

static enum bitframe_status run_is_second_lowest(struct bitframe *pool,
                                                 const struct bitframe_request *request, uint64_t *pa)
{
    uint64_t lowest = 0;
    if (bitframe_alloc_run(pool, request, &lowest) != BITFRAME_OK)
        return bitframe_alloc_run(pool, request, pa);
    if (bitframe_alloc_run(pool, request, pa) == BITFRAME_OK)
        return bitframe_free_run(pool, lowest, request->frames);
    *pa = lowest;
    return BITFRAME_OK;
}

/** Aligned up within the lowest run that is long enough, not first the alignment and then the length. */
static enum bitframe_status
run_is_found_before_it_is_aligned(struct bitframe *pool, const struct bitframe_request *request, uint64_t *pa)
{
    struct bitframe_request padded = *request;
    if (request->align > FRAME && request->align <= 64 * FRAME && request->frames < 1000 &&
        (request->align & (request->align - 1)) == 0) {
        padded.align = 0;
        padded.frames += request->align / FRAME - 1;
        uint64_t found = 0;
        enum bitframe_status status = bitframe_alloc_run(pool, &padded, &found);
        if (status != BITFRAME_OK)
            return status;
        *pa = (found + request->align - 1) / request->align * request->align;
        (void)bitframe_free_run(pool, found, padded.frames);
        return bitframe_alloc_at(pool, *pa, request->frames);
    }
    return bitframe_alloc_run(pool, request, pa);
}

static enum bitframe_status run_is_aligned_by_half(struct bitframe *pool,
                                                   const struct bitframe_request *request, uint64_t *pa)
{
    struct bitframe_request wrong = *request;
    wrong.align = request->align / 2;
    return bitframe_alloc_run(pool, &wrong, pa);
}

static enum bitframe_status run_aligned_to_huges_is_not(struct bitframe *pool,
                                                        const struct bitframe_request *request, uint64_t *pa)
{
    struct bitframe_request wrong = *request;
    if (request->align == FRAME * BITFRAME_HUGE_FRAMES)
        wrong.align = 0;
    return bitframe_alloc_run(pool, &wrong, pa);
}

static enum bitframe_status run_begins_below_min(struct bitframe *pool,
                                                 const struct bitframe_request *request, uint64_t *pa)
{
    struct bitframe_request wrong = *request;
    wrong.min_pa = request->min_pa / FRAME * FRAME;
    return bitframe_alloc_run(pool, &wrong, pa);
}

static enum bitframe_status run_never_begins_at_min(struct bitframe *pool,
                                                    const struct bitframe_request *request, uint64_t *pa)
{
    struct bitframe_request wrong = *request;
    wrong.min_pa += wrong.min_pa != 0 && wrong.min_pa != UINT64_MAX;
    return bitframe_alloc_run(pool, &wrong, pa);
}

static enum bitframe_status run_ends_above_max(struct bitframe *pool, const struct bitframe_request *request,
                                               uint64_t *pa)
{
    struct bitframe_request wrong = *request;
    if (wrong.max_pa != 0)
        wrong.max_pa = wrong.max_pa < 0 - FRAME ? wrong.max_pa + FRAME - 1 : 0;
    return bitframe_alloc_run(pool, &wrong, pa);
}

static enum bitframe_status run_never_ends_at_max(struct bitframe *pool,
                                                  const struct bitframe_request *request, uint64_t *pa)
{
    struct bitframe_request wrong = *request;
    wrong.max_pa -= wrong.max_pa > 1;
    return bitframe_alloc_run(pool, &wrong, pa);
}

static enum bitframe_status run_never_ends_with_pool(struct bitframe *pool,
                                                     const struct bitframe_request *request, uint64_t *pa)
{
    uint64_t found = *pa;
    enum bitframe_status status = bitframe_alloc_run(pool, request, &found);
    if (status == BITFRAME_OK &&
        frame_number(found) + request->frames == pool_spans(pool)[pool->span_count - 1].end) {
        (void)bitframe_free_run(pool, found, request->frames);
        return BITFRAME_NONE;
    }
    *pa = found;
    return status;
}

static enum bitframe_status run_crosses_no_word(struct bitframe *pool, const struct bitframe_request *request,
                                                uint64_t *pa)
{
    uint64_t found = *pa;
    enum bitframe_status status = bitframe_alloc_run(pool, request, &found);
    if (status == BITFRAME_OK && request->frames <= WORD_BITS &&
        frame_number(found) % WORD_BITS + request->frames > WORD_BITS) {
        (void)bitframe_free_run(pool, found, request->frames);
        return BITFRAME_NONE;
    }
    *pa = found;
    return status;
}

static enum bitframe_status run_leaves_its_last_frame(struct bitframe *pool,
                                                      const struct bitframe_request *request, uint64_t *pa)
{
    enum bitframe_status status = bitframe_alloc_run(pool, request, pa);
    if (status == BITFRAME_OK)
        (void)bitframe_free(pool, *pa + (request->frames - 1) * FRAME);
    return status;
}

static enum bitframe_status run_of_none_allocs_a_frame(struct bitframe *pool,
                                                       const struct bitframe_request *request, uint64_t *pa)
{
    enum bitframe_status status = bitframe_alloc_run(pool, request, pa);
    if (status == BITFRAME_NONE && request->frames == 3)
        (void)bitframe_alloc(pool);
    return status;
}

static enum bitframe_status run_ignores_unknown_flags(struct bitframe *pool,
                                                      const struct bitframe_request *request, uint64_t *pa)
{
    struct bitframe_request wrong = *request;
    wrong.flags &= 3;
    return bitframe_alloc_run(pool, &wrong, pa);
}

static enum bitframe_status run_is_not_zeroed(struct bitframe *pool, const struct bitframe_request *request,
                                              uint64_t *pa)
{
    struct bitframe_request wrong = *request;
    wrong.flags &= ~(uint32_t)BITFRAME_ZEROED;
    return bitframe_alloc_run(pool, &wrong, pa);
}

static enum bitframe_status run_leaves_huge_whole(struct bitframe *pool,
                                                  const struct bitframe_request *request, uint64_t *pa)
{
    enum bitframe_status status = bitframe_alloc_run(pool, request, pa);
    if (status == BITFRAME_OK && request->frames == BITFRAME_HUGE_FRAMES)
        levels_set(pool, &pool->huge, huge_of(pool, *pa));
    return status;
}

/* claim */

/** Takes frame by frame until one is not free, and leaves it at that. */
static enum bitframe_status claim_keeps_what_it_took(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    enum bitframe_status status = bitframe_alloc_at(pool, pa, frames);
    if (status != BITFRAME_IN_USE)
        return status;
    for (uint64_t at = pa; frame_is_free(pool, frame_number(at)); at += FRAME)
        (void)bitframe_alloc_at(pool, at, 1);
    return status;
}

/** Gives back all of the run, and so frames that others had taken. */
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
        levels_clear(pool, &pool->huge, huge_of(pool, pa));
    return status;
}

static enum bitframe_status free_run_sets_huge_of_all_words(struct bitframe *pool, uint64_t pa,
                                                            uint64_t frames)
{
    enum bitframe_status status = bitframe_free_run(pool, pa, frames);
    if (status == BITFRAME_OK && frames >= BITFRAME_HUGE_FRAMES - WORD_BITS)
        levels_set(pool, &pool->huge, huge_of(pool, pa));
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

/** Takes what there is and reports that it was too little. */
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

/* reserve and unreserve */

static enum bitframe_status reserve_is_rounded_inward(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    uint64_t cut = bytes < FRAME || pa + (bytes - 1) < pa ? 0 : (pa + bytes) % FRAME;
    return bitframe_reserve(pool, pa, bytes - cut);
}

static enum bitframe_status reserve_leaves_frames_free(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    bool was_free = frame_is_free(pool, frame_number(pa));
    enum bitframe_status status = bitframe_reserve(pool, pa, bytes);
    if (status == BITFRAME_OK && was_free && bytes != 0) {
        uint64_t bit = bit_of_frame(segment_of_frame(pool, frame_number(pa)), frame_number(pa));
        bitframe_set_frames(pool, bit, bit + 1);
    }
    return status;
}

static enum bitframe_status reserve_allocs_though_there_is_no_room(struct bitframe *pool, uint64_t pa,
                                                                   uint64_t bytes)
{
    enum bitframe_status status = bitframe_reserve(pool, pa, bytes);
    if (status == BITFRAME_NO_ROOM)
        (void)bitframe_alloc_range(pool, pa, pa + bytes);
    return status;
}

static enum bitframe_status reserve_has_room_for_one_less(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    pool->reserved_room--;
    enum bitframe_status status = bitframe_reserve(pool, pa, bytes);
    pool->reserved_room++;
    return status;
}

static enum bitframe_status reserve_ignores_allocated(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    enum bitframe_status status = bitframe_reserve(pool, pa, bytes);
    return status == BITFRAME_IN_USE ? BITFRAME_OK : status;
}

static enum bitframe_status reserve_counts_range_not_frames(struct bitframe *pool, uint64_t pa,
                                                            uint64_t bytes)
{
    uint64_t before = bitframe_get_reserved_frames(pool);
    enum bitframe_status status = bitframe_reserve(pool, pa, bytes);
    if (bitframe_get_reserved_frames(pool) != before && pa + bytes > pa)
        pool->reserved_frames = before + frame_number_up(pa + bytes) - frame_number(pa);
    return status;
}

static enum bitframe_status reserve_leaves_window(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    uint64_t window_frames = pool->window_frames, window_pa = pool->window_pa, zero_word = pool->zero_word;
    enum bitframe_status status = bitframe_reserve(pool, pa, bytes);
    pool->window_frames = window_frames;
    pool->window_pa = window_pa;
    pool->zero_word = zero_word;
    return status;
}

static enum bitframe_status unreserve_is_rounded_outward(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    uint64_t cut = pa % FRAME;
    return bitframe_unreserve(pool, pa - cut, bytes == 0 || bytes + cut < bytes ? bytes : bytes + cut);
}

static enum bitframe_status unreserve_skips_what_is_not_reserved(struct bitframe *pool, uint64_t pa,
                                                                 uint64_t bytes)
{
    enum bitframe_status status = bitframe_unreserve(pool, pa, bytes);
    for (uint64_t at = pa; status == BITFRAME_NOT_RESERVED && at - pa < bytes && at - pa < 64 * FRAME;
         at += FRAME)
        (void)bitframe_unreserve(pool, at, FRAME);
    return status;
}

static enum bitframe_status unreserve_leaves_frames_allocated(struct bitframe *pool, uint64_t pa,
                                                              uint64_t bytes)
{
    uint64_t before = bitframe_get_reserved_frames(pool);
    enum bitframe_status status = bitframe_unreserve(pool, pa, bytes);
    if (bitframe_get_reserved_frames(pool) != before)
        (void)bitframe_alloc_range(pool, frame_number_up(pa) * FRAME, pa + bytes);
    return status;
}

static enum bitframe_status unreserve_drops_upper_rest(struct bitframe *pool, uint64_t pa, uint64_t bytes)
{
    uint64_t entries = pool->reserved_count;
    enum bitframe_status status = bitframe_unreserve(pool, pa, bytes);
    if (pool->reserved_count > entries)
        pool->reserved_count--;
    return status;
}

/* init */

static enum bitframe_status init_frees_last_reserved(struct bitframe *pool, const struct bitframe_map *map,
                                                     void *metadata, uint64_t bytes)
{
    enum bitframe_status status = bitframe_init_map(pool, map, metadata, bytes);
    if (status == BITFRAME_OK && pool->reserved_count != 0)
        (void)bitframe_unreserve(pool, (pool_reserved(pool)[pool->reserved_count - 1].end - 1) * FRAME,
                                 FRAME);
    return status;
}

static enum bitframe_status init_leaves_huge_unmarked(struct bitframe *pool, const struct bitframe_map *map,
                                                      void *metadata, uint64_t bytes)
{
    enum bitframe_status status = bitframe_init_map(pool, map, metadata, bytes);
    if (status == BITFRAME_OK && levels_test(pool, &pool->huge, 3))
        levels_clear(pool, &pool->huge, 3);
    return status;
}

/* adopt */

static enum bitframe_status adopt_frees_what_was_allocated(struct bitframe *pool, void *metadata,
                                                           uint64_t bytes)
{
    enum bitframe_status status = bitframe_adopt(pool, metadata, bytes);
    if (status == BITFRAME_OK)
        (void)bitframe_free(pool, pool_spans(pool)[0].first * FRAME);
    return status;
}

static enum bitframe_status adopt_has_no_room_for_reservations(struct bitframe *pool, void *metadata,
                                                               uint64_t bytes)
{
    enum bitframe_status status = bitframe_adopt(pool, metadata, bytes);
    if (status == BITFRAME_OK)
        pool->reserved_room = pool->reserved_count;
    return status;
}

#define BROKEN(call, broken) MUTANT(struct pool_subject, pool_subject_core, 400000, calls.call, broken)

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
BROKEN(alloc_run, run_is_never_highest)
BROKEN(alloc_run, run_is_second_lowest)
BROKEN(alloc_run, run_is_found_before_it_is_aligned)
BROKEN(alloc_run, run_is_aligned_by_half)
BROKEN(alloc_run, run_aligned_to_huges_is_not)
BROKEN(alloc_run, run_begins_below_min)
BROKEN(alloc_run, run_never_begins_at_min)
BROKEN(alloc_run, run_ends_above_max)
BROKEN(alloc_run, run_never_ends_at_max)
BROKEN(alloc_run, run_never_ends_with_pool)
BROKEN(alloc_run, run_crosses_no_word)
BROKEN(alloc_run, run_leaves_its_last_frame)
BROKEN(alloc_run, run_of_none_allocs_a_frame)
BROKEN(alloc_run, run_ignores_unknown_flags)
BROKEN(alloc_run, run_is_not_zeroed)
BROKEN(alloc_run, run_leaves_huge_whole)
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
BROKEN(reserve, reserve_is_rounded_inward)
BROKEN(reserve, reserve_leaves_frames_free)
BROKEN(reserve, reserve_allocs_though_there_is_no_room)
BROKEN(reserve, reserve_has_room_for_one_less)
BROKEN(reserve, reserve_ignores_allocated)
BROKEN(reserve, reserve_counts_range_not_frames)
BROKEN(reserve, reserve_leaves_window)
BROKEN(unreserve, unreserve_is_rounded_outward)
BROKEN(unreserve, unreserve_skips_what_is_not_reserved)
BROKEN(unreserve, unreserve_leaves_frames_allocated)
BROKEN(unreserve, unreserve_drops_upper_rest)
BROKEN(init_map, init_frees_last_reserved)
BROKEN(init_map, init_leaves_huge_unmarked)
BROKEN(adopt, adopt_frees_what_was_allocated)
BROKEN(adopt, adopt_has_no_room_for_reservations)
