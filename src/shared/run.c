/* SPDX-License-Identifier: MIT */
/* run.c - runs, frames by their address and ranges, of a pool that every CPU uses. */
#include "layout/locate.h"
#include "shared/claim.h"
#include "shared/index.h"
#include "shared/none.h"

/** Answer @p wanted, which is what @p request says. */
static inline enum bitframe_status alloc_read_run(struct bitframe_shared *shared, struct slot *slot,
                                                  const struct bitframe_request *request,
                                                  const struct wanted *wanted, uint64_t *pa)
{
    enum bitframe_status status = bitframe_alloc_wanted(shared, slot, wanted, pa);
    if (status == BITFRAME_OK && (request->flags & BITFRAME_ZEROED) != 0)
        zero_run(*pa, wanted->frames);
    return status;
}

/** Answer a request that is not simple. */
static __attribute__((noinline)) enum bitframe_status
alloc_bounded_shared_run(struct bitframe_shared *shared, struct slot *slot,
                         const struct bitframe_request *request, uint64_t *pa)
{
    struct wanted wanted;
    enum bitframe_status status = bitframe_read_bounded(request, RUN_FLAGS, &wanted);
    return status == BITFRAME_OK ? alloc_read_run(shared, slot, request, &wanted, pa) : status;
}

enum bitframe_status bitframe_shared_alloc_run(struct bitframe_shared *shared, uint32_t cpu,
                                               const struct bitframe_request *request, uint64_t *pa)
{
    struct wanted wanted;
    if (!shared || !request || !pa)
        return BITFRAME_INVALID;
    struct slot *slot = slot_of(shared, cpu);
    if (!is_simple(request, RUN_FLAGS))
        return alloc_bounded_shared_run(shared, slot, request, pa);
    read_simple(request, &wanted);
    return alloc_read_run(shared, slot, request, &wanted, pa);
}

enum bitframe_status bitframe_shared_alloc_at(struct bitframe_shared *shared, uint32_t cpu, uint64_t pa,
                                              uint64_t frames)
{
    uint64_t bit;
    enum bitframe_status status = bitframe_locate_run(shared_pool(shared), pa, frames, &bit);
    if (status != BITFRAME_OK)
        return status;
    bool is_allocated = bitframe_claim_range(shared, slot_of(shared, cpu), bit, bit + frames) == NO_BIT;
    return is_allocated ? BITFRAME_OK : BITFRAME_IN_USE;
}

/** Make bits [@p first, @p end), at least one, clear, and count. Returns how many were set. */
static uint64_t clear_range(struct bitframe_shared *shared, struct slot *slot, uint64_t first, uint64_t end)
{
    uint64_t allocated = 0;
    for (uint64_t word = first / WORD_BITS; word <= (end - 1) / WORD_BITS; word++) {
        uint64_t mask = mask_within(word, first, end);
        if ((atomic_load_relaxed(leaf_at(shared, word)) & mask) == 0)
            continue;
        uint64_t before = atomic_clear_bits(leaf_at(shared, word), mask);
        word_allocated_from(shared_pool(shared), word, before, before & ~mask);
        allocated += word_count(before & mask);
    }
    atomic_count_release(&slot->allocated, allocated);
    return allocated;
}

uint64_t bitframe_shared_alloc_range(struct bitframe_shared *shared, uint32_t cpu, uint64_t first_pa,
                                     uint64_t end_pa)
{
    if (first_pa >= end_pa)
        return 0;
    const struct bitframe *pool = shared_pool(shared);
    uint64_t end = frame_number_up(end_pa);
    uint64_t allocated = 0;
    struct span piece;
    for (uint64_t frame = frame_number(first_pa);
         bitframe_span_next(pool_spans(pool), pool->span_count, &frame, end, &piece);) {
        uint64_t bit = pool_bit(pool, piece.first);
        allocated += clear_range(shared, slot_of(shared, cpu), bit, bit + (piece.end - piece.first));
    }
    return allocated;
}
