/* SPDX-License-Identifier: MIT */
/* locked_buddy.c - a binary buddy with free lists, behind one lock. */
#include "contender.h"

#include "buddy.h"
#include "machine.h"
#include "ticket.h"

static struct buddy *buddy;
static struct ticket *lock;

static uint64_t bytes(uint64_t frames, unsigned cpus)
{
    (void)cpus;
    return buddy_bytes(frames) + sizeof *buddy + sizeof *lock + 4096;
}

static void open_buddy(struct machine *machine, uint64_t first_pa, uint64_t frames, unsigned cpus)
{
    (void)cpus;
    lock = machine_memory(machine, sizeof *lock, AREA_LOCK);
    buddy = machine_memory(machine, sizeof *buddy, AREA_POOL);
    buddy_init(buddy, machine_memory(machine, buddy_bytes(frames), AREA_LISTS), first_pa, frames);
}

static uint64_t alloc(unsigned cpu)
{
    (void)cpu;
    ticket_lock(lock);
    uint64_t pa = buddy_alloc(buddy);
    ticket_unlock(lock);
    return pa;
}

static bool give_back(uint64_t pa, unsigned cpu)
{
    (void)cpu;
    ticket_lock(lock);
    buddy_free(buddy, pa);
    ticket_unlock(lock);
    return true;
}

static bool close_buddy(uint64_t free_frames)
{
    return buddy_is_sound(buddy) && buddy->free_frames == free_frames;
}

const struct contender contender_locked_buddy = {
    .name = "locked buddy",
    .is_locked = true,
    .bytes = bytes,
    .open = open_buddy,
    .alloc = alloc,
    .give_back = give_back,
    .close = close_buddy,
};
