/* SPDX-License-Identifier: MIT */
/* shared.c - a shared pool under both policies. */
#include "contender.h"

#include <bitframe/check.h>
#include <bitframe/shared.h>

#include "machine.h"
#include "name_pool.h"

static struct bitframe *pool;
static struct bitframe_shared *shared; /* of it */

static uint64_t bytes(uint64_t frames, unsigned cpus)
{
    return BITFRAME_METADATA_BYTES(0, frames * BITFRAME_FRAME_BYTES) + sizeof *pool +
           BITFRAME_SHARE_BYTES(cpus, BITFRAME_BITMAP_WORDS(0, frames * BITFRAME_FRAME_BYTES) + 64) + 4096;
}

static void open_pool(struct machine *machine, uint64_t first_pa, uint64_t frames, unsigned cpus,
                      enum bitframe_policy policy)
{
    uint64_t metadata_bytes = BITFRAME_METADATA_BYTES(first_pa, frames * BITFRAME_FRAME_BYTES);
    pool = machine_memory(machine, sizeof *pool, AREA_POOL);
    void *metadata = machine_memory(machine, metadata_bytes, AREA_REST);
    (void)bitframe_init(pool, first_pa, frames * BITFRAME_FRAME_BYTES, metadata, metadata_bytes);
    name_pool(machine, pool);
    struct bitframe_share_options options = {.policy = policy, .cpus = cpus};
    uint64_t share_bytes = bitframe_get_share_bytes(pool, cpus);
    void *storage = machine_memory(machine, share_bytes, AREA_CLAIMS);
    (void)bitframe_share(&shared, pool, &options, storage, share_bytes);
    name_slots(machine, shared);
}

static void open_lowest(struct machine *machine, uint64_t first_pa, uint64_t frames, unsigned cpus)
{
    open_pool(machine, first_pa, frames, cpus, BITFRAME_LOWEST);
}

static void open_local(struct machine *machine, uint64_t first_pa, uint64_t frames, unsigned cpus)
{
    open_pool(machine, first_pa, frames, cpus, BITFRAME_LOCAL);
}

static uint64_t alloc(unsigned cpu)
{
    return bitframe_shared_alloc(shared, cpu);
}

static bool give_back(uint64_t pa, unsigned cpu)
{
    return bitframe_shared_free(shared, cpu, pa) == BITFRAME_OK;
}

/* Index and counts as the calls have left them, and then as they are made again. */
static bool close_pool(uint64_t free_frames)
{
    return bitframe_shared_check(shared) == BITFRAME_SOUND &&
           bitframe_shared_get_free_frames(shared) == free_frames &&
           bitframe_check(bitframe_shared_begin_exclusive(shared)) == BITFRAME_SOUND &&
           bitframe_get_free_frames(pool) == free_frames;
}

#define CONTENDER(variable, title, open_it)                                                                  \
    const struct contender variable = {                                                                      \
        .name = title,                                                                                       \
        .bytes = bytes,                                                                                      \
        .open = open_it,                                                                                     \
        .alloc = alloc,                                                                                      \
        .give_back = give_back,                                                                              \
        .close = close_pool,                                                                                 \
    };

CONTENDER(contender_lowest, "lowest", open_lowest)
CONTENDER(contender_local, "local", open_local)
