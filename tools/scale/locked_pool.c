/* SPDX-License-Identifier: MIT */
/* locked_pool.c - a pool with one owner, whoever holds the lock. */
#include "contender.h"

#include <bitframe/bitframe.h>
#include <bitframe/check.h>

#include "machine.h"
#include "name_pool.h"
#include "ticket.h"

static struct bitframe *pool;
static struct ticket *lock;

static uint64_t bytes(uint64_t frames, unsigned cpus)
{
    (void)cpus;
    return BITFRAME_METADATA_BYTES(0, frames * BITFRAME_FRAME_BYTES) + sizeof *pool + sizeof *lock + 4096;
}

static void open_pool(struct machine *machine, uint64_t first_pa, uint64_t frames, unsigned cpus)
{
    (void)cpus;
    uint64_t metadata_bytes = BITFRAME_METADATA_BYTES(first_pa, frames * BITFRAME_FRAME_BYTES);
    lock = machine_memory(machine, sizeof *lock, AREA_LOCK);
    pool = machine_memory(machine, sizeof *pool, AREA_POOL);
    void *metadata = machine_memory(machine, metadata_bytes, AREA_REST);
    (void)bitframe_init(pool, first_pa, frames * BITFRAME_FRAME_BYTES, metadata, metadata_bytes);
    name_pool(machine, pool);
}

static uint64_t alloc(unsigned cpu)
{
    (void)cpu;
    ticket_lock(lock);
    uint64_t pa = bitframe_alloc(pool);
    ticket_unlock(lock);
    return pa;
}

static bool give_back(uint64_t pa, unsigned cpu)
{
    (void)cpu;
    ticket_lock(lock);
    enum bitframe_status status = bitframe_free(pool, pa);
    ticket_unlock(lock);
    return status == BITFRAME_OK;
}

static bool close_pool(uint64_t free_frames)
{
    return bitframe_check(pool) == BITFRAME_SOUND && bitframe_get_free_frames(pool) == free_frames;
}

const struct contender contender_locked_pool = {
    .name = "locked pool",
    .is_locked = true,
    .bytes = bytes,
    .open = open_pool,
    .alloc = alloc,
    .give_back = give_back,
    .close = close_pool,
};
