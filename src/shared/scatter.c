/* SPDX-License-Identifier: MIT */
/*
 * scatter.c - many frames in a few runs, of a pool that every CPU uses
 *
 * A look passes the bitmap and chooses runs; then each is claimed. If another CPU has a frame of one, the runs
 * before it are freed, which is a free like any other. As in none.c the call refuses only if no free was
 * counted during its look: then all that it saw to be allocated is allocated still.
 */
#include "layout/gather.h"
#include "layout/walk.h"
#include "shared/claim.h"
#include "shared/none.h"

static bool gather_shared(const struct bitframe_shared *shared, struct gather *gather)
{
    struct bitframe_map_run run;
    gather_again(gather);
    for (uint64_t frame = gather->wanted.first;
         walk_free(shared_pool(shared), shared, read_leaf, &frame, gather->wanted.end, &run);) {
        uint64_t first = frame_number(run.first_pa);
        if (bitframe_gather_free(gather, first, first + run.frames))
            return true;
    }
    return false;
}

/** Allocate all runs, or none. Whether it could. */
static bool claim_runs(struct bitframe_shared *shared, struct slot *slot, const struct gather *gather)
{
    for (uint64_t i = 0; i < gather->count; i++) {
        const struct bitframe_map_run *run = gather->runs + i;
        uint64_t bit = pool_bit(shared_pool(shared), frame_number(run->first_pa));
        if (bitframe_claim_range(shared, slot, bit, bit + run->frames) == NO_BIT)
            continue;
        while (i-- != 0) {
            run = gather->runs + i;
            bit = pool_bit(shared_pool(shared), frame_number(run->first_pa));
            (void)bitframe_set_range(shared, slot, bit, bit + run->frames);
        }
        return false;
    }
    return true;
}

enum bitframe_status bitframe_shared_alloc_scatter(struct bitframe_shared *shared, uint32_t cpu,
                                                   const struct bitframe_request *request,
                                                   struct bitframe_map_run *runs, uint64_t most,
                                                   uint64_t *count)
{
    struct gather gather;
    if (!shared || !request || !runs || !count)
        return BITFRAME_INVALID;
    enum bitframe_status status = bitframe_gather_begin(&gather, request, runs, most);
    if (status != BITFRAME_OK)
        return status;
    struct slot *slot = slot_of(shared, cpu);
    struct wanted any = scattered(&gather.wanted);
    for (int i = 0; i < LOOKS; i++) {
        uint64_t sum = bitframe_sum_of_frees(shared);
        if (bitframe_is_refused(shared, &any, sum))
            return BITFRAME_NONE;
        atomic_fence();
        bool is_enough = gather_shared(shared, &gather);
        atomic_fence();
        if (is_enough && claim_runs(shared, slot, &gather)) {
            *count = gather.count;
            gather_zero(&gather, request);
            return BITFRAME_OK;
        }
        if (!is_enough && bitframe_sum_of_frees(shared) == sum)
            return BITFRAME_NONE;
    }
    return BITFRAME_BUSY;
}
