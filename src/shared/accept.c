/* SPDX-License-Identifier: MIT */
/* accept.c - unaccepted memory of a pool that every CPU uses: a CPU takes the number of a unit, and no other
 * has it. */
#include "layout/accept.h"

#include "base/atomic.h"

uint64_t bitframe_shared_accept(struct bitframe_acceptor *acceptor, struct bitframe_shared *shared,
                                uint32_t cpu)
{
    while (atomic_load_relaxed(&acceptor->next_unit) < acceptor->units) {
        uint64_t number = atomic_count_next(&acceptor->next_unit);
        if (number >= acceptor->units)
            break;
        struct span unit = frames_of_unit(acceptor, number);
        uint64_t frames = unit.end - unit.first;
        if (accept_frames(acceptor, unit) &&
            bitframe_shared_free_run(shared, cpu, unit.first << BITFRAME_FRAME_SHIFT, frames) ==
                BITFRAME_OK) {
            atomic_count_release(&acceptor->accepted_frames, frames);
            return frames;
        }
        atomic_count_release(&acceptor->refused_frames, frames);
    }
    return 0;
}

uint64_t bitframe_shared_accepting_alloc(struct bitframe_acceptor *acceptor, struct bitframe_shared *shared,
                                         uint32_t cpu)
{
    uint64_t pa;
    do {
        pa = bitframe_shared_alloc(shared, cpu);
    } while (pa == 0 && bitframe_shared_accept(acceptor, shared, cpu) != 0);
    return pa;
}
