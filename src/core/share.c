/* SPDX-License-Identifier: MIT */
/* share.c - how a pool becomes every core's, and one owner's again. */
#include "cursor.h"
#include "kernels.h"
#include "offline.h"
#include "rebuild.h"
#include "refusals.h"
#include "shared_index.h"
#include "slot.h"

enum {
    REFUSALS_WORDS = sizeof(struct refusals) / sizeof(uint64_t),
};

uint64_t bitframe_share_bytes(const struct bitframe *pool, uint32_t cores)
{
    return BITFRAME_SHARE_BYTES(cores, pool->frames.words);
}

/** Say where in @p storage the parts are. */
static void lay_out(struct bitframe *pool, uint64_t *storage, uint32_t cores)
{
    struct bitframe_sharing *sharing = &pool->sharing;
    sharing->refusals = pool_distance(pool, storage);
    storage += REFUSALS_WORDS;
    sharing->slots = pool_distance(pool, storage);
    storage += cores * (sizeof(struct slot) / sizeof(uint64_t));
    sharing->claims = pool_distance(pool, storage);
}

/** Is frames [@p first, @p end), of one span, the longest stretch so far? Then it is the gap. */
static void offer_gap(struct bitframe *pool, uint64_t first, uint64_t end)
{
    struct bitframe_sharing *sharing = &pool->sharing;
    if (first >= end || end - first <= sharing->gap_frames)
        return;
    sharing->gap_pa = first << BITFRAME_FRAME_SHIFT;
    sharing->gap_frames = end - first;
    sharing->gap_zero_bit = pool_bit(pool, first) - first;
}

/** What calls on a shared pool read of it and none writes. */
static void prepare(struct bitframe *pool)
{
    struct bitframe_sharing *sharing = &pool->sharing;
    sharing->leaf_bytes = 0;
    for (uint64_t i = 0; i < pool->segment_count; i++) {
        const struct segment *segment = pool_segments(pool) + i;
        uint64_t bytes = (segment->end - segment->first) / WORD_BITS * sizeof(uint64_t);
        if (bytes > sharing->leaf_bytes) {
            sharing->first_leaf = leaf_distance(pool, segment->first_bit / WORD_BITS);
            sharing->leaf_bytes = bytes;
            sharing->zero_leaf_pa = (segment->first << BITFRAME_FRAME_SHIFT) -
                                    (sharing->first_leaf << (BITFRAME_FRAME_SHIFT + WORD_SHIFT - 3));
        }
    }
    sharing->gap_pa = 0;
    sharing->gap_frames = 0;
    sharing->gap_zero_bit = 0;
    struct span stretch;
    for (uint64_t frame = 0; bitframe_stretch_next(pool, &frame, UINT64_MAX, &stretch);) {
        uint64_t first = stretch.first;
        for (const struct bitframe_offline *record = bitframe_offline_meeting(pool, first, stretch.end);
             record; record = offline_meeting_next(pool, record, stretch.end)) {
            offer_gap(pool, first, record->first);
            first = record->end;
        }
        offer_gap(pool, first, stretch.end);
    }
}

/** From now on the calls find @p cores cores. */
static void begin(struct bitframe *pool, uint32_t cores)
{
    struct bitframe_sharing *sharing = &pool->sharing;
    bitframe_settle(pool);
    prepare(pool);
    sharing->always_zero = 0;
    kernel_clear(pool_word(pool, sharing->refusals), 0, REFUSALS_WORDS * WORD_BITS);
    sharing->cores = cores;
    /* Less all that was ever counted, this must come to what is free now. */
    sharing->base_frames = pool->free_frames + bitframe_net_taken(pool);
    pool->cursor = pool_distance(pool, &sharing->always_zero);
    pool->gap_frames = 0;
    atomic_fence();
}

enum bitframe_status bitframe_share(struct bitframe *pool, const struct bitframe_share_options *options,
                                    void *storage, uint64_t bytes)
{
    if (!pool || !options || !storage || (uintptr_t)storage % BITFRAME_SHARE_ALIGN != 0 ||
        options->cores == 0 || options->cores > BITFRAME_CORES_MAX ||
        (options->policy != BITFRAME_LOWEST && options->policy != BITFRAME_LOCAL) || pool_is_shared(pool))
        return BITFRAME_INVALID;
    uint32_t cores = options->cores;
    uint64_t needed = bitframe_share_bytes(pool, cores);
    if (bytes < needed)
        return BITFRAME_NO_ROOM;
#if BITFRAME_DEBUG_FRAMES
    if (pool->debug != 0)
        return BITFRAME_UNSUPPORTED;
#endif
    kernel_clear(storage, 0, needed * 8);
    lay_out(pool, storage, cores);
    pool->sharing.policy = (uint32_t)options->policy;
    begin(pool, cores);
    /* Cores begin as far apart as can be. */
    uint64_t groups = pool->frames.words / WORD_BITS;
    for (uint32_t core = 0; core < cores; core++) {
        uint64_t group = groups * core / cores;
        struct slot *slot = pool_slots(pool) + core;
        slot->group = group;
        slot->leaf = pool_distance(pool, &pool->sharing.always_zero); /* no word yet: it is looked for */
        slot->line_word = group * GROUP_LINES / WORD_BITS;
        *claims_of(pool, group) |= bit_mask(group);
    }
    atomic_fence();
    return BITFRAME_OK;
}

/** Count again what is offline, of the records' bits: a core that stopped may have cleared some uncounted. */
static void recount_offline(struct bitframe *pool)
{
    pool->offline_frames = 0;
    for (struct bitframe_offline *record = offline_at(pool, pool->offline); record;
         record = offline_at(pool, record->next)) {
        struct span stretch;
        for (uint64_t frame = record->first; bitframe_stretch_next(pool, &frame, record->end, &stretch);)
            pool->offline_frames += stretch.end - stretch.first;
        record->in_use =
            kernel_count(offline_words(pool, record), offline_word_count(record->first, record->end));
        pool->offline_frames -= record->in_use;
    }
}

/** Make the pool one owner's. The slots stay as they are. */
static void end(struct bitframe *pool)
{
    atomic_fence();
    pool->sharing.cores = 0;
    bitframe_rebuild(pool);
    recount_offline(pool);
}

enum bitframe_status bitframe_unshare(struct bitframe *pool)
{
    if (!pool || !pool_is_shared(pool))
        return BITFRAME_INVALID;
    end(pool);
    return BITFRAME_OK;
}

uint32_t bitframe_sharing_pause(struct bitframe *pool)
{
    uint32_t cores = pool->sharing.cores;
    end(pool);
    return cores;
}

void bitframe_sharing_resume(struct bitframe *pool, uint32_t cores)
{
    begin(pool, cores);
}
