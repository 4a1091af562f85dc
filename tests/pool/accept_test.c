/* SPDX-License-Identifier: MIT */
/* accept_test.c - memory is accepted once, whole, and before anyone gets it */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include <bitframe/accept.h>

#include "random.h"
#include "test_map.h"
#include "test_pool.h"

enum { FRAMES = 4096, ROOM = 64, CPUS = 4 };

#define BASE GIB

static struct bitframe pool;
static struct guarded metadata, slots;
static struct bitframe_map map;
static struct bitframe_acceptor acceptor;
static struct bitframe_map_run runs[ROOM];
static uint8_t accepted[FRAMES]; /* how often */
static bool is_refused[FRAMES];
static bool is_unaccepted[FRAMES];
static uint64_t unit, refuse_every, calls;

static uint64_t frame_of(uint64_t pa)
{
    return (pa - BASE) / FRAME;
}

static bool accept_memory(void *context, uint64_t pa, uint64_t bytes)
{
    cr_assert_eq(context, &unit);
    cr_assert(bytes != 0 && bytes % FRAME == 0 && bytes <= unit * FRAME);
    cr_assert_eq(pa / (unit * FRAME), (pa + bytes - 1) / (unit * FRAME), "two units at once");
    uint64_t call = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    for (uint64_t frame = frame_of(pa); frame < frame_of(pa + bytes); frame++)
        __atomic_add_fetch(&accepted[frame], 1, __ATOMIC_RELAXED);
    bool good = refuse_every == 0 || call % refuse_every != 0;
    for (uint64_t frame = frame_of(pa); frame < frame_of(pa + bytes); frame++)
        is_refused[frame] = !good;
    return good;
}

static void add(enum bitframe_map_kind kind, uint64_t first, uint64_t frames)
{
    cr_assert_eq(bitframe_map_add(&map, kind, BASE + first * FRAME, frames * FRAME), BITFRAME_OK);
    for (uint64_t frame = first; frame < first + frames && frame < FRAMES; frame++)
        is_unaccepted[frame] = kind == BITFRAME_MAP_UNACCEPTED;
}

static void begin(void)
{
    cr_assert_eq(guarded_map(&map, ROOM), BITFRAME_OK);
    memset(accepted, 0, sizeof(accepted));
    memset(is_unaccepted, 0, sizeof(is_unaccepted));
    memset(is_refused, 0, sizeof(is_refused));
    refuse_every = calls = 0;
}

static void make(void)
{
    cr_assert_eq(bitframe_acceptor_init(&acceptor, &map, runs, ROOM, unit, accept_memory, &unit),
                 BITFRAME_OK);
    uint64_t pa = 0;
    uint64_t bytes = 0;
    cr_assert_eq(bitframe_place(&map, &pa, &bytes), BITFRAME_OK);
    for (uint64_t frame = frame_of(pa); frame < frame_of(pa + bytes); frame++)
        cr_assert_not(is_unaccepted[frame], "the metadata are placed in it");
    guarded_pool(&pool, &metadata, &map);
    cr_assert_eq(bitframe_acceptor_start(&acceptor, &pool), BITFRAME_OK);
    ASSERT_SOUND(&pool);
    cr_assert_eq(calls, 0, "nothing is accepted yet");
}

static void expect_accepted(uint64_t pa)
{
    cr_assert_eq(accepted[frame_of(pa)], is_unaccepted[frame_of(pa)], "%#" PRIx64, pa);
    cr_assert_not(is_refused[frame_of(pa)], "%#" PRIx64, pa);
}

Test(accept, as_it_is_first_taken)
{
    static const uint64_t units[] = {1, 4, 512, 8192};
    uint64_t seed = setting("BITFRAME_SEED", 20260101);
    for (unsigned round = 0; round < 200; round++) {
        unit = units[round % 4];
        begin();
        add(BITFRAME_MAP_RAM, 0, 64);
        for (uint64_t first = 64 + next_random(&seed) % 100; first < FRAMES - 300;) {
            uint64_t frames = 1 + next_random(&seed) % 300;
            bool ram = next_random(&seed) % 3 == 0;
            add(ram ? BITFRAME_MAP_RAM : BITFRAME_MAP_UNACCEPTED, first, frames);
            first += frames + next_random(&seed) % 3 * 200;
        }
        uint64_t reserved = next_random(&seed) % FRAMES; /* in unaccepted memory, perhaps: never handed out */
        add(BITFRAME_MAP_RESERVED, reserved, 1);
        make();
        refuse_every = round % 3 == 0 ? 5 : 0;
        uint64_t total = bitframe_get_unaccepted_frames(&acceptor);
        uint64_t expected = 0;
        for (uint64_t frame = 0; frame < FRAMES; frame++)
            expected += is_unaccepted[frame];
        cr_assert_eq(total, expected);
        cr_assert_neq(total, 0);

        uint64_t pa;
        uint64_t before = bitframe_get_free_frames(&pool);
        for (uint64_t i = 0; (pa = bitframe_accepting_alloc(&acceptor, &pool)) != 0; i++) {
            cr_assert(i >= before || calls == 0, "before it is needed");
            cr_assert_neq(pa, BASE + reserved * FRAME);
            expect_accepted(pa);
        }
        ASSERT_SOUND(&pool);
        cr_assert_eq(bitframe_get_unaccepted_frames(&acceptor), 0);
        cr_assert_eq(acceptor.accepted_frames + acceptor.refused_frames, total);
        cr_assert_eq(acceptor.refused_frames != 0, refuse_every != 0 && calls >= 5);
        cr_assert_eq(bitframe_accept(&acceptor, &pool), 0);
        for (uint64_t frame = 0; frame < FRAMES; frame++)
            cr_assert_eq(accepted[frame], is_unaccepted[frame], "frame %" PRIu64, frame);
    }
}

Test(accept, for_a_run)
{
    unit = 512;
    begin();
    add(BITFRAME_MAP_RAM, 0, 64);
    add(BITFRAME_MAP_UNACCEPTED, 512, 2048);
    make();
    const struct bitframe_request request = {.frames = 1000};
    uint64_t pa = 0;
    enum bitframe_status status;
    while ((status = bitframe_alloc_run(&pool, &request, &pa)) == BITFRAME_NONE &&
           bitframe_accept(&acceptor, &pool) != 0) {
    }
    cr_assert_eq(status, BITFRAME_OK);
    cr_expect_eq(calls, 2);
    cr_expect_eq(bitframe_get_unaccepted_frames(&acceptor), 1024);
}

Test(accept, refuses_bad_arguments)
{
    unit = 1;
    begin();
    add(BITFRAME_MAP_RAM, 0, 64);
    add(BITFRAME_MAP_UNACCEPTED, 100, 10);
    add(BITFRAME_MAP_UNACCEPTED, 200, 10);
    struct bitframe_map before = map;
    cr_expect_eq(bitframe_acceptor_init(NULL, &map, runs, ROOM, 1, accept_memory, 0), BITFRAME_INVALID);
    cr_expect_eq(bitframe_acceptor_init(&acceptor, NULL, runs, ROOM, 1, accept_memory, 0), BITFRAME_INVALID);
    cr_expect_eq(bitframe_acceptor_init(&acceptor, &map, NULL, ROOM, 1, accept_memory, 0), BITFRAME_INVALID);
    cr_expect_eq(bitframe_acceptor_init(&acceptor, &map, runs, ROOM, 1, NULL, 0), BITFRAME_INVALID);
    cr_expect_eq(bitframe_acceptor_init(&acceptor, &map, runs, ROOM, 0, accept_memory, 0), BITFRAME_INVALID);
    cr_expect_eq(bitframe_acceptor_init(&acceptor, &map, runs, ROOM, 3, accept_memory, 0), BITFRAME_INVALID);
    cr_expect_eq(memcmp(&before, &map, sizeof(map)), 0);
    cr_expect_eq(bitframe_acceptor_init(&acceptor, &map, runs, 1, 1, accept_memory, 0), BITFRAME_NO_ROOM);
    cr_expect_not(bitframe_map_is_complete(&map));
    cr_expect_eq(bitframe_acceptor_start(NULL, &pool), BITFRAME_INVALID);
    cr_expect_eq(bitframe_acceptor_start(&acceptor, NULL), BITFRAME_INVALID);
    begin();
    add(BITFRAME_MAP_RAM, 0, 64);
    make();
    while (bitframe_accepting_alloc(&acceptor, &pool) != 0) {
    }
    cr_expect_eq(calls, 0, "there is nothing to accept");
}

/* All CPUs. */

static struct bitframe_shared *shared;
static uint64_t allocated[CPUS];

static void *take_all(void *argument)
{
    uint32_t cpu = *(const uint32_t *)argument;
    uint64_t pa;
    while ((pa = bitframe_shared_accepting_alloc(&acceptor, shared, cpu)) != 0) {
        expect_accepted(pa);
        allocated[cpu]++;
    }
    return NULL;
}

Test(accept, by_all_cpus)
{
    static const uint64_t units[] = {1, 8, 512};
    for (unsigned round = 0; round < 30; round++) {
        unit = units[round % 3];
        begin();
        add(BITFRAME_MAP_RAM, 0, 64);
        add(BITFRAME_MAP_UNACCEPTED, 100, 700);
        add(BITFRAME_MAP_UNACCEPTED, 900, 3000);
        make();
        refuse_every = round % 2 ? 5 : 0;
        uint64_t free_frames = bitframe_get_free_frames(&pool);
        shared = guarded_share(&pool, &slots, BITFRAME_LOWEST, CPUS);
        pthread_t threads[CPUS];
        uint32_t cpus[CPUS];
        memset(allocated, 0, sizeof(allocated));
        for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
            cpus[cpu] = cpu;
            cr_assert_eq(pthread_create(&threads[cpu], NULL, take_all, &cpus[cpu]), 0);
        }
        for (uint32_t cpu = 0; cpu < CPUS; cpu++)
            cr_assert_eq(pthread_join(threads[cpu], NULL), 0);
        take_all(&cpus[0]); /* what was accepted last */
        cr_assert_eq(allocated[0] + allocated[1] + allocated[2] + allocated[3],
                     free_frames + 3700 - acceptor.refused_frames);
        cr_assert_eq(acceptor.refused_frames != 0, refuse_every != 0);
        cr_assert_eq(bitframe_get_unaccepted_frames(&acceptor), 0);
        for (uint64_t frame = 0; frame < FRAMES; frame++)
            cr_assert_eq(accepted[frame], is_unaccepted[frame]);
        cr_assert_eq(bitframe_shared_begin_exclusive(shared), &pool);
        ASSERT_SOUND(&pool);
    }
}
