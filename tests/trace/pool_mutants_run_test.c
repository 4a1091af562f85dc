/* SPDX-License-Identifier: MIT */
/* pool_mutants_run_test.c - bitframe_alloc_run(), broken */

#include "layout/levels.h"
#include "layout/tables.h"
#include "layout/window.h"
#include "pool_mutants.h"

static uint64_t huge_of(const struct bitframe *pool, uint64_t pa)
{
    uint64_t frame = frame_number(pa);
    return bit_of_frame(segment_of_frame(pool, frame), frame) / BITFRAME_HUGE_FRAMES;
}

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
        levels_set(pool, pool->huge.level, huge_of(pool, *pa));
    return status;
}

static enum bitframe_status run_crosses_the_boundary(struct bitframe *pool,
                                                     const struct bitframe_request *request, uint64_t *pa)
{
    struct bitframe_request wrong = *request;
    if (request->boundary / FRAME >= request->frames)
        wrong.boundary *= 2;
    return bitframe_alloc_run(pool, &wrong, pa);
}

static enum bitframe_status run_aligned_to_the_boundary_is_all(struct bitframe *pool,
                                                               const struct bitframe_request *request,
                                                               uint64_t *pa)
{
    struct bitframe_request wrong = *request;
    if (request->align < request->boundary && request->boundary / FRAME >= request->frames)
        wrong.align = request->boundary;
    return bitframe_alloc_run(pool, &wrong, pa);
}

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
BROKEN(alloc_run, run_crosses_the_boundary)
BROKEN(alloc_run, run_aligned_to_the_boundary_is_all)
