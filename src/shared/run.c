/* SPDX-License-Identifier: MIT */
/*
 * run.c - many frames at a time, of a pool that every CPU uses
 *
 * A run is claimed word by word, ascending, each by a compare-and-swap from all free to taken. If one fails,
 * what was claimed before it is given back: these are the words below, under the same masks, and nobody else
 * can have changed them, for a frame's bit is set by its owner only. The rollback is a free like any other,
 * index and counts included, or a take beside it would answer "none" falsely.
 */
#include "shared/run.h"

#include "core/line.h"
#include "core/run.h"

#include "shared/huge.h"
#include "shared/index.h"
#include "shared/none.h"

uint64_t bitframe_give_to(struct bitframe_shared *shared, uint64_t word, uint64_t mask)
{
    uint64_t before = atomic_set_bits(leaf_at(shared, word), mask);
    word_given_to(shared_pool(shared), word, before, before | mask);
    return before;
}

/**
 * Give back what of [@p first, @p end) is in words below @p stop, and the bits @p of_stop of that word.
 *
 * @param slot  Where it is counted as taken and given back.
 */
static void roll_back(struct bitframe_shared *shared, struct slot *slot, uint64_t first, uint64_t end,
                      uint64_t stop, uint64_t of_stop)
{
    uint64_t frames = word_count(of_stop);
    if (of_stop != 0)
        (void)bitframe_give_to(shared, stop, of_stop);
    for (uint64_t word = first / WORD_BITS; word < stop; word++) {
        uint64_t mask = mask_within(word, first, end);
        (void)bitframe_give_to(shared, word, mask);
        frames += word_count(mask);
    }
    if (frames != 0)
        count_rollback(slot, frames);
}

/**
 * Take the bits @p mask of the word at @p leaf if all are set. If other bits of it change too often
 * meanwhile, take those that are set.
 *
 * @param got  Becomes what was taken.
 *
 * @return  The bits of the mask that were found clear.
 */
static uint64_t claim_word(uint64_t *leaf, uint64_t mask, uint64_t *got)
{
    uint64_t before = atomic_peek(leaf);
    *got = 0;
    for (int i = 0; i < TRIES && (before & mask) == mask; i++) {
        if (atomic_replace(leaf, &before, before & ~mask)) {
            *got = mask;
            return 0;
        }
    }
    if ((before & mask) == mask) {
        before = atomic_clear_bits(leaf, mask);
        *got = before & mask;
    }
    return mask & ~before;
}

uint64_t bitframe_claim_bits(struct bitframe_shared *shared, struct slot *slot, uint64_t first, uint64_t end)
{
    for (uint64_t word = first / WORD_BITS; word <= (end - 1) / WORD_BITS; word++) {
        uint64_t got;
        uint64_t missing = claim_word(leaf_at(shared, word), mask_within(word, first, end), &got);
        if (missing != 0) {
            roll_back(shared, slot, first, end, word, got);
            return word * WORD_BITS + lowest_bit(missing);
        }
    }
    return NO_BIT;
}

/** The same with index and count. */
static uint64_t claim_range(struct bitframe_shared *shared, struct slot *slot, uint64_t first, uint64_t end)
{
    struct bitframe *pool = shared_pool(shared);
    uint64_t missing = bitframe_claim_bits(shared, slot, first, end);
    if (missing != NO_BIT)
        return missing;
    atomic_count_release(&slot->taken, end - first);
    uint64_t last = (end - 1) / WORD_BITS;
    for (uint64_t word = first / WORD_BITS; word <= last;) {
        uint64_t group = word / WORD_BITS;
        uint64_t emptied = 0;
        for (; word <= last && word / WORD_BITS == group; word++) {
            if (atomic_load_word(leaf_at(shared, word)) == 0)
                emptied |= bit_mask(word);
        }
        if (emptied != 0)
            bitframe_group_emptied(pool, group, emptied);
    }
    for (uint64_t line = first / BITFRAME_LINE_FRAMES; line <= (end - 1) / BITFRAME_LINE_FRAMES; line++)
        bitframe_line_opened(pool, line);
    return NO_BIT;
}

/* Runs. */

/** Bits [@p first, @p end), lines that were to be whole, are not: clear the bits of those that are not. */
static void doubt_lines(struct bitframe *pool, uint64_t first, uint64_t end)
{
    for (uint64_t line = first / BITFRAME_LINE_FRAMES; line < end / BITFRAME_LINE_FRAMES; line++) {
        if (!bitframe_line_is_whole(pool, line))
            bitframe_line_opened(pool, line);
    }
}

/** Are a request's run and its alignment whole lines? */
static bool is_of_lines(const struct wanted *wanted)
{
    return (wanted->frames | wanted->align) % BITFRAME_LINE_FRAMES == 0;
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
        return bitframe_search_pool(shared_pool(shared), wanted, how == BY_LINES ? BITFRAME_LINE_FRAMES : 1);
    return is_of_lines(wanted) ? bitframe_search_lines(shared, wanted)
                               : bitframe_search_bitmap(shared, wanted);
}

bool bitframe_look(struct bitframe_shared *shared, struct slot *slot, const struct wanted *wanted,
                   enum how how, uint64_t *pa)
{
    struct bitframe *pool = shared_pool(shared);
    struct wanted rest = wanted_as(wanted, wanted->frames, wanted->align);
    for (;;) {
        uint64_t frame = search(shared, &rest, how);
        if (frame == NO_BIT)
            return false;
        uint64_t bit = pool_bit(pool, frame);
        uint64_t missing = claim_range(shared, slot, bit, bit + wanted->frames);
        if (missing == NO_BIT) {
            *pa = frame << BITFRAME_FRAME_SHIFT;
            return true;
        }
        if (how == BY_LINES)
            doubt_lines(pool, bit, bit + wanted->frames);
        if (wanted->highest)
            rest.end = frame + (missing - bit);
        else
            rest.first = frame + (missing - bit) + 1;
    }
}

enum bitframe_status bitframe_take_wanted(struct bitframe_shared *shared, struct slot *slot,
                                          const struct wanted *wanted, uint64_t *pa)
{
    /* By the index a search may be as long as one without it. */
    if (is_refused_still(shared, wanted))
        return BITFRAME_NONE;
    if (bitframe_look(shared, slot, wanted, is_of_lines(wanted) ? BY_LINES : BY_FRAMES, pa))
        return BITFRAME_OK;
    return bitframe_take_hidden(shared, slot, wanted, pa);
}

static __attribute__((noinline)) enum bitframe_status
take_any_shared_run(struct bitframe_shared *shared, struct slot *slot, const struct bitframe_request *request,
                    uint64_t *pa)
{
    struct wanted wanted;
    if (!read_request(request, BITFRAME_HIGHEST | BITFRAME_ZEROED, &wanted))
        return BITFRAME_INVALID;
    enum bitframe_status status = bitframe_take_wanted(shared, slot, &wanted, pa);
    if (status == BITFRAME_OK && (request->flags & BITFRAME_ZEROED) != 0)
        zero_run(*pa, wanted.frames);
    return status;
}

enum bitframe_status bitframe_shared_alloc_run(struct bitframe_shared *shared, uint32_t cpu,
                                               const struct bitframe_request *request, uint64_t *pa)
{
    if (!shared || !request || !pa)
        return BITFRAME_INVALID;
    struct slot *slot = slot_of(shared, cpu);
    if (is_plain_line(request))
        return bitframe_take_huge(shared, slot, pa);
    return take_any_shared_run(shared, slot, request, pa);
}

enum bitframe_status bitframe_shared_alloc_at(struct bitframe_shared *shared, uint32_t cpu, uint64_t pa,
                                              uint64_t frames)
{
    uint64_t bit;
    enum bitframe_status status = bitframe_locate_run(shared_pool(shared), pa, frames, &bit);
    if (status != BITFRAME_OK)
        return status;
    bool is_taken = claim_range(shared, slot_of(shared, cpu), bit, bit + frames) == NO_BIT;
    return is_taken ? BITFRAME_OK : BITFRAME_IN_USE;
}

/** Make bits [@p first, @p end), at least one, clear, and count. Returns how many were set. */
static uint64_t clear_range(struct bitframe_shared *shared, struct slot *slot, uint64_t first, uint64_t end)
{
    uint64_t taken = 0;
    for (uint64_t word = first / WORD_BITS; word <= (end - 1) / WORD_BITS; word++) {
        uint64_t mask = mask_within(word, first, end);
        if ((atomic_peek(leaf_at(shared, word)) & mask) == 0)
            continue;
        uint64_t before = atomic_clear_bits(leaf_at(shared, word), mask);
        word_taken_from(shared_pool(shared), word, before, before & ~mask);
        taken += word_count(before & mask);
    }
    atomic_count_release(&slot->taken, taken);
    return taken;
}

uint64_t bitframe_shared_alloc_range(struct bitframe_shared *shared, uint32_t cpu, uint64_t first_pa,
                                     uint64_t end_pa)
{
    if (first_pa >= end_pa)
        return 0;
    const struct bitframe *pool = shared_pool(shared);
    uint64_t end = frame_number_up(end_pa);
    uint64_t taken = 0;
    struct span piece;
    for (uint64_t frame = frame_number(first_pa);
         bitframe_span_next(pool_spans(pool), pool->span_count, &frame, end, &piece);) {
        uint64_t bit = pool_bit(pool, piece.first);
        taken += clear_range(shared, slot_of(shared, cpu), bit, bit + (piece.end - piece.first));
    }
    return taken;
}
