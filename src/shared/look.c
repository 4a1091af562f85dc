/* SPDX-License-Identifier: MIT */
/* look.c - looking for a run, and allocating it where it was found. */
#include "shared/look.h"
#include "layout/search_pool.h"
#include "shared/claim.h"
#include "shared/index.h"

/* Without the index. */

/** Were all frames of huge frame @p huge_frame free? All eight words are loaded: that is quicker than to ask
 * after each.
 */
static inline bool seems_whole(const struct bitframe_shared *shared, uint64_t huge_frame)
{
    const uint64_t *w = leaf_at(shared, huge_frame * HUGE_WORDS);
    return (atomic_load_relaxed(w) & atomic_load_relaxed(w + 1) & atomic_load_relaxed(w + 2) &
            atomic_load_relaxed(w + 3) & atomic_load_relaxed(w + 4) & atomic_load_relaxed(w + 5) &
            atomic_load_relaxed(w + 6) & atomic_load_relaxed(w + 7)) == UINT64_MAX;
}

/** Of huge frames [@p first, @p end) the last that is not whole, or NO_BIT. */
static uint64_t last_open_huge(const struct bitframe_shared *shared, uint64_t first, uint64_t end)
{
    while (end-- > first) {
        if (!seems_whole(shared, end))
            return end;
    }
    return NO_BIT;
}

/** Likewise the first. */
static uint64_t first_open_huge(const struct bitframe_shared *shared, uint64_t first, uint64_t end)
{
    for (; first < end; first++) {
        if (!seems_whole(shared, first))
            return first;
    }
    return NO_BIT;
}

/**
 * A run of free huge frames of @p segment by the bitmap alone, each huge frame looked at once but for what
 * alignment asks for. Its frame number, or NO_BIT.
 */
static uint64_t huge_by_bitmap(const struct bitframe_shared *shared, const struct segment *segment,
                               const struct wanted *wanted)
{
    struct span allowed = wanted_frames(segment, wanted);
    uint64_t mask = wanted->align - 1;
    uint64_t bit_offset =
        segment->first - segment->first_bit; /* between the frame and the bit of a huge frame */
    uint64_t first = (allowed.first + mask) & ~mask;
    if (allowed.first >= allowed.end || first < allowed.first || first >= allowed.end ||
        wanted->frames > allowed.end - first)
        return NO_BIT;
    uint64_t last = (allowed.end - wanted->frames) & ~mask;
    for (uint64_t frame = wanted->highest ? last : first; frame - first <= last - first;) {
        uint64_t huge_frame = (frame - bit_offset) / BITFRAME_HUGE_FRAMES;
        uint64_t end = huge_frame + wanted->frames / BITFRAME_HUGE_FRAMES;
        uint64_t open = wanted->highest ? first_open_huge(shared, huge_frame, end)
                                        : last_open_huge(shared, huge_frame, end);
        if (open == NO_BIT)
            return frame;
        /* No run that holds this huge frame will do. */
        uint64_t open_frame = open * BITFRAME_HUGE_FRAMES + bit_offset;
        if (!wanted->highest)
            frame = (open_frame + BITFRAME_HUGE_FRAMES + mask) & ~mask;
        else if (open_frame < wanted->frames)
            return NO_BIT;
        else
            frame = (open_frame - wanted->frames) & ~mask;
    }
    return NO_BIT;
}

uint64_t bitframe_search_huge(const struct bitframe_shared *shared, const struct wanted *wanted)
{
    const struct bitframe *pool = shared_pool(shared);
    for (uint64_t i = 0; i < pool->segment_count; i++) {
        uint64_t frame = huge_by_bitmap(shared, wanted_segment(pool, wanted, i), wanted);
        if (frame != NO_BIT)
            return frame;
    }
    return NO_BIT;
}

/* Runs of frames. */

/** Bits [@p first, @p end), huge frames that were to be whole, are not: clear the bits of those that are not.
 */
static void doubt_huge(struct bitframe *pool, uint64_t first, uint64_t end)
{
    for (uint64_t huge_frame = first / BITFRAME_HUGE_FRAMES; huge_frame < end / BITFRAME_HUGE_FRAMES;
         huge_frame++) {
        if (!bitframe_huge_is_whole(pool, huge_frame))
            bitframe_huge_opened(pool, huge_frame);
    }
}

uint64_t bitframe_search_bitmap(const struct bitframe_shared *shared, const struct wanted *wanted)
{
    const struct bitframe *pool = shared_pool(shared);
    /* An initializer would clear the other levels, which no search looks at, by a call to memset(). */
    struct bitframe_levels bitmap;
    bitmap.level[0] = pool->frames.level[0];
    bitmap.count = 1;
    for (uint64_t i = 0; i < pool->segment_count; i++) {
        const struct segment *segment = wanted_segment(pool, wanted, i);
        struct span allowed = wanted_frames(segment, wanted);
        if (allowed.first >= allowed.end)
            continue;
        /* No word outside the limits is looked at: searches pass empty words up to the ends of their bitmap.
         */
        bitmap.stop = bit_of_frame(segment, allowed.first) / WORD_BITS;
        bitmap.words = (bit_of_frame(segment, allowed.end) + WORD_BITS - 1) / WORD_BITS;
        uint64_t frame = search_segment(pool, segment, wanted, 1, &bitmap);
        if (frame != NO_BIT)
            return frame;
    }
    return NO_BIT;
}

static uint64_t search(const struct bitframe_shared *shared, const struct wanted *wanted, enum how how)
{
    if (how != BY_BITMAP)
        return bitframe_search_pool(shared_pool(shared), wanted, how == BY_HUGE ? BITFRAME_HUGE_FRAMES : 1);
    return is_of_huge(wanted) ? bitframe_search_huge(shared, wanted) : bitframe_search_bitmap(shared, wanted);
}

/**
 * Allocate the run at frame @p frame. If another CPU has a frame of it, @p past becomes this one: no run that
 * holds it will do. Returns whether the run was allocated.
 */
static inline bool claim_found(struct bitframe_shared *shared, struct slot *slot, const struct wanted *wanted,
                               enum how how, uint64_t frame, struct span *past)
{
    struct bitframe *pool = shared_pool(shared);
    uint64_t bit = pool_bit(pool, frame);
    uint64_t missing = bitframe_claim_range(shared, slot, bit, bit + wanted->frames);
    if (missing == NO_BIT)
        return true;
    if (how == BY_HUGE)
        doubt_huge(pool, bit, bit + wanted->frames);
    past->first = frame + (missing - bit);
    past->end = past->first + 1;
    return false;
}

bool bitframe_look(struct bitframe_shared *shared, struct slot *slot, const struct wanted *wanted,
                   enum how how, uint64_t *pa)
{
    const struct wanted *next = wanted;
    struct wanted rest;
    for (;;) {
        uint64_t frame = search(shared, next, how);
        if (frame == NO_BIT)
            return false;
        struct span past = {.first = NO_BIT};
        if (wanted->boundary != 0)
            past.first = past.end = boundary_inside(wanted, frame);
        if (past.first == NO_BIT && claim_found(shared, slot, wanted, how, frame, &past)) {
            *pa = frame << BITFRAME_FRAME_SHIFT;
            return true;
        }
        if (next == wanted)
            rest = wanted_as(wanted, wanted->frames, wanted->align);
        next = &rest;
        if (wanted->highest)
            rest.end = past.first;
        else
            rest.first = past.end;
    }
}
