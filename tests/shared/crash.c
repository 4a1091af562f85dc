/* SPDX-License-Identifier: MIT */
/*
 * crash.c - a CPU that stops for ever in the middle of a call, at every step of every operation
 *
 * CPU 0 begins an operation and never comes back from its n-th access. Then CPU 1 allocates all that is left,
 * one by one, all at once, or as runs first: it gets every free frame but those that CPU 0 was
 * moving, then "none", and no call takes more than a bounded number of steps. It gives all back and allocates it
 * again. In the end bitframe_shared_begin_exclusive() and, from the metadata alone, bitframe_adopt() make a
 * sound pool of what CPU 0 left.
 *
 * The steps are the atomic accesses of the library and its plain writes to pool, metadata and storage, seen
 * by accesses.h. What is printed: for each operation its steps, and the most frames that were lost before and
 * after the repair, of those that it was moving.
 *
 *     crash [quick]   quick: after each step CPU 1 goes on in one of these ways, not in each
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bitframe/adopt.h>
#include <bitframe/bulk.h>

#include "accesses.h"
#include "crash.h"
#include "huge_calls.h"
#include "layout/window.h"
#include "room.h"

enum { BUDGET = 100000 }; /* steps that one call may take */

struct world world;
static struct world saved, stopped;
static struct room room, saved_room, stopped_room, copy_room;

struct bitframe *const pool = &world.pool;
struct bitframe_shared *shared;

static enum bitframe_policy policy;
static const char *operation = "setup";
static uint64_t stop_at; /* the step before which CPU 0 stops; UINT64_MAX for never */
static uint64_t steps;
static jmp_buf out;

bool giving[FRAMES];

_Noreturn void fail(const char *what, uint64_t value)
{
    accesses_hook = NULL;
    fprintf(stderr, "crash: %s, policy %d, stopped at step %" PRIu64 ": %s: %" PRIu64 "\n", operation,
            (int)policy, stop_at, what, value);
    exit(1);
}

void must(enum bitframe_status status, const char *what)
{
    if (status != BITFRAME_OK)
        fail(what, (uint64_t)status);
}

static bool is_step(const volatile void *address, enum access_kind kind)
{
    uintptr_t distance = (uintptr_t)address - (uintptr_t)&world;
    return (kind == ACCESS_WRITE && (distance < sizeof(world) || room_holds(&room, address))) ||
           kind == ACCESS_ATOMIC_READ || kind == ACCESS_ATOMIC_WRITE || kind == ACCESS_ATOMIC_UPDATE;
}

/** Of CPU 0: it stops where it is to stop. */
static void stopping(const volatile void *address, unsigned bytes, enum access_kind kind)
{
    (void)bytes;
    if (!is_step(address, kind))
        return;
    if (steps == stop_at)
        longjmp(out, 1);
    if (++steps > BUDGET)
        fail("CPU 0 does not come to an end", steps);
}

/** Of CPU 1: none of its calls goes on for ever. */
static void counting(const volatile void *address, unsigned bytes, enum access_kind kind)
{
    (void)bytes;
    if (is_step(address, kind) && ++steps > BUDGET)
        fail("a call of another CPU does not come to an end", steps);
}

/* Before and after. */

static bool is_free[FRAMES]; /* before the operation */
static uint64_t free_count;  /* how many, with those that it gives back */

static void set_up(size_t i)
{
    const struct bitframe_share_options options = {.policy = policy, .cpus = MOST_CPUS};
    uint64_t allocated[FRAMES / WORD_BITS];
    memset(&world, 0, sizeof(world));
    memset(giving, 0, sizeof(giving));
    must(bitframe_init(pool, BASE, FRAMES * FRAME, room.metadata, room.metadata_bytes), "init");
    if (bitframe_alloc_range(pool, 0, UINT64_MAX) != FRAMES)
        fail("setup: alloc all", 0);
    must(bitframe_share(&shared, pool, &options, room.storage, room.storage_bytes), "share");
    operations[i].setup();
    free_count = bitframe_shared_get_free_frames(shared);
    for (uint64_t frame = 0; frame < FRAMES; frame++)
        free_count += giving[frame];
    memcpy(allocated, levels_at(pool, &pool->frames, 0), sizeof(allocated));
    for (uint64_t frame = 0; frame < FRAMES; frame++)
        is_free[frame] = (allocated[frame / 64] & bit_mask(frame)) != 0;
    saved = world;
    room_copy(&saved_room, &room);
}

/** Rooms with what cannot be touched at @p end. */
static void open_rooms(enum guarded_end end)
{
    struct room *const rooms[] = {&room, &saved_room, &stopped_room, &copy_room};
    for (size_t i = 0; i < sizeof(rooms) / sizeof(*rooms); i++) {
        room_close(rooms[i]);
        if (!room_open(rooms[i], BASE, FRAMES, MOST_CPUS, FRAMES / WORD_BITS, end))
            fail("setup: no room", i);
    }
}

static bool seen[FRAMES];
static uint64_t got[FRAMES], got_count;

static void get(uint64_t pa)
{
    uint64_t frame = (pa - BASE) / FRAME;
    if (pa < BASE || frame >= FRAMES || pa % FRAME != 0)
        fail("handed out what is no frame", pa);
    if (seen[frame])
        fail("handed out twice", frame);
    if (!is_free[frame] && !giving[frame])
        fail("handed out what is held", frame);
    seen[frame] = true;
    got[got_count++] = pa;
}

enum way { ONE_BY_ONE, AT_ONCE, AS_RUNS, WAYS };

/** CPU 1 allocates all there is. */
static void alloc_all(enum way way)
{
    static uint64_t pas[FRAMES];
    struct bitframe_request request = {.frames = FRAMES, .flags = BITFRAME_PARTIAL};
    uint64_t pa, allocated = 0;
    enum bitframe_status status = BITFRAME_OK;
    memset(seen, 0, sizeof(seen));
    got_count = 0;
    accesses_hook = counting;
    if (way == AS_RUNS) {
        static const struct bitframe_request runs[] = {{.frames = HUGE, .align = HUGE * FRAME},
                                                       {.frames = 3, .flags = BITFRAME_HIGHEST}};
        for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
            while (steps = 0, shared_alloc_run(shared, 0, runs + i, &pa) == BITFRAME_OK) {
                for (uint64_t k = 0; k < runs[i].frames; k++)
                    get(pa + k * FRAME);
            }
        }
    }
    /* Frames that the index knows of come first, and what CPU 0 has hidden when those are gone. */
    while (way == AT_ONCE && (steps = 0, status = bitframe_shared_alloc_bulk(shared, 0, &request, pas,
                                                                             &allocated)) == BITFRAME_OK) {
        for (uint64_t i = 0; i < allocated; i++)
            get(pas[i]);
    }
    while (steps = 0, (pa = bitframe_shared_alloc(shared, 1)) != 0) {
        if (way == AT_ONCE)
            fail("there was more", pa);
        get(pa);
    }
    if (status != BITFRAME_OK && status != BITFRAME_NONE)
        fail("refused", (uint64_t)status);
}

/** CPU 1 gives all back that it has got. */
static void give_all_back(void)
{
    accesses_hook = counting;
    while (got_count != 0) {
        steps = 0;
        got_count--;
        must(bitframe_shared_free(shared, 1, got[got_count]), "what was got cannot be given back");
    }
}

static void check(const struct bitframe *checked, const char *what)
{
    enum bitframe_invariant broken = bitframe_check(checked);
    if (broken != BITFRAME_SOUND) {
        fprintf(stderr, "%s: ", bitframe_get_invariant_name(broken));
        fail(what, (uint64_t)broken);
    }
}

/**
 * A pool that CPU 0 has left: what others make of it.
 *
 * @param lost      Becomes how many frames nobody can have, at most.
 * @param repaired  Becomes how many even after the repair, at most.
 */
static void go_on(enum way way, uint64_t most, uint64_t *lost, uint64_t *repaired)
{
    uint64_t first = 0;
    for (int round = 0; round < 2; round++) {
        alloc_all(way);
        uint64_t missing = free_count - got_count;
        if (missing > most)
            fail("more is lost than was moved", missing);
        if (round == 1 && got_count < first)
            fail("the second time there is less", first - got_count);
        first = got_count;
        if (missing > *lost)
            *lost = missing;
        give_all_back();
    }
    accesses_hook = NULL;

    static struct world copy;
    room_copy(&copy_room, &room);
    memset(&copy.pool, 0xA5, sizeof(copy.pool));
    must(bitframe_adopt(&copy.pool, copy_room.metadata, copy_room.metadata_bytes), "adopt");
    check(&copy.pool, "what was adopted is not sound");
    if (bitframe_get_free_frames(&copy.pool) + most < free_count)
        fail("adopted, more is lost than was moved", bitframe_get_free_frames(&copy.pool));

    check(bitframe_shared_begin_exclusive(shared), "what was repaired is not sound");
    uint64_t missing = free_count - bitframe_get_free_frames(pool);
    if (missing > most)
        fail("even after the repair more is lost than was moved", missing);
    if (missing > *repaired)
        *repaired = missing;
}

/** Stop operation @p i at step @p stop. Returns whether it had so many. */
static bool stop(size_t i, uint64_t step)
{
    volatile bool stops = true;
    world = saved;
    room_copy(&room, &saved_room);
    steps = 0;
    stop_at = step;
    if (setjmp(out) == 0) {
        accesses_hook = stopping;
        operations[i].run();
        stops = false;
    }
    accesses_hook = NULL;
    return stops;
}

int main(int argc, char **argv)
{
    bool quick = argc > 1 && strcmp(argv[1], "quick") == 0;
    uint64_t runs = 0;
    printf("%-26s %-8s %6s %6s %6s %9s\n", "operation", "policy", "steps", "moves", "lost", "repaired");
    for (size_t i = 0; operations[i].name; i++) {
        for (policy = BITFRAME_LOWEST; policy <= BITFRAME_LOCAL; policy++) {
            operation = operations[i].name;
            stop_at = 0;
            open_rooms(policy == BITFRAME_LOCAL ? GUARDED_ABOVE : GUARDED_BELOW);
            set_up(i);
            uint64_t most = operations[i].moves, lost = 0, repaired = 0, step = 0;
            for (uint64_t frame = 0; frame < FRAMES; frame++)
                most += giving[frame];
            for (bool stops = true; stops; step++) {
                stops = stop(i, step);
                stopped = world;
                room_copy(&stopped_room, &room);
                for (enum way way = ONE_BY_ONE; way < WAYS; way++) {
                    if (quick && way != (step + policy) % WAYS)
                        continue;
                    world = stopped;
                    room_copy(&room, &stopped_room);
                    go_on(way, most, &lost, &repaired);
                    runs++;
                }
            }
            printf("%-26s %-8s %6" PRIu64 " %6" PRIu64 " %6" PRIu64 " %9" PRIu64 "\n", operation,
                   policy == BITFRAME_LOCAL ? "local" : "lowest", step - 1, most, lost, repaired);
        }
    }
    printf("%" PRIu64 " times another CPU went on\n", runs);
    return 0;
}
