/* SPDX-License-Identifier: MIT */
/*
 * shared_runs.c - many frames at a time, of a pool that every core uses
 *
 * A run is claimed word by word, ascending, each by a compare-and-swap from all free to taken. If one fails,
 * what was claimed before it is given back: these are the words below, under the same masks, and nobody else
 * can have changed them, for a frame's bit is set by its owner only. The rollback is a free like any other,
 * index and counts included, or a take beside it would answer "none" falsely.
 */
#include "bulk.h"
#include "kernels.h"
#include "line.h"
#include "offline.h"
#include "run.h"
#include "shared_index.h"
#include "slot.h"

#define LINE_BITS UINT64_C(0xFF) /* one per word of a line, in a word of the level above */

static inline uint64_t *leaf_at(const struct bitframe *pool, uint64_t word)
{
    return levels_at(pool, &pool->frames, 0) + word;
}

/** Set the bits @p mask of word @p word, and repair the index. Returns what the word was. */
static uint64_t give_to(struct bitframe *pool, uint64_t word, uint64_t mask)
{
    uint64_t before = atomic_set_bits(leaf_at(pool, word), mask);
    word_given_to(pool, word, before, before | mask);
    return before;
}

/** Give back what of [@p first, @p end) is in words below @p stop. */
static void roll_back(struct bitframe *pool, uint64_t first, uint64_t end, uint64_t stop)
{
    uint64_t frames = 0;
    for (uint64_t word = first / WORD_BITS; word < stop; word++) {
        uint64_t mask = mask_within(word, first, end);
        (void)give_to(pool, word, mask);
        frames += word_count(mask);
    }
    if (frames != 0)
        count_rollback(slot_of(pool, this_core()), frames);
}

/** Take bits [@p first, @p end), at least one, if all are set. Index and count are the caller's. */
static bool claim_bits(struct bitframe *pool, uint64_t first, uint64_t end)
{
    for (uint64_t word = first / WORD_BITS; word <= (end - 1) / WORD_BITS; word++) {
        uint64_t mask = mask_within(word, first, end);
        uint64_t before = atomic_peek(leaf_at(pool, word));
        do {
            if ((before & mask) != mask) {
                roll_back(pool, first, end, word);
                return false;
            }
        } while (!atomic_replace(leaf_at(pool, word), &before, before & ~mask));
    }
    return true;
}

/** Take bits [@p first, @p end), at least one, if all are set. */
static bool claim_range(struct bitframe *pool, uint64_t first, uint64_t end)
{
    if (!claim_bits(pool, first, end))
        return false;
    atomic_count_release(&slot_of(pool, this_core())->taken, end - first);
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
    return true;
}

/* A line. */

/**
 * Take line @p line, whose bit the caller has cleared, if all of it is free. The bits above its words stay: a
 * search for single frames clears them if it comes by before the line is free again.
 */
static bool claim_line(struct bitframe *pool, struct slot *slot, uint64_t line)
{
    if (!claim_bits(pool, line * BITFRAME_LINE_FRAMES, (line + 1) * BITFRAME_LINE_FRAMES))
        return false;
    atomic_count_release(&slot->taken, BITFRAME_LINE_FRAMES);
    /* Somebody may have seen it whole before it was taken, and set its bit since. */
    bitframe_line_opened(pool, line);
    return true;
}

uint64_t bitframe_shared_take_line(struct bitframe *pool)
{
    struct slot *slot = slot_of(pool, this_core());
    uint64_t from = pool->sharing.policy == BITFRAME_LOCAL ? atomic_peek(&slot->line_word) : 0;
    for (;;) {
        uint64_t word = bitframe_shared_next_word(pool, &pool->lines, from);
        if (word == NO_BIT) {
            if (from == 0)
                return 0;
            from = 0;
            continue;
        }
        /* Who clears the bit has the line to itself, but for single frames. */
        uint64_t *lines = levels_at(pool, &pool->lines, 0) + word;
        uint64_t bits = atomic_peek(lines);
        uint64_t mask = bits & -bits;
        uint64_t before = mask != 0 ? atomic_clear_bits(lines, mask) : 0;
        if ((before & mask) == 0)
            continue;
        if (before == mask)
            bitframe_word_emptied(pool, &pool->lines, 0, word);
        uint64_t line = word * WORD_BITS + lowest_bit(mask);
        if (claim_line(pool, slot, line)) {
            atomic_poke(&slot->line_word, word);
            return pa_of_bit(pool, line * BITFRAME_LINE_FRAMES);
        }
    }
}

/** Give back the line that begins with word @p word: all of its bits are frames, and the caller's. */
static enum bitframe_status free_line(struct bitframe *pool, uint64_t word)
{
    uint64_t *words = leaf_at(pool, word);
    uint64_t freed = BITFRAME_LINE_FRAMES;
    for (int i = 0; i < LINE_WORDS; i++) {
        if (atomic_peek(words + i) != 0)
            return BITFRAME_DOUBLE_FREE;
    }
    for (int i = 0; i < LINE_WORDS; i++) {
        uint64_t before = atomic_exchange(words + i, UINT64_MAX);
        if (before != 0)
            freed -= word_count(before); /* somebody else gave some back meanwhile */
    }
    bitframe_group_filled(pool, word / WORD_BITS, LINE_BITS << word % WORD_BITS);
    bitframe_line_may_be_whole(pool, word / LINE_WORDS);
    atomic_count_release(&slot_of(pool, this_core())->freed, freed);
    return freed == BITFRAME_LINE_FRAMES ? BITFRAME_OK : BITFRAME_DOUBLE_FREE;
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

/** A free frame of word @p word that @p mask and @p wanted allow, whichever; NO_BIT if there is none. */
static uint64_t frame_in_word(const struct bitframe *pool, const struct segment *segment, uint64_t word,
                              uint64_t mask, const struct wanted *wanted)
{
    for (uint64_t bits = atomic_peek(leaf_at(pool, word)) & mask; bits != 0; bits &= bits - 1) {
        uint64_t frame = frame_of_bit(segment, word * WORD_BITS + lowest_bit(bits));
        if (frame % wanted->align == 0)
            return frame;
    }
    return NO_BIT;
}

/** A free frame that @p wanted allows, whichever, by the bitmap alone; NO_BIT if there is none. */
static uint64_t frame_by_bitmap(const struct bitframe *pool, const struct wanted *wanted)
{
    for (uint64_t i = 0; i < pool->segment_count; i++) {
        const struct segment *segment = wanted_segment(pool, wanted, i);
        struct span allowed = wanted_frames(segment, wanted);
        if (allowed.first >= allowed.end)
            continue;
        uint64_t first = bit_of_frame(segment, allowed.first);
        uint64_t end = bit_of_frame(segment, allowed.end);
        for (uint64_t word = first / WORD_BITS; word <= (end - 1) / WORD_BITS; word++) {
            uint64_t frame = frame_in_word(pool, segment, word, mask_within(word, first, end), wanted);
            if (frame != NO_BIT)
                return frame;
        }
    }
    return NO_BIT;
}

/**
 * The index knows of no frame that @p wanted, a request for one, allows. Take one after all, or answer by the
 * rule of bitframe_take_hidden(): there was none at some instant of the call.
 */
static enum bitframe_status take_hidden_frame(struct bitframe *pool, const struct wanted *wanted,
                                              uint64_t *pa)
{
    if (wanted->align == 1 && wanted->first == 0 && wanted->end > frame_number(UINT64_MAX))
        return bitframe_take_hidden(pool, slot_of(pool, this_core()), pa);
    for (;;) {
        uint64_t frees = bitframe_sum_of_frees(pool);
        atomic_fence();
        uint64_t frame = frame_by_bitmap(pool, wanted);
        atomic_fence();
        if (frame != NO_BIT) {
            uint64_t bit = pool_bit(pool, frame);
            if (claim_range(pool, bit, bit + 1)) {
                *pa = frame << BITFRAME_FRAME_SHIFT;
                return BITFRAME_OK;
            }
        } else if (bitframe_sum_of_frees(pool) == frees) {
            return BITFRAME_NONE;
        }
    }
}

enum bitframe_status bitframe_shared_take_run(struct bitframe *pool, const struct wanted *wanted,
                                              uint64_t *pa)
{
    /* Lines are looked for in their index first, and in the bitmap before the answer is "none". */
    bool by_line = (wanted->frames | wanted->align) % BITFRAME_LINE_FRAMES == 0;
    for (;;) {
        uint64_t frame = bitframe_search_pool(pool, wanted, by_line ? BITFRAME_LINE_FRAMES : 1);
        if (frame == NO_BIT) {
            if (!by_line)
                return wanted->frames == 1 ? take_hidden_frame(pool, wanted, pa) : BITFRAME_NONE;
            by_line = false;
            continue;
        }
        uint64_t bit = pool_bit(pool, frame);
        if (claim_range(pool, bit, bit + wanted->frames)) {
            *pa = frame << BITFRAME_FRAME_SHIFT;
            return BITFRAME_OK;
        }
        if (by_line)
            doubt_lines(pool, bit, bit + wanted->frames);
    }
}

enum bitframe_status bitframe_shared_claim(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    uint64_t bit;
    enum bitframe_status status = bitframe_locate_run(pool, pa, frames, &bit);
    if (status != BITFRAME_OK)
        return status;
    return claim_range(pool, bit, bit + frames) ? BITFRAME_OK : BITFRAME_IN_USE;
}

/** Set bits [@p first, @p end), at least one. Returns how many were clear: fewer if somebody else set any. */
static uint64_t set_range(struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint64_t freed = 0;
    for (uint64_t word = first / WORD_BITS; word <= (end - 1) / WORD_BITS; word++) {
        uint64_t mask = mask_within(word, first, end);
        freed += word_count(mask & ~give_to(pool, word, mask));
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
        return free_line(pool, gap_bit(pool, pa) / WORD_BITS);
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
            missed += piece.first - first - set_range(pool, first + skew, piece.first + skew);
        missed += !bitframe_shared_leave(pool, record, piece.first, piece.end);
        first = piece.end;
    }
    if (first < end)
        missed += end - first - set_range(pool, first + skew, end + skew);
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

/* Many single frames. */

/** Take what is wanted of word @p word, of the frames that @p mask allows. */
static void harvest_word(struct bitframe *pool, uint64_t word, uint64_t mask, struct harvest *harvest)
{
    uint64_t bits = atomic_peek(leaf_at(pool, word)) & mask;
    if (word_count(bits) > harvest->left)
        bits = keep_some(bits, harvest->left, harvest->highest);
    if (bits == 0)
        return;
    uint64_t before = atomic_clear_bits(leaf_at(pool, word), bits);
    word_taken_from(pool, word, before, before & ~bits);
    bits &= before;
    harvest->left -= word_count(bits);
    write_addresses(harvest, bits, pa_of_bit(pool, word * WORD_BITS));
}

/**
 * Take what is wanted of bits [@p first, @p end), word by word: those that the index knows of or, if not
 * @p by_index, all of them.
 */
static void harvest_range(struct bitframe *pool, uint64_t first, uint64_t end, bool by_index,
                          struct harvest *harvest)
{
    while (harvest->left != 0 && first < end) {
        uint64_t bit = harvest->highest ? end - 1 : first;
        if (by_index)
            bit = harvest->highest ? bitframe_levels_previous(pool, &pool->frames, bit)
                                   : bitframe_levels_next(pool, &pool->frames, bit);
        if (bit == NO_BIT || bit < first || bit >= end)
            return;
        uint64_t word = bit / WORD_BITS;
        harvest_word(pool, word, mask_within(word, first, end), harvest);
        if (harvest->highest)
            end = word * WORD_BITS;
        else
            first = (word + 1) * WORD_BITS;
    }
}

static void harvest_pool(struct bitframe *pool, const struct wanted *wanted, bool by_index,
                         struct harvest *harvest)
{
    for (uint64_t i = 0; i < pool->segment_count && harvest->left != 0; i++) {
        const struct segment *segment = wanted_segment(pool, wanted, i);
        struct span allowed = wanted_frames(segment, wanted);
        if (allowed.first < allowed.end)
            harvest_range(pool, bit_of_frame(segment, allowed.first), bit_of_frame(segment, allowed.end),
                          by_index, harvest);
    }
}

enum bitframe_status bitframe_shared_take_bulk(struct bitframe *pool, const struct wanted *wanted,
                                               bool is_partial, uint64_t *pas, uint64_t *taken)
{
    struct slot *slot = slot_of(pool, this_core());
    struct harvest harvest = {.pas = pas, .left = wanted->frames, .highest = wanted->highest};
    if (!is_partial && wanted->frames > pool->total_frames)
        return BITFRAME_NONE;
    bool is_local = pool->sharing.policy == BITFRAME_LOCAL && !wanted->highest && wanted->first == 0 &&
                    wanted->end > frame_number(UINT64_MAX);
    while (is_local && harvest.left != 0) {
        uint64_t word = bitframe_word_to_use(pool, slot);
        if (word == NO_BIT)
            break;
        harvest_word(pool, word, UINT64_MAX, &harvest);
    }
    harvest_pool(pool, wanted, true, &harvest);
    harvest_pool(pool, wanted, false, &harvest);
    uint64_t got = wanted->frames - harvest.left;
    if (got == 0 && (is_partial || wanted->frames == 1)) {
        enum bitframe_status status = take_hidden_frame(pool, wanted, pas);
        *taken = status == BITFRAME_OK;
        return status;
    }
    if (got == 0)
        return BITFRAME_NONE;
    if (harvest.left != 0 && !is_partial) {
        for (uint64_t i = 0; i < got; i++) {
            uint64_t bit = pool_bit(pool, frame_number(pas[i]));
            (void)give_to(pool, bit / WORD_BITS, bit_mask(bit));
        }
        count_rollback(slot, got);
        return BITFRAME_NONE;
    }
    atomic_count_release(&slot->taken, got);
    *taken = got;
    return BITFRAME_OK;
}

/** Could the frame at @p pa be given back? */
static enum bitframe_status try_free(const struct bitframe *pool, uint64_t pa)
{
    uint64_t bit;
    enum bitframe_status status = bitframe_locate_run(pool, pa, 1, &bit);
    if (status != BITFRAME_OK)
        return status;
    bool is_free = (atomic_peek(leaf_at(pool, bit / WORD_BITS)) & bit_mask(bit)) != 0;
    return is_free ? BITFRAME_DOUBLE_FREE : BITFRAME_OK;
}

/** The bits of @p run frames of one word from @p pa on, if they are in the gap; else 0. */
static uint64_t mask_in_gap(const struct bitframe *pool, uint64_t pa, uint64_t run)
{
    if (!is_in_gap(pool, pa) || !is_in_gap(pool, pa + ((run - 1) << BITFRAME_FRAME_SHIFT)))
        return 0;
    uint64_t bit = gap_bit(pool, pa);
    return mask_within(bit / WORD_BITS, bit, bit + run);
}

/** Could all of these frames be given back, as far as can be told beforehand? Else the first refusal. */
static enum bitframe_status try_free_all(const struct bitframe *pool, const uint64_t *pas, uint64_t frames)
{
    for (uint64_t i = 0; i < frames;) {
        uint64_t run = run_in_word(pas + i, frames - i);
        uint64_t mask = mask_in_gap(pool, pas[i], run);
        uint64_t word = gap_bit(pool, pas[i]) / WORD_BITS;
        if (mask == 0 || (atomic_peek(leaf_at(pool, word)) & mask) != 0) {
            enum bitframe_status status = try_free(pool, pas[i]);
            if (status != BITFRAME_OK)
                return status;
            run = 1;
        }
        i += run;
    }
    return BITFRAME_OK;
}

enum bitframe_status bitframe_shared_free_bulk(struct bitframe *pool, const uint64_t *pas, uint64_t frames,
                                               bool is_partial, uint64_t *freed)
{
    enum bitframe_status first_refusal = is_partial ? BITFRAME_OK : try_free_all(pool, pas, frames);
    if (first_refusal != BITFRAME_OK)
        return first_refusal;
    uint32_t core = this_core();
    for (uint64_t i = 0; i < frames;) {
        uint64_t run = run_in_word(pas + i, frames - i);
        uint64_t last = pas[i] + ((run - 1) << BITFRAME_FRAME_SHIFT);
        uint64_t bit = gap_bit(pool, pas[i]);
        enum bitframe_status status = BITFRAME_OK;
        uint64_t done;
        if (run > 1 && is_in_gap(pool, pas[i]) && is_in_gap(pool, last)) {
            done = set_range(pool, bit, bit + run);
            if (done != run)
                status = BITFRAME_DOUBLE_FREE;
        } else {
            run = 1;
            status = bitframe_shared_free(pool, pas[i], core);
            done = status == BITFRAME_OK;
        }
        *freed += done;
        if (first_refusal == BITFRAME_OK)
            first_refusal = status;
        i += run;
    }
    return first_refusal;
}
