/* SPDX-License-Identifier: MIT */
/* interleave_calls.c - what the scripts of interleave.c are made of: calls, with a check of each answer */
#include <string.h>

#include <bitframe/scatter.h>

#include "huge_calls.h"
#include "interleave.h"
#include "shared/slots.h"

uint64_t busy;

static uint64_t pa_of(uint64_t frame)
{
    return BASE + frame * FRAME;
}

static void own(uint64_t pa, uint64_t frames)
{
    for (uint64_t frame = (pa - BASE) / FRAME; frames != 0; frame++, frames--) {
        if (frame >= FRAMES || pa % FRAME != 0)
            found("handed out what is no frame", pa);
        if (world.owner[frame] != 0)
            found("handed out what is held", frame);
        world.owner[frame] = (uint8_t)(current + 1);
    }
}

static void disown(uint64_t first, uint64_t frames)
{
    for (; frames != 0; first++, frames--)
        world.owner[first] = 0;
}

static bool get_tickets(int64_t frames)
{
    if (world.tickets < frames)
        return false;
    world.tickets -= frames;
    return true;
}

/** The call is the library's: the rest of a script happens at once. Evaluates to what it returns. */
#define CALL(frames, call) (cpu[current].moves = (frames), accesses_hook = accessed, call)

/** Frames ever given back, without a step. */
static uint64_t frees_so_far(void)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < cpus; i++)
        sum += shared->slot[i].freed;
    return sum;
}

/** A call of a CPU that had a ticket was refused, and the sum of frees was @p sum when it began. */
static void refused(enum bitframe_status status, uint64_t sum)
{
    uint64_t frees = frees_so_far() - sum;
    if (status == BITFRAME_NONE)
        found("a false none", frees);
    if (status != BITFRAME_BUSY)
        found("refused otherwise", (uint64_t)status);
    if (frees < LOOKS)
        found("busy, though fewer frames than looks came back meanwhile", frees);
    busy++;
    world.tickets++;
}

uint64_t alloc(void)
{
    if (!get_tickets(1))
        return FRAMES;
    uint64_t sum = frees_so_far();
    uint64_t pa = CALL(1, bitframe_shared_alloc(shared, current));
    if (pa == 0) {
        refused(BITFRAME_BUSY, sum); /* it does not say which */
        return FRAMES;
    }
    own(pa, 1);
    return (pa - BASE) / FRAME;
}

uint64_t alloc_limited(void)
{
    const struct bitframe_request limits = {.frames = 1, .min_pa = BASE};
    uint64_t pa;
    if (!get_tickets(1))
        return FRAMES;
    uint64_t sum = frees_so_far();
    enum bitframe_status status = CALL(1, shared_alloc_run(shared, current, &limits, &pa));
    if (status != BITFRAME_OK) {
        refused(status, sum);
        return FRAMES;
    }
    own(pa, 1);
    return (pa - BASE) / FRAME;
}

void alloc_otherwise(void)
{
    const struct bitframe_request partial = {.frames = 2, .flags = BITFRAME_PARTIAL};
    uint64_t pas[2], count;
    give(alloc_limited());
    if (!get_tickets(2))
        return;
    uint64_t sum = frees_so_far();
    enum bitframe_status status = CALL(2, bitframe_shared_alloc_bulk(shared, current, &partial, pas, &count));
    if (status != BITFRAME_OK) {
        refused(status, sum);
        world.tickets++;
        return;
    }
    for (uint64_t i = 0; i < count; i++)
        own(pas[i], 1);
    world.tickets += 2 - (int64_t)count;
}

void give(uint64_t frame)
{
    if (frame >= FRAMES)
        return;
    disown(frame, 1);
    if (CALL(1, bitframe_shared_free(shared, current, pa_of(frame))) != BITFRAME_OK)
        found("a free is refused", frame);
    world.tickets++;
}

bool claim(uint64_t first, uint64_t frames, int64_t most)
{
    if (!get_tickets(most))
        return false;
    enum bitframe_status status =
        CALL(frames, bitframe_shared_alloc_at(shared, current, pa_of(first), frames));
    if (status == BITFRAME_OK) {
        own(pa_of(first), frames);
        world.tickets += most - (int64_t)frames;
        return true;
    }
    if (status != BITFRAME_IN_USE)
        found("a claim is refused otherwise", (uint64_t)status);
    world.tickets += most;
    return false;
}

void give_run(uint64_t first, uint64_t frames)
{
    disown(first, frames);
    if (CALL(frames, shared_free_run(shared, current, pa_of(first), frames)) != BITFRAME_OK)
        found("the free of a run is refused", first);
    world.tickets += (int64_t)frames;
}

uint64_t alloc_run(uint64_t frames, uint64_t align)
{
    struct bitframe_request request = {.frames = frames, .align = align};
    uint64_t pa;
    if (!get_tickets((int64_t)frames))
        return FRAMES;
    enum bitframe_status status = CALL(frames, shared_alloc_run(shared, current, &request, &pa));
    if (status == BITFRAME_OK) {
        own(pa, frames);
        return (pa - BASE) / FRAME;
    }
    if (status != BITFRAME_NONE && status != BITFRAME_BUSY)
        found("a run is refused otherwise", (uint64_t)status);
    world.tickets += (int64_t)frames;
    return FRAMES;
}

void alloc_bulk(uint64_t frames, uint32_t flags)
{
    struct bitframe_request request = {.frames = frames, .flags = flags};
    uint64_t pas[64], allocated;
    if (!get_tickets((int64_t)frames))
        return;
    enum bitframe_status status =
        CALL(frames, bitframe_shared_alloc_bulk(shared, current, &request, pas, &allocated));
    if (status == BITFRAME_NONE)
        found("a false none of a bulk alloc", frames);
    if (status != BITFRAME_OK && status != BITFRAME_BUSY)
        found("a bulk alloc is refused otherwise", (uint64_t)status);
    for (uint64_t i = 0; i < allocated; i++)
        own(pas[i], 1);
    world.tickets += (int64_t)(frames - allocated);
}

void give_bulk(const uint64_t *frames, uint64_t count)
{
    uint64_t pas[64], freed;
    for (uint64_t i = 0; i < count; i++) {
        disown(frames[i], 1);
        pas[i] = pa_of(frames[i]);
    }
    if (CALL(count, bitframe_shared_free_bulk(shared, current, pas, count, 0, &freed)) != BITFRAME_OK ||
        freed != count)
        found("a bulk free is refused", freed);
    world.tickets += (int64_t)count;
}

void alloc_scatter(uint64_t frames, bool is_there)
{
    struct bitframe_request request = {.frames = frames};
    struct bitframe_map_run runs[2];
    uint64_t count;
    if (!get_tickets((int64_t)frames))
        return;
    enum bitframe_status status =
        CALL(frames, bitframe_shared_alloc_scatter(shared, current, &request, runs, 2, &count));
    if (status == BITFRAME_BUSY || (status == BITFRAME_NONE && !is_there)) {
        world.tickets += (int64_t)frames;
        return;
    }
    if (status != BITFRAME_OK)
        found("a scatter is refused otherwise", (uint64_t)status);
    for (uint64_t i = 0; i < count; i++)
        own(runs[i].first_pa, runs[i].frames);
    for (uint64_t i = 0; i < count; i++)
        give_run((runs[i].first_pa - BASE) / FRAME, runs[i].frames);
}

void alloc_one(void)
{
    (void)alloc();
}

void alloc_alloc_give(void)
{
    uint64_t frame = alloc();
    (void)alloc();
    give(frame);
}

void alloc_range(uint64_t first, uint64_t least, uint64_t most)
{
    if (!get_tickets((int64_t)most))
        return;
    uint64_t got =
        CALL(most, bitframe_shared_alloc_range(shared, current, pa_of(first), pa_of(first + most)));
    if (got < least || got > most)
        found("a range of so many", got);
    own(pa_of(first), got);
    world.tickets += (int64_t)(most - got);
}

void give_twice(uint64_t first, uint64_t frames)
{
    disown(first, frames);
    enum bitframe_status status = frames == 1
                                      ? CALL(1, bitframe_shared_free(shared, current, pa_of(first)))
                                      : CALL(frames, shared_free_run(shared, current, pa_of(first), frames));
    if (status == BITFRAME_OK)
        world.tickets += (int64_t)frames;
    else if (status != BITFRAME_DOUBLE_FREE)
        found("refused otherwise", (uint64_t)status);
}

void leave_free(uint64_t first, uint64_t frames)
{
    if (shared_free_run(shared, current, pa_of(first), frames) != BITFRAME_OK)
        found("setup: cannot free", first);
    disown(first, frames);
    world.tickets += (int64_t)frames;
}

void words(uint64_t first, uint64_t count)
{
    memset(is_interesting + first, true, count);
}
