/* SPDX-License-Identifier: MIT */
/*
 * bulk.c - many single frames in one call, of a pool that every CPU uses
 *
 * A call that wants all or nothing counts before it takes: frames that it would have to free are not
 * there for other CPUs meanwhile. What it has counted may be gone when it takes. Then it frees what it
 * got, word by word.
 */
#include "core/bulk.h"

#include "core/range.h"
#include "layout/bitmap.h"
#include "layout/offline_records.h"

#include "shared/claim.h"
#include "shared/look.h"
#include "shared/none.h"
#include "shared/policy.h"

enum {
    FEW = WORD_BITS * WORD_BITS, /* frames that are counted by the index first */
    COUNTED = WORD_BITS * FEW    /* bits that are counted at a time */
};

/* Counting. */

/** Of bits [@p first, @p end), how many the index knows of, or at least @p enough. */
static uint64_t count_by_index(const struct bitframe_shared *shared, uint64_t first, uint64_t end,
                               uint64_t enough)
{
    const struct bitframe *pool = shared_pool(shared);
    uint64_t found = 0;
    while (found < enough && first < end) {
        uint64_t bit = bitframe_levels_next(pool, &pool->frames, first);
        if (bit >= end)
            break;
        uint64_t word = bit / WORD_BITS;
        found += word_count(atomic_load_relaxed(leaf_at(shared, word)) & mask_within(word, first, end));
        first = (word + 1) * WORD_BITS;
    }
    return found;
}

/** The same by the bitmap alone. */
static uint64_t count_by_bitmap(const struct bitframe_shared *shared, uint64_t first, uint64_t end,
                                uint64_t enough)
{
    uint64_t found = 0;
    while (found < enough && first < end) {
        uint64_t stop = end - first > COUNTED ? first + COUNTED : end;
        found += bitframe_count_range(leaf_at(shared, 0), first, stop);
        first = stop;
    }
    return found;
}

/** Are there as many frames as @p wanted, where it wants them? */
static bool shared_are_enough(const struct bitframe_shared *shared, const struct wanted *wanted,
                              bool by_index)
{
    const struct bitframe *pool = shared_pool(shared);
    uint64_t found = 0;
    for (uint64_t i = 0; i < pool->segment_count && found < wanted->frames; i++) {
        const struct segment *segment = pool_segments(pool) + i;
        struct span allowed = wanted_frames(segment, wanted);
        if (allowed.first >= allowed.end)
            continue;
        uint64_t first = bit_of_frame(segment, allowed.first);
        uint64_t end = bit_of_frame(segment, allowed.end);
        uint64_t enough = wanted->frames - found;
        found += by_index ? count_by_index(shared, first, end, enough)
                          : count_by_bitmap(shared, first, end, enough);
    }
    return found >= wanted->frames;
}

/* Taking. */

/** Allocate what is wanted of word @p word, of the frames that @p mask allows. */
static void output_word(struct bitframe_shared *shared, uint64_t word, uint64_t mask, struct output *output)
{
    uint64_t bits = atomic_load_relaxed(leaf_at(shared, word)) & mask;
    if (word_count(bits) > output->left)
        bits = keep_some(bits, output->left, output->highest);
    if (bits == 0)
        return;
    uint64_t before = atomic_clear_bits(leaf_at(shared, word), bits);
    word_allocated_from(shared_pool(shared), word, before, before & ~bits);
    bits &= before;
    output->left -= word_count(bits);
    write_addresses(output, bits, pa_of_bit(shared, word * WORD_BITS));
}

/**
 * Allocate what is wanted of bits [@p first, @p end), word by word: those that the index knows of or, if not
 * @p by_index, all of them.
 */
static void output_range(struct bitframe_shared *shared, uint64_t first, uint64_t end, bool by_index,
                         struct output *output)
{
    const struct bitframe *pool = shared_pool(shared);
    while (output->left != 0 && first < end) {
        uint64_t bit = output->highest ? end - 1 : first;
        if (by_index)
            bit = output->highest ? bitframe_levels_previous(pool, &pool->frames, bit)
                                  : bitframe_levels_next(pool, &pool->frames, bit);
        if (bit == NO_BIT || bit < first || bit >= end)
            return;
        uint64_t word = bit / WORD_BITS;
        output_word(shared, word, mask_within(word, first, end), output);
        if (output->highest)
            end = word * WORD_BITS;
        else
            first = (word + 1) * WORD_BITS;
    }
}

/** The same of all that @p wanted allows. */
static void output_pool(struct bitframe_shared *shared, const struct wanted *wanted, bool by_index,
                        struct output *output)
{
    const struct bitframe *pool = shared_pool(shared);
    for (uint64_t i = 0; i < pool->segment_count && output->left != 0; i++) {
        const struct segment *segment = wanted_segment(pool, wanted, i);
        struct span allowed = wanted_frames(segment, wanted);
        if (allowed.first < allowed.end)
            output_range(shared, bit_of_frame(segment, allowed.first), bit_of_frame(segment, allowed.end),
                         by_index, output);
    }
}

/** Does @p wanted leave to the policy which frames it gets? */
static bool is_local(const struct bitframe_shared *shared, const struct wanted *wanted)
{
    return shared->policy == BITFRAME_LOCAL && !wanted->highest && wanted->first == 0 &&
           wanted->end > frame_number(UINT64_MAX);
}

/** Allocate what the index knows of. */
static void output_by_index(struct bitframe_shared *shared, struct slot *slot, const struct wanted *wanted,
                            struct output *output)
{
    /* What a try costs is a look for another group, so a word that is lost is one, and a group that is new.
     */
    uint64_t group = NO_BIT;
    for (int tries = 0; tries < TRIES && output->left != 0 && is_local(shared, wanted);) {
        uint64_t word = word_to_use(shared, slot);
        uint64_t before = output->left;
        if (word == NO_BIT)
            break;
        output_word(shared, word, UINT64_MAX, output);
        tries += output->left == before || word / WORD_BITS != group;
        group = word / WORD_BITS;
    }
    output_pool(shared, wanted, true, output);
}

/** Free the @p count frames at @p pas, those of a word at once. */
static void give_back(struct bitframe_shared *shared, struct slot *slot, const uint64_t *pas, uint64_t count)
{
    const struct bitframe *pool = shared_pool(shared);
    for (uint64_t i = 0; i < count;) {
        uint64_t word = pool_bit(pool, frame_number(pas[i])) / WORD_BITS;
        uint64_t first_pa = pa_of_bit(shared, word * WORD_BITS);
        uint64_t mask = 0;
        for (; i < count && pas[i] - first_pa < WORD_BITS * BITFRAME_FRAME_BYTES; i++)
            mask |= bit_mask(frame_number(pas[i] - first_pa));
        (void)bitframe_give_to(shared, word, mask);
    }
    if (count != 0)
        count_rollback(slot, count);
}

/** Allocate all that is wanted, or nothing. Whether it could. */
static bool output_all(struct bitframe_shared *shared, struct slot *slot, const struct wanted *wanted,
                       bool by_bitmap, uint64_t *pas)
{
    struct output output = {.pas = pas, .left = wanted->frames, .highest = wanted->highest};
    output_by_index(shared, slot, wanted, &output);
    if (by_bitmap && output.left != 0)
        output_pool(shared, wanted, false, &output);
    if (output.left != 0) {
        give_back(shared, slot, pas, wanted->frames - output.left);
        return false;
    }
    atomic_count_release(&slot->allocated, wanted->frames);
    return true;
}

/** The index did not know of as many frames as these: set what bits are missing above others like them. */
static void mend_all(struct bitframe *pool, const uint64_t *pas, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        bitframe_mend(pool, pas[i], 1);
}

/** By bitframe_alloc_by_scan()'s rule: all, or there are fewer, or other CPUs gave frames back during each
 * look. */
static enum bitframe_status alloc_all_by_scan(struct bitframe_shared *shared, struct slot *slot,
                                              const struct wanted *wanted, uint64_t *pas)
{
    struct wanted any = scattered(wanted);
    for (int i = 0; i < LOOKS; i++) {
        uint64_t sum = bitframe_sum_of_frees(shared);
        if (bitframe_is_refused(shared, &any, sum))
            return BITFRAME_NONE;
        atomic_fence();
        bool is_enough = shared_are_enough(shared, wanted, false);
        atomic_fence();
        if (is_enough && output_all(shared, slot, wanted, true, pas)) {
            if (wanted->frames <= FEW) /* or the index was not asked */
                mend_all(shared_pool(shared), pas, wanted->frames);
            return BITFRAME_OK;
        }
        if (!is_enough && bitframe_sum_of_frees(shared) == sum) {
            bitframe_refuse(shared, &any, sum);
            return BITFRAME_NONE;
        }
    }
    return BITFRAME_BUSY;
}

static enum bitframe_status alloc_all(struct bitframe_shared *shared, struct slot *slot,
                                      const struct wanted *wanted, uint64_t *pas, uint64_t *allocated)
{
    struct wanted any = scattered(wanted);
    if (wanted->frames > shared_pool(shared)->total_frames || is_refused_still(shared, &any))
        return BITFRAME_NONE;
    enum bitframe_status status = BITFRAME_OK;
    if (wanted->frames > FEW || !shared_are_enough(shared, wanted, true) ||
        !output_all(shared, slot, wanted, false, pas))
        status = alloc_all_by_scan(shared, slot, wanted, pas);
    if (status == BITFRAME_OK)
        *allocated = wanted->frames;
    return status;
}

static enum bitframe_status alloc_some(struct bitframe_shared *shared, struct slot *slot,
                                       const struct wanted *wanted, uint64_t *pas, uint64_t *allocated)
{
    struct output output = {.pas = pas, .left = wanted->frames, .highest = wanted->highest};
    struct wanted one = wanted_as(wanted, 1, wanted->align);
    output_by_index(shared, slot, wanted, &output);
    uint64_t got = wanted->frames - output.left;
    enum bitframe_status status = BITFRAME_OK;
    if (got != 0) {
        atomic_count_release(&slot->allocated, got);
    } else {
        status = bitframe_alloc_by_scan(shared, slot, &one, pas);
        got = status == BITFRAME_OK;
    }
    *allocated = got;
    return status;
}

enum bitframe_status bitframe_shared_alloc_bulk(struct bitframe_shared *shared, uint32_t cpu,
                                                const struct bitframe_request *request, uint64_t *pas,
                                                uint64_t *allocated)
{
    struct wanted wanted;
    if (!shared || !request || !pas || !allocated || !read_bulk_request(request, &wanted))
        return BITFRAME_INVALID;
    *allocated = 0;
    struct slot *slot = slot_of(shared, cpu);
    bool is_partial = (request->flags & BITFRAME_PARTIAL) != 0;
    enum bitframe_status status = is_partial ? alloc_some(shared, slot, &wanted, pas, allocated)
                                             : alloc_all(shared, slot, &wanted, pas, allocated);
    if ((request->flags & BITFRAME_ZEROED) != 0)
        zero_each(pas, *allocated);
    return status;
}
