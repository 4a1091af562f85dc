/* SPDX-License-Identifier: MIT */
/* slots.c - the sums over all CPUs, and where a word outside the largest segment lies. */
#include "shared/slots.h"

uint64_t bitframe_sum_of_frees(const struct bitframe_shared *shared)
{
    uint64_t sum = 0;
    for (uint32_t cpu = 0; cpu < shared->cpus; cpu++)
        sum += atomic_load_word(&shared->slot[cpu].freed);
    return sum;
}

uint64_t bitframe_net_allocated(const struct bitframe_shared *shared)
{
    uint64_t freed = bitframe_sum_of_frees(shared);
    uint64_t allocated = 0;
    for (uint32_t cpu = 0; cpu < shared->cpus; cpu++)
        allocated += atomic_load_word(&shared->slot[cpu].allocated);
    return allocated - freed;
}

uint64_t bitframe_shared_get_free_frames(const struct bitframe_shared *shared)
{
    /* While calls are in flight the parts are of different moments, and the sum may be a little too large or
     * small. */
    uint64_t frames = shared->base_frames - bitframe_net_allocated(shared);
    uint64_t total_frames = shared_pool(shared)->total_frames;
    if (frames >> 63 != 0)
        return 0;
    return frames < total_frames ? frames : total_frames;
}

uint64_t bitframe_leaf_pa(const struct bitframe_shared *shared, uint64_t distance)
{
    uint64_t bit = leaf_number(shared, distance) * WORD_BITS;
    return frame_of_bit(bitframe_segment_of_bit(shared_pool(shared), bit), bit) << BITFRAME_FRAME_SHIFT;
}
