/* SPDX-License-Identifier: MIT */
/*
 * shared_runs.c - many frames at a time, of a pool that every core uses
 *
 * A run is claimed word by word, ascending, each by a compare-and-swap from all free to taken. If one fails,
 * what was claimed before it is given back: these are the words below, under the same masks, and nobody else
 * can have changed them, for a frame's bit is set by its owner only. The rollback is a free like any other,
 * index and counts included, or a take beside it would answer "none" falsely.
 */
#include "line.h"
#include "offline.h"
#include "refusals.h"
#include "run.h"
#include "shared_index.h"
#include "slot.h"

uint64_t bitframe_give_to(struct bitframe *pool, uint64_t word, uint64_t mask)
{
    uint64_t before = atomic_set_bits(leaf_at(pool, word), mask);
    word_given_to(pool, word, before, before | mask);
    return before;
}

/**
 * Give back what of [@p first, @p end) is in words below @p stop, and the bits @p of_stop of that word.
 *
 * @param slot  Where it is counted as taken and given back.
 */
static void roll_back(struct bitframe *pool, struct slot *slot, uint64_t first, uint64_t end, uint64_t stop,
                      uint64_t of_stop)
{
    uint64_t frames = word_count(of_stop);
    if (of_stop != 0)
        (void)bitframe_give_to(pool, stop, of_stop);
    for (uint64_t word = first / WORD_BITS; word < stop; word++) {
        uint64_t mask = mask_within(word, first, end);
        (void)bitframe_give_to(pool, word, mask);
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

uint64_t bitframe_claim_bits(struct bitframe *pool, struct slot *slot, uint64_t first, uint64_t end)
{
    for (uint64_t word = first / WORD_BITS; word <= (end - 1) / WORD_BITS; word++) {
        uint64_t got;
        uint64_t missing = claim_word(leaf_at(pool, word), mask_within(word, first, end), &got);
        if (missing != 0) {
            roll_back(pool, slot, first, end, word, got);
            return word * WORD_BITS + lowest_bit(missing);
        }
    }
    return NO_BIT;
}

/** The same with index and count. */
static uint64_t claim_range(struct bitframe *pool, struct slot *slot, uint64_t first, uint64_t end)
{
    uint64_t missing = bitframe_claim_bits(pool, slot, first, end);
    if (missing != NO_BIT)
        return missing;
    atomic_count_release(&slot->taken, end - first);
    uint64_t last = (end - 1) / WORD_BITS;
    for (uint64_t word = first / WORD_BITS; word <= last;) {
        uint64_t group = word / WORD_BITS;
        uint64_t emptied = 0;
        for (; word <= last && word / WORD_BITS == group; word++) {
            if (atomic_load_word(leaf_at(pool, word)) == 0)
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

/** How a run is looked for. */
enum how { BY_LINES, BY_FRAMES, BY_BITMAP };

static uint64_t search(const struct bitframe *pool, const struct wanted *wanted, enum how how)
{
    if (how != BY_BITMAP)
        return bitframe_search_pool(pool, wanted, how == BY_LINES ? BITFRAME_LINE_FRAMES : 1);
    return is_of_lines(wanted) ? bitframe_search_lines(pool, wanted) : bitframe_search_bitmap(pool, wanted);
}

/**
 * Look for a run once, and take it: whether it could. Where another CPU takes a frame of a run first, no run
 * that holds this frame will do. So the look goes on behind it, and is one pass however many are lost.
 */
static bool look(struct bitframe *pool, struct slot *slot, const struct wanted *wanted, enum how how,
                 uint64_t *pa)
{
    struct wanted rest = wanted_as(wanted, wanted->frames, wanted->align);
    for (;;) {
        uint64_t frame = search(pool, &rest, how);
        if (frame == NO_BIT)
            return false;
        uint64_t bit = pool_bit(pool, frame);
        uint64_t missing = claim_range(pool, slot, bit, bit + wanted->frames);
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

void bitframe_mend(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    uint64_t first = pool_bit(pool, frame_number(pa)) / WORD_BITS;
    uint64_t last = pool_bit(pool, frame_number(pa) + frames - 1) / WORD_BITS;
    for (uint64_t word = first; word < last; word = (word / WORD_BITS + 1) * WORD_BITS) {
        bitframe_index_mend(pool, &pool->frames, word);
        bitframe_index_mend(pool, &pool->lines, word / LINE_WORDS / WORD_BITS);
    }
    bitframe_index_mend(pool, &pool->frames, last);
    bitframe_index_mend(pool, &pool->lines, last / LINE_WORDS / WORD_BITS);
}

enum bitframe_status bitframe_take_hidden(struct bitframe *pool, struct slot *slot,
                                          const struct wanted *wanted, uint64_t *pa)
{
    for (int i = 0; i < LOOKS; i++) {
        uint64_t sum = bitframe_sum_of_frees(pool);
        if (bitframe_is_refused(pool, wanted, sum))
            return BITFRAME_NONE;
        /* The loads of the look must come between those of the two sums. Only if no free was counted
           meanwhile is all that was seen to be taken taken still. */
        atomic_fence();
        bool is_taken = look(pool, slot, wanted, BY_BITMAP, pa);
        atomic_fence();
        if (is_taken) {
            bitframe_mend(pool, *pa, wanted->frames);
            return BITFRAME_OK;
        }
        if (bitframe_sum_of_frees(pool) == sum) {
            bitframe_refuse(pool, wanted, sum);
            return BITFRAME_NONE;
        }
    }
    return BITFRAME_BUSY;
}

enum bitframe_status bitframe_shared_take_run(struct bitframe *pool, const struct wanted *wanted,
                                              uint64_t *pa)
{
    struct slot *slot = slot_of(pool, this_core());
    /* By the index a search may be as long as one without it. */
    if (has_refusals(pool) && bitframe_is_refused(pool, wanted, bitframe_sum_of_frees(pool)))
        return BITFRAME_NONE;
    if (look(pool, slot, wanted, is_of_lines(wanted) ? BY_LINES : BY_FRAMES, pa))
        return BITFRAME_OK;
    return bitframe_take_hidden(pool, slot, wanted, pa);
}

enum bitframe_status bitframe_shared_claim(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    uint64_t bit;
    enum bitframe_status status = bitframe_locate_run(pool, pa, frames, &bit);
    if (status != BITFRAME_OK)
        return status;
    bool is_taken = claim_range(pool, slot_of(pool, this_core()), bit, bit + frames) == NO_BIT;
    return is_taken ? BITFRAME_OK : BITFRAME_IN_USE;
}

uint64_t bitframe_set_range(struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint64_t freed = 0;
    for (uint64_t word = first / WORD_BITS; word <= (end - 1) / WORD_BITS; word++) {
        uint64_t mask = mask_within(word, first, end);
        freed += word_count(mask & ~bitframe_give_to(pool, word, mask));
    }
    atomic_count_release(&slot_of(pool, this_core())->freed, freed);
    return freed;
}

enum bitframe_status bitframe_shared_free_run(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    const struct bitframe_sharing *sharing = &pool->sharing;
    uint64_t bit;
    if (frames == BITFRAME_LINE_FRAMES && pa % LINE_BYTES == 0 && sharing->gap_frames >= frames &&
        frame_number(pa - sharing->gap_pa) <= sharing->gap_frames - frames)
        return bitframe_shared_free_line(pool, gap_bit(pool, pa) / WORD_BITS);
    enum bitframe_status status = bitframe_locate_run(pool, pa, frames, &bit);
    if (status != BITFRAME_OK)
        return status;
    for (uint64_t word = bit / WORD_BITS; word <= (bit + frames - 1) / WORD_BITS; word++) {
        if ((atomic_peek(leaf_at(pool, word)) & mask_within(word, bit, bit + frames)) != 0)
            return BITFRAME_DOUBLE_FREE;
    }

    /* What of it is in offline ranges goes offline, what lies between becomes free. */
    uint64_t first = frame_number(pa);
    uint64_t end = first + frames;
    uint64_t skew = bit - first;
    uint64_t missed = 0; /* not 0 if somebody else gave some back meanwhile */
    for (struct bitframe_offline *record = bitframe_offline_meeting(pool, first, end); record;
         record = offline_meeting_next(pool, record, end)) {
        struct span piece = offline_clip(record, first, end);
        if (first < piece.first)
            missed += piece.first - first - bitframe_set_range(pool, first + skew, piece.first + skew);
        missed += !bitframe_shared_leave(pool, record, piece.first, piece.end);
        first = piece.end;
    }
    if (first < end)
        missed += end - first - bitframe_set_range(pool, first + skew, end + skew);
    return missed == 0 ? BITFRAME_OK : BITFRAME_DOUBLE_FREE;
}

uint64_t bitframe_shared_clear(struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint64_t taken = 0;
    for (uint64_t word = first / WORD_BITS; word <= (end - 1) / WORD_BITS; word++) {
        uint64_t mask = mask_within(word, first, end);
        if ((atomic_peek(leaf_at(pool, word)) & mask) == 0)
            continue;
        uint64_t before = atomic_clear_bits(leaf_at(pool, word), mask);
        word_taken_from(pool, word, before, before & ~mask);
        taken += word_count(before & mask);
    }
    atomic_count_release(&slot_of(pool, this_core())->taken, taken);
    return taken;
}

bool bitframe_shared_leave(struct bitframe *pool, struct bitframe_offline *record, uint64_t first,
                           uint64_t end)
{
    uint64_t from = offline_bit(record, first);
    uint64_t to = offline_bit(record, end);
    uint64_t left = 0;
    for (uint64_t word = from / WORD_BITS; word <= (to - 1) / WORD_BITS; word++) {
        uint64_t mask = mask_within(word, from, to);
        left += word_count(atomic_clear_bits(offline_words(pool, record) + word, mask) & mask);
    }
    atomic_count_release(&record->in_use, 0 - left);
    atomic_count_release(&pool->offline_frames, left);
    return left == end - first;
}
