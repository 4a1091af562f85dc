/* SPDX-License-Identifier: MIT */
/*
 * shared_bulk.c - many single frames in one call, of a pool that every CPU uses
 *
 * A call that wants all or nothing counts before it takes: frames that it would have to give back are not
 * there for other CPUs meanwhile. What it has counted may be gone when it takes. Then it gives back what it
 * got, word by word.
 */
#include "bulk.h"
#include "index.h"
#include "offline.h"
#include "refusals.h"
#include "shared_index.h"
#include "slot.h"

enum {
    FEW = WORD_BITS * WORD_BITS, /* frames that are counted by the index first */
    COUNTED = WORD_BITS * FEW    /* bits that are counted at a time */
};

/* Counting. */

/** Of bits [@p first, @p end), how many the index knows of, or at least @p enough. */
static uint64_t count_by_index(const struct bitframe *pool, uint64_t first, uint64_t end, uint64_t enough)
{
    uint64_t found = 0;
    while (found < enough && first < end) {
        uint64_t bit = bitframe_levels_next(pool, &pool->frames, first);
        if (bit >= end)
            break;
        uint64_t word = bit / WORD_BITS;
        found += word_count(atomic_peek(leaf_at(pool, word)) & mask_within(word, first, end));
        first = (word + 1) * WORD_BITS;
    }
    return found;
}

/** The same by the bitmap alone. */
static uint64_t count_by_bitmap(const struct bitframe *pool, uint64_t first, uint64_t end, uint64_t enough)
{
    uint64_t found = 0;
    while (found < enough && first < end) {
        uint64_t stop = end - first > COUNTED ? first + COUNTED : end;
        found += bitframe_count_range(leaf_at(pool, 0), first, stop);
        first = stop;
    }
    return found;
}

/** Are there as many frames as @p wanted, where it wants them? */
static bool shared_are_enough(const struct bitframe *pool, const struct wanted *wanted, bool by_index)
{
    uint64_t found = 0;
    for (uint64_t i = 0; i < pool->segment_count && found < wanted->frames; i++) {
        const struct segment *segment = pool_segments(pool) + i;
        struct span allowed = wanted_frames(segment, wanted);
        if (allowed.first >= allowed.end)
            continue;
        uint64_t first = bit_of_frame(segment, allowed.first);
        uint64_t end = bit_of_frame(segment, allowed.end);
        uint64_t enough = wanted->frames - found;
        found +=
            by_index ? count_by_index(pool, first, end, enough) : count_by_bitmap(pool, first, end, enough);
    }
    return found >= wanted->frames;
}

/* Taking. */

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

/** The same of all that @p wanted allows. */
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

/** Does @p wanted leave to the policy which frames it gets? */
static bool is_local(const struct bitframe *pool, const struct wanted *wanted)
{
    return pool->sharing.policy == BITFRAME_LOCAL && !wanted->highest && wanted->first == 0 &&
           wanted->end > frame_number(UINT64_MAX);
}

/** Take what the index knows of. */
static void harvest_by_index(struct bitframe *pool, struct slot *slot, const struct wanted *wanted,
                             struct harvest *harvest)
{
    /* What a try costs is a look for another group, so a word that is lost is one, and a group that is new.
     */
    uint64_t group = NO_BIT;
    for (int tries = 0; tries < TRIES && harvest->left != 0 && is_local(pool, wanted);) {
        uint64_t word = bitframe_word_to_use(pool, slot);
        uint64_t before = harvest->left;
        if (word == NO_BIT)
            break;
        harvest_word(pool, word, UINT64_MAX, harvest);
        tries += harvest->left == before || word / WORD_BITS != group;
        group = word / WORD_BITS;
    }
    harvest_pool(pool, wanted, true, harvest);
}

/** Give back the @p count frames at @p pas, those of a word at once. */
static void give_back(struct bitframe *pool, struct slot *slot, const uint64_t *pas, uint64_t count)
{
    for (uint64_t i = 0; i < count;) {
        uint64_t word = pool_bit(pool, frame_number(pas[i])) / WORD_BITS;
        uint64_t first_pa = pa_of_bit(pool, word * WORD_BITS);
        uint64_t mask = 0;
        for (; i < count && pas[i] - first_pa < WORD_BITS * BITFRAME_FRAME_BYTES; i++)
            mask |= bit_mask(frame_number(pas[i] - first_pa));
        (void)bitframe_give_to(pool, word, mask);
    }
    if (count != 0)
        count_rollback(slot, count);
}

/** Take all that is wanted, or nothing. Whether it could. */
static bool harvest_all(struct bitframe *pool, struct slot *slot, const struct wanted *wanted, bool by_bitmap,
                        uint64_t *pas)
{
    struct harvest harvest = {.pas = pas, .left = wanted->frames, .highest = wanted->highest};
    harvest_by_index(pool, slot, wanted, &harvest);
    if (by_bitmap && harvest.left != 0)
        harvest_pool(pool, wanted, false, &harvest);
    if (harvest.left != 0) {
        give_back(pool, slot, pas, wanted->frames - harvest.left);
        return false;
    }
    atomic_count_release(&slot->taken, wanted->frames);
    return true;
}

/** The index did not know of as many frames as these: set what bits are missing above others like them. */
static void mend_all(struct bitframe *pool, const uint64_t *pas, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        bitframe_mend(pool, pas[i], 1);
}

/** By bitframe_take_hidden()'s rule: all, or there are fewer, or other CPUs gave frames back during each
 * look. */
static enum bitframe_status take_all_hidden(struct bitframe *pool, struct slot *slot,
                                            const struct wanted *wanted, uint64_t *pas)
{
    struct wanted any = scattered(wanted);
    for (int i = 0; i < LOOKS; i++) {
        uint64_t sum = bitframe_sum_of_frees(pool);
        if (bitframe_is_refused(pool, &any, sum))
            return BITFRAME_NONE;
        atomic_fence();
        bool is_enough = shared_are_enough(pool, wanted, false);
        atomic_fence();
        if (is_enough && harvest_all(pool, slot, wanted, true, pas)) {
            if (wanted->frames <= FEW) /* or the index was not asked */
                mend_all(pool, pas, wanted->frames);
            return BITFRAME_OK;
        }
        if (!is_enough && bitframe_sum_of_frees(pool) == sum) {
            bitframe_refuse(pool, &any, sum);
            return BITFRAME_NONE;
        }
    }
    return BITFRAME_BUSY;
}

static enum bitframe_status take_all(struct bitframe *pool, struct slot *slot, const struct wanted *wanted,
                                     uint64_t *pas, uint64_t *taken)
{
    struct wanted any = scattered(wanted);
    if (wanted->frames > pool->total_frames ||
        (has_refusals(pool) && bitframe_is_refused(pool, &any, bitframe_sum_of_frees(pool))))
        return BITFRAME_NONE;
    enum bitframe_status status = BITFRAME_OK;
    if (wanted->frames > FEW || !shared_are_enough(pool, wanted, true) ||
        !harvest_all(pool, slot, wanted, false, pas))
        status = take_all_hidden(pool, slot, wanted, pas);
    if (status == BITFRAME_OK)
        *taken = wanted->frames;
    return status;
}

static enum bitframe_status take_some(struct bitframe *pool, struct slot *slot, const struct wanted *wanted,
                                      uint64_t *pas, uint64_t *taken)
{
    struct harvest harvest = {.pas = pas, .left = wanted->frames, .highest = wanted->highest};
    struct wanted one = wanted_as(wanted, 1, wanted->align);
    harvest_by_index(pool, slot, wanted, &harvest);
    uint64_t got = wanted->frames - harvest.left;
    enum bitframe_status status = BITFRAME_OK;
    if (got != 0) {
        atomic_count_release(&slot->taken, got);
    } else {
        status = bitframe_take_hidden(pool, slot, &one, pas);
        got = status == BITFRAME_OK;
    }
    *taken = got;
    return status;
}

enum bitframe_status bitframe_shared_take_bulk(struct bitframe *pool, const struct wanted *wanted,
                                               bool is_partial, uint64_t *pas, uint64_t *taken)
{
    struct slot *slot = slot_of(pool, this_core());
    return is_partial ? take_some(pool, slot, wanted, pas, taken) : take_all(pool, slot, wanted, pas, taken);
}

/* Giving back. */

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
            done = bitframe_set_range(pool, bit, bit + run);
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
