/* SPDX-License-Identifier: MIT */
/*
 * ledger.c - an owner for each frame
 *
 * Each allocation and each free is an exchange in the table, which catches a frame that two have. The exchanges are
 * relaxed: the pool itself has to order the last owner's before the next one's.
 */
#include "stress.h"

static _Atomic(uint8_t) owner[FRAMES_MAX]; /* the worker's id + 1; 0: nobody */
static uint8_t frozen[FRAMES_MAX];

void own(struct worker *worker, uint64_t pa, uint64_t frames)
{
    for (uint64_t i = 0; i < frames; i++) {
        uint64_t frame = pa / FRAME + i - BASE;
        if (pa == 0 || pa % FRAME != 0 || frame >= set.frames || kinds[frame] != USABLE)
            fail("not a frame of the pool", pa, frame);
        uint8_t before =
            atomic_exchange_explicit(&owner[frame], (uint8_t)(worker->id + 1), memory_order_relaxed);
        if (before != 0)
            fail("held twice, the other one by worker", pa + i * FRAME, before - 1u);
    }
    worker->live[worker->live_count++] = (struct piece){.pa = pa, .frames = frames};
}

void disown(struct worker *worker, uint64_t pa, uint64_t frames)
{
    for (uint64_t i = 0; i < frames; i++) {
        uint8_t before = atomic_exchange_explicit(&owner[pa / FRAME + i - BASE], 0, memory_order_relaxed);
        if (before != worker->id + 1)
            fail("not held any more, but by worker", pa + i * FRAME, before - 1u);
    }
}

unsigned owner_of(uint64_t frame)
{
    return atomic_load_explicit(&owner[frame], memory_order_relaxed);
}

void reclaim_swept(struct worker *worker)
{
    uint64_t found = 0;
    for (uint64_t frame = 0; frame < set.frames; frame++) {
        if (kinds[frame] != USABLE || owner_of(frame) != 0)
            continue;
        uint64_t pa = (BASE + frame) * FRAME;
        enum bitframe_status status = bitframe_shared_free(shared, worker->cpu, pa);
        if (status == BITFRAME_OK)
            found++;
        else if (status != BITFRAME_DOUBLE_FREE)
            fail("nobody has it, and its free was refused", pa, (uint64_t)status);
    }
    if (found != atomic_load(&swept))
        fail("ranges have not allocated as many frames as they said", 0, found);
    atomic_store(&swept, 0);
}

void ledger_freeze(void)
{
    for (uint64_t frame = 0; frame < set.frames; frame++)
        frozen[frame] = (uint8_t)owner_of(frame);
}

unsigned frozen_owner(uint64_t frame)
{
    return frozen[frame];
}

void ledger_clear(void)
{
    for (uint64_t frame = 0; frame < set.frames; frame++)
        atomic_store_explicit(&owner[frame], 0, memory_order_relaxed);
}
