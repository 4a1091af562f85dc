/* SPDX-License-Identifier: MIT */
/* share.c - how a pool becomes every CPU's, and its owner's again. */
#include "base/kernels.h"
#include "core/cursor.h"
#include "core/owner.h"
#include "core/rebuild.h"

#include "shared/offline.h"
#include "shared/slots.h"

uint64_t bitframe_get_share_bytes(const struct bitframe *pool, uint32_t cpus)
{
    return BITFRAME_SHARE_BYTES(cpus, pool->frames.words);
}

/** Find the largest segment, whose words are near. */
static void find_near_leaves(struct bitframe_shared *shared, const struct bitframe *pool)
{
    shared->leaf_bytes = 0;
    for (uint64_t i = 0; i < pool->segment_count; i++) {
        const struct segment *segment = pool_segments(pool) + i;
        uint64_t bytes = (segment->end - segment->first) / WORD_BITS * sizeof(uint64_t);
        if (bytes > shared->leaf_bytes) {
            shared->first_leaf = leaf_distance(shared, segment->first_bit / WORD_BITS);
            shared->leaf_bytes = bytes;
            shared->zero_leaf_pa = (segment->first << BITFRAME_FRAME_SHIFT) -
                                   (shared->first_leaf << (BITFRAME_FRAME_SHIFT + WORD_SHIFT - 3));
        }
    }
}

/** Are frames [@p first, @p end), of one span, the longest range so far? Then it is the window. */
static void offer_window(struct bitframe_shared *shared, uint64_t first, uint64_t end)
{
    if (first >= end || end - first <= shared->window_frames)
        return;
    shared->window_pa = first << BITFRAME_FRAME_SHIFT;
    shared->window_frames = end - first;
    shared->window_zero_bit = pool_bit(shared_pool(shared), first) - first;
}

static void find_window(struct bitframe_shared *shared, const struct bitframe *pool)
{
    shared->window_pa = 0;
    shared->window_frames = 0;
    shared->window_zero_bit = 0;
    struct span piece;
    for (uint64_t frame = 0; bitframe_piece_next(pool, &frame, UINT64_MAX, &piece);) {
        uint64_t first = piece.first;
        for (const struct bitframe_offline_range *record =
                 bitframe_offline_overlapping(pool, first, piece.end);
             record; record = offline_overlapping_next(pool, record, piece.end)) {
            offer_window(shared, first, record->first);
            first = record->end;
        }
        offer_window(shared, first, piece.end);
    }
}

/** From now on the pool is parked, and the calls of <bitframe/shared.h> may come. */
static void begin_sharing(struct bitframe_shared *shared)
{
    struct bitframe *pool = shared_pool(shared);
    bitframe_flush_cursor(pool);
    find_near_leaves(shared, pool);
    find_window(shared, pool);
    kernel_clear((uint64_t *)(void *)&shared->refusals, 0, sizeof(struct refusals) * 8);
    /* Less all that was ever counted, this must come to what is free now. */
    shared->base_frames = pool->free_frames + bitframe_net_allocated(shared);
    shared->always_zero = 0;
    pool->cursor = pool_distance(pool, &shared->always_zero);
    pool->window_frames = 0;
    pool->free_frames = FRAMES_LENT;
    atomic_fence();
}

/** CPUs begin as far apart as can be. */
static void spread_cpus(struct bitframe_shared *shared)
{
    uint64_t groups = shared_pool(shared)->frames.words / WORD_BITS;
    for (uint32_t cpu = 0; cpu < shared->cpus; cpu++) {
        uint64_t group = groups * cpu / shared->cpus;
        struct slot *slot = shared->slot + cpu;
        slot->group = group;
        slot->leaf = (uintptr_t)&shared->always_zero - (uintptr_t)shared; /* no word yet: it is looked for */
        slot->huge_word = group * GROUP_HUGE / WORD_BITS;
        *claims_of(shared, group) |= bit_mask(group);
    }
}

static bool options_are_valid(const struct bitframe_share_options *options)
{
    return options->cpus != 0 && options->cpus <= BITFRAME_CPUS_MAX &&
           (options->policy == BITFRAME_LOWEST || options->policy == BITFRAME_LOCAL);
}

/** Does the debug layer watch the pool? It has no hooks in the calls of shared pools. */
static bool is_debugged(const struct bitframe *pool)
{
#if BITFRAME_DEBUG_FRAMES
    return pool->debug != 0;
#else
    (void)pool;
    return false;
#endif
}

enum bitframe_status bitframe_share(struct bitframe_shared **out, struct bitframe *pool,
                                    const struct bitframe_share_options *options, void *storage,
                                    uint64_t bytes)
{
    if (!out || !pool || !options || !storage || (uintptr_t)storage % BITFRAME_SHARE_ALIGN != 0 ||
        !options_are_valid(options) || pool_is_lent(pool))
        return BITFRAME_INVALID;
    uint64_t needed = bitframe_get_share_bytes(pool, options->cpus);
    if (bytes < needed)
        return BITFRAME_NO_ROOM;
    if (is_debugged(pool))
        return BITFRAME_UNSUPPORTED;
    kernel_clear(storage, 0, needed * 8);
    struct bitframe_shared *shared = storage;
    shared->pool = (uintptr_t)pool - (uintptr_t)shared;
    shared->bitmap = shared->pool + pool->frames.level[0];
    shared->cpus = options->cpus;
    shared->policy = (uint32_t)options->policy;
    shared->claims = (uintptr_t)(shared->slot + options->cpus) - (uintptr_t)shared;
    spread_cpus(shared);
    begin_sharing(shared);
    *out = shared;
    return BITFRAME_OK;
}

struct bitframe *bitframe_shared_begin_exclusive(struct bitframe_shared *shared)
{
    struct bitframe *pool = shared_pool(shared);
    atomic_fence();
    bitframe_rebuild(pool);
    bitframe_recount_offline(pool);
    return pool;
}

void bitframe_shared_end_exclusive(struct bitframe_shared *shared)
{
    struct bitframe *pool = shared_pool(shared);
    check_owner(pool);
    if (shared->bitmap != shared->pool + pool->frames.level[0])
        bitframe_panic("bitframe_shared_end_exclusive(): the pool was extended; share it again");
    if (is_debugged(pool))
        bitframe_panic("bitframe_shared_end_exclusive(): the pool is debugged");
    begin_sharing(shared);
}
