/* SPDX-License-Identifier: MIT */
/*
 * mixes.c - what a thread does, at random
 *
 * A worker has what it allocated in live[], and the ledger says the same. An interrupt may come anywhere in here;
 * it is a worker of its own, so nothing of its thread's is in its way but the pool.
 */
#include "huge_calls.h"
#include "stress.h"

enum { INTERRUPT_LIVE = 48 };

static void met(struct worker *worker, enum event event)
{
    worker->events[event]++;
}

/** The number of the CPU that a call is to be made as. A wrong one costs speed only, it is said. */
static uint32_t cpu_of(struct worker *worker)
{
    if (!set.wrong)
        return worker->cpu;
    uint32_t cpu = (uint32_t)(next_random(&worker->random) >> 16);
    if (cpu % 4 == 0) {
        met(worker, NO_CPU);
        return cpu;
    }
    cpu %= (uint32_t)set.threads;
    if (cpu != worker->cpu)
        met(worker, WRONG_CPU);
    return cpu;
}

/** A request failed. May it? */
static void none(struct worker *worker, enum bitframe_status status)
{
    if (status == BITFRAME_BUSY)
        met(worker, MET_BUSY);
    else if (status == BITFRAME_NONE)
        met(worker, NONE);
    else
        fail("refused with a status that is not due", 0, (uint64_t)status);
}

static bool has_room(const struct worker *worker)
{
    return worker->live_count < (worker->is_interrupt ? INTERRUPT_LIVE : LIVE_MAX - BULK);
}

/* Tickets: who takes pays first, and who gives back is paid after that. */

/** Pay for @p frames frames. @return  Whether there were tickets; always without them. */
static bool pay(struct worker *worker, uint64_t frames)
{
    if (!set.tickets || atomic_fetch_sub(&tickets, (int64_t)frames) >= (int64_t)frames)
        return true;
    atomic_fetch_add(&tickets, (int64_t)frames);
    /* Nobody owes it a frame, but it may ask. */
    worker->calls++;
    uint64_t left = bitframe_shared_get_free_frames(shared);
    if (left > usable)
        fail("more free frames than there are", 0, left);
    met(worker, NONE);
    return false;
}

static void refund(uint64_t frames)
{
    if (set.tickets)
        atomic_fetch_add(&tickets, (int64_t)frames);
}

/** A request for one frame failed that had been paid for, or need not be. */
static void none_of_one(struct worker *worker, enum bitframe_status status)
{
    if (set.tickets && status == BITFRAME_NONE)
        fail("a false \"none\"", 0, bitframe_shared_get_free_frames(shared));
    none(worker, status);
    refund(1);
}

/** What a 0 stands for: by a ticket a frame is there, so it is for too much that others did. */
static enum bitframe_status why_none(void)
{
    return set.tickets ? BITFRAME_BUSY : BITFRAME_NONE;
}

/* Allocations. */

/** Allocate a frame in one of the ways there are. */
static enum bitframe_status alloc_somehow(struct worker *worker, uint64_t *pa)
{
    struct bitframe_request request = {.frames = 1};
    uint64_t way = random_below(&worker->random, 16);
    uint64_t allocated;
    worker->calls++;
    if (way >= 3 || set.mix == SINGLE) {
        *pa = bitframe_shared_alloc(shared, cpu_of(worker));
        return *pa != 0 ? BITFRAME_OK : why_none();
    }
    if (way == 2)
        request.flags = BITFRAME_HIGHEST;
    if (way == 1)
        request.min_pa = BASE * FRAME;
    if (way != 0)
        return shared_alloc_run(shared, cpu_of(worker), &request, pa);
    request.flags = BITFRAME_PARTIAL;
    return bitframe_shared_alloc_bulk(shared, cpu_of(worker), &request, pa, &allocated);
}

static void alloc_one(struct worker *worker)
{
    uint64_t pa;
    if (!pay(worker, 1))
        return;
    enum bitframe_status status = alloc_somehow(worker, &pa);
    if (status == BITFRAME_OK)
        own(worker, pa, 1);
    else
        none_of_one(worker, status);
}

static void alloc_run(struct worker *worker)
{
    static const uint64_t lengths[] = {1, 2, 7, 64, 65, 127, 130, 200, 512, 512, 512, 1024};
    struct bitframe_request request = {
        .frames = lengths[random_below(&worker->random, sizeof(lengths) / sizeof(lengths[0]))],
        .flags = random_below(&worker->random, 4) == 0 ? BITFRAME_HIGHEST : 0,
    };
    if (request.frames % 512 == 0 && random_below(&worker->random, 2) == 0)
        request.align = 512 * FRAME;
    uint64_t limits = random_below(&worker->random, 8);
    if (limits == 0)
        request.min_pa = (BASE + random_below(&worker->random, set.frames)) * FRAME;
    else if (limits == 1)
        request.max_pa = (BASE + random_below(&worker->random, set.frames)) * FRAME + 1;
    else if (limits == 2)
        request.boundary = FRAME << random_below(&worker->random, 11);
    uint64_t pa;
    if (!pay(worker, request.frames))
        return;
    worker->calls++;
    enum bitframe_status status = shared_alloc_run(shared, cpu_of(worker), &request, &pa);
    if (status != BITFRAME_OK) {
        refund(request.frames);
        none(worker, status);
        met(worker, NO_RUN);
        return;
    }
    if (pa < request.min_pa || (request.max_pa != 0 && pa + request.frames * FRAME > request.max_pa) ||
        (request.align != 0 && pa % request.align != 0) ||
        (request.boundary != 0 &&
         pa / request.boundary != (pa + request.frames * FRAME - 1) / request.boundary))
        fail("not where the run was wanted", pa, request.frames);
    own(worker, pa, request.frames);
    met(worker, request.align != 0 ? HUGE : RUN);
}

/** What a call is to say of frames [@p first, @p first + @p frames) before it looks who has them. */
static enum bitframe_status status_of(uint64_t first, uint64_t frames)
{
    enum bitframe_status status = BITFRAME_OK;
    for (uint64_t frame = first; frame < first + frames; frame++) {
        if (frame >= set.frames || kinds[frame] == HOLE)
            return BITFRAME_UNMANAGED;
        if (kinds[frame] == IN_RESERVATION)
            status = BITFRAME_RESERVED;
    }
    return status;
}

static void claim(struct worker *worker)
{
    uint64_t frames = 1 + random_below(&worker->random, random_below(&worker->random, 2) == 0 ? 4 : 130);
    uint64_t first = random_below(&worker->random, set.frames);
    if (!pay(worker, frames))
        return;
    worker->calls++;
    enum bitframe_status status =
        bitframe_shared_alloc_at(shared, cpu_of(worker), (BASE + first) * FRAME, frames);
    enum bitframe_status expected = status_of(first, frames);
    if (status != BITFRAME_OK)
        refund(frames);
    if (expected != BITFRAME_OK) {
        if (status != expected)
            fail("a claim was refused with another status", (BASE + first) * FRAME, (uint64_t)status);
    } else if (status == BITFRAME_OK) {
        own(worker, (BASE + first) * FRAME, frames);
        met(worker, CLAIMED);
    } else if (status == BITFRAME_IN_USE) {
        met(worker, IN_USE);
    } else {
        fail("a claim was refused with a status that is not due", (BASE + first) * FRAME, (uint64_t)status);
    }
}

static void alloc_bulk(struct worker *worker)
{
    uint64_t pas[BULK], allocated;
    struct bitframe_request request = {
        .frames = 1 + random_below(&worker->random, BULK),
        .flags = (random_below(&worker->random, 2) == 0 ? BITFRAME_PARTIAL : 0u) |
                 (random_below(&worker->random, 4) == 0 ? BITFRAME_HIGHEST : 0u),
    };
    if (!pay(worker, request.frames))
        return;
    worker->calls++;
    enum bitframe_status status =
        bitframe_shared_alloc_bulk(shared, cpu_of(worker), &request, pas, &allocated);
    refund(request.frames - allocated);
    if (set.tickets && status == BITFRAME_NONE)
        fail("a false \"none\" of a bulk alloc", 0, request.frames);
    if (status != BITFRAME_OK) {
        none(worker, status);
        return;
    }
    if (allocated != request.frames) {
        if ((request.flags & BITFRAME_PARTIAL) == 0 || allocated == 0 || allocated > request.frames)
            fail("a bulk call allocated another number", pas[0], allocated);
        met(worker, FEWER);
    }
    for (uint64_t i = 0; i < allocated; i++)
        own(worker, pas[i], 1);
}

/** Allocate what is free of a range: nobody knows what it was, so it is nobody's until all stop. */
static void sweep(struct worker *worker)
{
    uint64_t first = random_below(&worker->random, set.frames);
    uint64_t frames = 1 + random_below(&worker->random, 20);
    worker->calls++;
    uint64_t allocated = bitframe_shared_alloc_range(shared, cpu_of(worker), (BASE + first) * FRAME,
                                                     (BASE + first + frames) * FRAME);
    if (allocated == 0)
        return;
    atomic_fetch_add(&swept, allocated);
    met(worker, SWEPT);
}

/* Frees. */

static struct piece forget(struct worker *worker)
{
    uint64_t i = random_below(&worker->random, worker->live_count);
    struct piece piece = worker->live[i];
    if (piece.frames > 1 && random_below(&worker->random, 4) == 0) {
        /* A part of it, from the front. */
        uint64_t part = 1 + random_below(&worker->random, piece.frames - 1);
        worker->live[i] = (struct piece){.pa = piece.pa + part * FRAME, .frames = piece.frames - part};
        piece.frames = part;
    } else {
        worker->live[i] = worker->live[--worker->live_count];
    }
    disown(worker, piece.pa, piece.frames);
    return piece;
}

static void free_piece(struct worker *worker)
{
    struct piece piece = forget(worker);
    worker->calls++;
    if (piece.frames == 1)
        must(bitframe_shared_free(shared, cpu_of(worker), piece.pa), "a free was refused", piece.pa);
    else
        must(shared_free_run(shared, cpu_of(worker), piece.pa, piece.frames), "a run's free was refused",
             piece.pa);
    refund(piece.frames);
}

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static void free_bulk(struct worker *worker)
{
    uint64_t pas[BULK], freed;
    uint64_t frames = 0;
    while (frames < BULK && worker->live_count != 0) {
        struct piece piece = forget(worker);
        if (piece.frames > BULK - frames) {
            must(shared_free_run(shared, cpu_of(worker), piece.pa, piece.frames), "a run's free was refused",
                 piece.pa);
            refund(piece.frames);
            continue;
        }
        for (uint64_t i = 0; i < piece.frames; i++)
            pas[frames++] = piece.pa + i * FRAME;
    }
    if (random_below(&worker->random, 2) == 0)
        qsort(pas, frames, sizeof(pas[0]), compare);
    worker->calls++;
    must(bitframe_shared_free_bulk(shared, cpu_of(worker), pas, frames,
                                   random_below(&worker->random, 2) ? BITFRAME_PARTIAL : 0, &freed),
         "a bulk free was refused", pas[0]);
    if (freed != frames)
        fail("a bulk free freed fewer", pas[0], freed);
    refund(frames);
}

void give_back_all(struct worker *worker)
{
    while (worker->live_count != 0)
        free_piece(worker);
}

/* Mistakes. */

static void must_refuse(struct worker *worker, enum bitframe_status status, enum bitframe_status expected,
                        uint64_t pa)
{
    if (status != expected)
        fail("not refused as it should be, but with status", pa, (uint64_t)status);
    met(worker, expected == BITFRAME_UNMANAGED    ? UNMANAGED
                : expected == BITFRAME_MISALIGNED ? MISALIGNED
                : expected == BITFRAME_RESERVED   ? RESERVED
                                                  : DOUBLE_FREE);
}

/** Free something that can never be freed. */
static void free_wrongly(struct worker *worker)
{
    uint64_t first = random_below(&worker->random, set.frames + 2);
    uint64_t frames = 1 + random_below(&worker->random, 70);
    uint64_t pa = (BASE + first) * FRAME;
    enum bitframe_status expected = status_of(first, 1);
    worker->calls++;
    if (random_below(&worker->random, 2) == 0) {
        uint64_t inside = 1 + random_below(&worker->random, FRAME - 1);
        if (expected != BITFRAME_UNMANAGED)
            expected = BITFRAME_MISALIGNED;
        must_refuse(worker, bitframe_shared_free(shared, cpu_of(worker), pa + inside), expected, pa + inside);
    } else if (expected != BITFRAME_OK) {
        must_refuse(worker, bitframe_shared_free(shared, cpu_of(worker), pa), expected, pa);
    } else {
        expected = status_of(first, frames);
        if (expected != BITFRAME_OK)
            must_refuse(worker, shared_free_run(shared, cpu_of(worker), pa, frames), expected, pa);
    }
}

/** Free one's own frames and one that cannot be, in one call: all or none, or all that can be. */
static void free_bulk_wrongly(struct worker *worker)
{
    uint64_t pas[BULK + 1], freed;
    uint64_t frames = 0;
    while (frames < BULK && worker->live_count != 0 &&
           worker->live[worker->live_count - 1].frames <= BULK - frames) {
        struct piece piece = worker->live[--worker->live_count];
        for (uint64_t i = 0; i < piece.frames; i++)
            pas[frames++] = piece.pa + i * FRAME;
        disown(worker, piece.pa, piece.frames);
    }
    uint64_t wrong = random_below(&worker->random, frames + 1);
    if (wrong != frames)
        pas[frames] = pas[wrong];
    pas[wrong] = BASE * FRAME + 1;
    worker->calls += 2;
    must_refuse(worker, bitframe_shared_free_bulk(shared, cpu_of(worker), pas, frames + 1, 0, &freed),
                BITFRAME_MISALIGNED, pas[wrong]);
    if (freed != 0)
        fail("a bulk free that was refused freed", pas[0], freed);
    (void)bitframe_shared_free_bulk(shared, cpu_of(worker), pas, frames + 1, BITFRAME_PARTIAL, &freed);
    if (freed != frames)
        fail("a bulk free freed another number", pas[0], freed);
    refund(frames);
}

/** Free frames that are free already, and stay so, since nobody takes any. */
static void free_again(struct worker *worker, uint64_t first)
{
    uint64_t pa = (BASE + first) * FRAME;
    uint64_t pas[BULK], freed;
    uint64_t frames = 0;
    uint64_t wanted = 1 + random_below(&worker->random, BULK);
    while (frames < wanted && first + frames < set.frames && kinds[first + frames] == USABLE &&
           frozen_owner(first + frames) == 0) {
        pas[frames] = pa + frames * FRAME;
        frames++;
    }
    enum bitframe_status status;
    uint64_t way = random_below(&worker->random, 5);
    worker->calls++;
    if (way <= 1)
        status = bitframe_shared_free(shared, cpu_of(worker), pa);
    else if (way == 2)
        status = shared_free_run(shared, cpu_of(worker), pa, frames);
    else
        status = bitframe_shared_free_bulk(shared, cpu_of(worker), pas, frames,
                                           way == 3 ? BITFRAME_PARTIAL : 0, &freed);
    if (way >= 3 && freed != 0)
        fail("a bulk free of free frames freed", pa, freed);
    must_refuse(worker, status, BITFRAME_DOUBLE_FREE, pa);
}

/** Free frames that somebody had when all stopped: whoever comes first has freed them. */
static void free_theirs(struct worker *worker, uint64_t first)
{
    uint64_t pas[BULK], freed;
    uint64_t pa = (BASE + first) * FRAME;
    uint64_t frames = 0;
    uint64_t wanted = 1 + random_below(&worker->random, BULK);
    while (frames < wanted && first + frames < set.frames && frozen_owner(first + frames) != 0) {
        pas[frames] = pa + frames * FRAME;
        frames++;
    }
    enum bitframe_status status;
    worker->calls++;
    if (frames > 1) {
        status = bitframe_shared_free_bulk(shared, cpu_of(worker), pas, frames, BITFRAME_PARTIAL, &freed);
        atomic_fetch_add(&given_back, freed);
    } else {
        status = bitframe_shared_free(shared, cpu_of(worker), pa);
        if (status == BITFRAME_OK)
            atomic_fetch_add(&given_back, 1);
    }
    if (status == BITFRAME_DOUBLE_FREE)
        met(worker, SECOND_FREE);
    else
        must(status, "a free beside others was refused with a status that is not due", pa);
}

/**
 * Free huge frames that were held when all stopped, as runs, and frames of them beside that. Which frames a
 * run that was refused has freed is not told; the counts tell in the end whether each was freed once.
 */
static void free_their_huges(struct worker *worker)
{
    for (uint64_t huge_frame = 0; huge_frame + 512 <= set.frames; huge_frame += 512) {
        uint64_t frames = 0;
        while (frames < 512 && frozen_owner(huge_frame + frames) != 0)
            frames++;
        if (frames < 512)
            continue;
        uint64_t pa = (BASE + huge_frame) * FRAME;
        worker->calls++;
        enum bitframe_status status =
            random_below(&worker->random, 2) == 0
                ? shared_free_run(shared, cpu_of(worker), pa, 512)
                : bitframe_shared_free(shared, cpu_of(worker),
                                       pa + random_below(&worker->random, 512) * FRAME);
        if (status == BITFRAME_DOUBLE_FREE)
            met(worker, SECOND_FREE);
        else
            must(status, "a free beside others was refused with a status that is not due", pa);
    }
}

void give_back_only(struct worker *worker, bool is_contest, bool has_runs)
{
    if (is_contest && has_runs)
        free_their_huges(worker);
    for (uint64_t i = 0; i < 200; i++) {
        uint64_t frame = random_below(&worker->random, set.frames);
        if (kinds[frame] != USABLE)
            continue;
        if (frozen_owner(frame) == 0)
            free_again(worker, frame);
        else if (is_contest)
            free_theirs(worker, frame);
    }
    while (is_contest && worker->live_count != 0) {
        struct piece piece = worker->live[--worker->live_count];
        for (uint64_t i = 0; i < piece.frames; i++)
            free_theirs(worker, piece.pa / FRAME - BASE + i);
    }
}

/* Everything. */

/** @return  Whether it was a call of many frames. */
static bool step_of_many(struct worker *worker, uint64_t choice)
{
    if (choice < 8 && has_room(worker))
        alloc_run(worker);
    else if (choice < 12 && has_room(worker))
        claim(worker);
    else if (choice < 15 && has_room(worker))
        alloc_bulk(worker);
    else if (choice < 19 && worker->live_count != 0)
        free_bulk(worker);
    else if (choice == 19 && !set.tickets) /* it takes as much as there is */
        sweep(worker);
    else
        return false;
    return true;
}

void step(struct worker *worker)
{
    uint64_t choice = random_below(&worker->random, 100);
    if (random_below(&worker->random, 1000) ==
        0) /* a tide: the pool is nearly full, or nearly empty, for a while */
        worker->bias = 30 + random_below(&worker->random, 45);
    if (set.mix >= MISTAKES && choice >= 95) {
        if (choice == 95)
            free_bulk_wrongly(worker);
        else
            free_wrongly(worker);
        return;
    }
    if (set.mix >= EVERYTHING && step_of_many(worker, choice))
        return;
    if (random_below(&worker->random, 100) < worker->bias && has_room(worker))
        alloc_one(worker);
    else if (worker->live_count != 0)
        free_piece(worker);
}

void step_in_interrupt(struct worker *worker)
{
    uint64_t choice = random_below(&worker->random, 100);
    if (set.mix >= EVERYTHING && choice < 15 && has_room(worker))
        alloc_run(worker);
    else if (set.mix >= EVERYTHING && choice < 20 && has_room(worker))
        claim(worker);
    else if (choice < 58 && has_room(worker))
        alloc_one(worker);
    else if (worker->live_count != 0)
        free_piece(worker);
}
