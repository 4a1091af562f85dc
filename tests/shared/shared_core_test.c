/* SPDX-License-Identifier: MIT */
/* shared_core_test.c - what core caches accept, refuse, count and hand out, one call at a time. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "shared_pool.h"

Test(core, join_statuses)
{
    struct bitframe_core cache;
    make_pool(100);
    ASSERT_STATUS(bitframe_core_join(&pool, &cache, 0), BITFRAME_INVALID);
    share_as(BITFRAME_LOWEST, 2);
    ASSERT_STATUS(bitframe_core_join(NULL, &cache, 0), BITFRAME_INVALID);
    ASSERT_STATUS(bitframe_core_join(&pool, NULL, 0), BITFRAME_INVALID);
    ASSERT_STATUS(bitframe_core_join(&pool, &cache, 2), BITFRAME_INVALID);
    ASSERT_STATUS(bitframe_core_join(&pool, &cache, UINT32_MAX), BITFRAME_INVALID);
    ASSERT_STATUS(bitframe_core_join(&pool, &cache, 1), BITFRAME_OK);
    ASSERT_STATUS(bitframe_core_join(&pool, caches, 1), BITFRAME_INVALID);
    ASSERT_SOUND();
    uint64_t pa;
    ASSERT_STATUS(bitframe_core_take(&pool, &cache, &pa), BITFRAME_OK);
    bitframe_core_leave(&pool, &cache);
    cr_assert_eq(bitframe_held_frames(&pool, 1), 0);
    ASSERT_STATUS(bitframe_core_join(&pool, caches, 1), BITFRAME_OK);
    cr_assert_eq(bitframe_free_frames(&pool), 99);
    ASSERT_SOUND();
    ASSERT_STATUS(bitframe_unshare(&pool), BITFRAME_OK);
    share_as(BITFRAME_LOWEST, 2);
    ASSERT_STATUS(bitframe_core_join(&pool, caches, 1), BITFRAME_OK);
}

/** Takes and frees by a cache that is none of the pool's any more, or never was, are the pool's. */
static void assert_is_the_pool(struct bitframe_core *cache)
{
    uint64_t before = bitframe_free_frames(&pool);
    uint64_t pa = 0;
    cr_assert_eq(bitframe_core_take(&pool, cache, &pa), BITFRAME_OK);
    cr_assert(pa >= BASE && pa % FRAME == 0, "PA %#" PRIx64, pa);
    cr_assert_eq(bitframe_free_frames(&pool), before - 1);
    cr_assert_eq(bitframe_held_frames(&pool, BITFRAME_CORES_MAX), 0);
    cr_assert_eq(bitframe_core_free(&pool, cache, pa), BITFRAME_OK);
    cr_assert_eq(bitframe_core_free(&pool, cache, pa), BITFRAME_DOUBLE_FREE);
    cr_assert_eq(bitframe_core_drain(&pool, cache), 0);
    bitframe_core_leave(&pool, cache);
    cr_assert_eq(bitframe_free_frames(&pool), before);
    ASSERT_SOUND();
}

Test(core, without_a_pool_it_is_the_pool)
{
    static struct bitframe_core never;
    make_shared(3 * GROUP, BITFRAME_LOCAL);
    assert_is_the_pool(&never);
    uint64_t pa;
    cr_assert_eq(bitframe_core_take(&pool, caches, &pa), BITFRAME_OK);
    bitframe_core_leave(&pool, caches);
    cr_assert_eq(bitframe_core_free(&pool, caches, pa), BITFRAME_OK);
    assert_is_the_pool(caches);

    cr_assert_eq(bitframe_core_take(&pool, caches + 1, &pa), BITFRAME_OK);
    cr_assert_eq(bitframe_unshare(&pool), BITFRAME_OK);
    memset(storage, CANARY, sizeof(storage));
    cr_assert_eq(bitframe_core_free(&pool, caches + 1, pa), BITFRAME_OK);
    assert_is_the_pool(caches + 1);
    for (size_t i = 0; i < sizeof(storage); i++)
        cr_assert_eq(storage[i], CANARY, "byte %zu", i);

    share_as(BITFRAME_LOCAL, CORES);
    assert_is_the_pool(caches + 1);
    cr_assert_eq(bitframe_core_join(&pool, caches + 1, 1), BITFRAME_OK);
    cr_assert_eq(bitframe_core_take(&pool, caches + 1, &pa), BITFRAME_OK);
    cr_assert_eq(bitframe_held_frames(&pool, 1), WORD_BITS - 1);
}

Test(core, counts_are_exact_and_say_who_holds_what)
{
    make_shared(10 * 64, BITFRAME_LOWEST);
    for (uint64_t i = 1; i <= 100; i++) {
        cr_assert_eq(core_take(0), pa_of(i - 1));
        cr_assert_eq(bitframe_free_frames(&pool), 640 - i);
        cr_assert_eq(bitframe_held_frames(&pool, 0), (i + 63) / 64 * 64 - i);
    }
    cr_assert_eq(core_take(1), pa_of(128));
    cr_assert_eq(bitframe_held_frames(&pool, 1), 63);
    cr_assert_eq(bitframe_held_frames(&pool, 2), 0);
    cr_assert_eq(bitframe_held_frames(&pool, BITFRAME_CORES_MAX), 63 + 28);
    cr_assert_eq(bitframe_held_frames(&pool, CORES), 0);
    ASSERT_SOUND();
    cr_assert_eq(bitframe_core_drain(&pool, caches), 28);
    cr_assert_eq(bitframe_core_drain(&pool, caches), 0);
    cr_assert_eq(bitframe_held_frames(&pool, BITFRAME_CORES_MAX), 63);
    cr_assert_eq(bitframe_free_frames(&pool), 640 - 101);
    ASSERT_SOUND();
    cr_assert_eq(core_take(0), pa_of(100), "usable after a drain");
    bitframe_core_leave(&pool, caches + 1);
    cr_assert_eq(bitframe_free_frames(&pool), 640 - 102);
    ASSERT_SOUND();
    ASSERT_STATUS(bitframe_unshare(&pool), BITFRAME_OK);
    cr_assert_eq(bitframe_free_frames(&pool), 640 - 102);
    ASSERT_SOUND();
}

Test(core, double_frees_wherever_the_frame_is)
{
    make_shared(300, BITFRAME_LOWEST);
    uint64_t own = core_take(0), others = core_take(1), pools = bitframe_take(&pool);
    cr_assert_eq(own, pa_of(0));
    cr_assert_eq(others, pa_of(64));
    cr_assert_eq(pools, pa_of(128));
    for (int round = 0; round < 2; round++) {
        for (enum way way = BY_POOL; way < WAYS; way++) { /* BY_CACHE is core 1's */
            /* Held by core 0, by core 1, by nobody; never taken, and taken and freed. */
            ASSERT_STATUS(free_by(way, pa_of(1)), BITFRAME_DOUBLE_FREE);
            ASSERT_STATUS(free_by(way, pa_of(63)), BITFRAME_DOUBLE_FREE);
            ASSERT_STATUS(free_by(way, pa_of(65)), BITFRAME_DOUBLE_FREE);
            ASSERT_STATUS(free_by(way, pa_of(129)), BITFRAME_DOUBLE_FREE);
            if (round == 1) {
                ASSERT_STATUS(free_by(way, own), BITFRAME_DOUBLE_FREE);
                ASSERT_STATUS(free_by(way, others), BITFRAME_DOUBLE_FREE);
                ASSERT_STATUS(free_by(way, pools), BITFRAME_DOUBLE_FREE);
            }
            ASSERT_STATUS(free_by(way, pa_of(65) + 8), BITFRAME_MISALIGNED);
        }
        cr_assert_eq(bitframe_free_frames(&pool), round == 0 ? 297 : 300);
        ASSERT_SOUND();
        if (round == 0) {
            ASSERT_STATUS(bitframe_core_free(&pool, caches + 0, own), BITFRAME_OK);
            ASSERT_STATUS(bitframe_core_free(&pool, caches + 0, others), BITFRAME_OK);
            ASSERT_STATUS(bitframe_core_free(&pool, caches + 0, pools), BITFRAME_OK);
        }
    }
    ASSERT_STATUS(bitframe_core_free(&pool, caches + 0, others), BITFRAME_DOUBLE_FREE);
    ASSERT_STATUS(bitframe_claim(&pool, pa_of(63), 1), BITFRAME_HELD);
    ASSERT_STATUS(bitframe_claim(&pool, pa_of(60), 10), BITFRAME_HELD);
    for (uint32_t core = 0; core < 2; core++)
        (void)bitframe_core_drain(&pool, caches + core);
    ASSERT_STATUS(bitframe_claim(&pool, BASE, 300), BITFRAME_OK);
    ASSERT_STATUS(bitframe_claim(&pool, BASE, 1), BITFRAME_IN_USE);
    ASSERT_SOUND();
}

/** What one core holds of a word, and what others have freed of it since, go to different places. */
Test(core, a_word_that_two_cores_draw_on)
{
    make_shared(200, BITFRAME_LOWEST);
    for (uint64_t i = 0; i < 30; i++)
        cr_assert_eq(core_take(0), pa_of(i));
    for (uint64_t i = 0; i < 10; i++)
        ASSERT_STATUS(bitframe_core_free(&pool, caches + 1, pa_of(i)), BITFRAME_OK);
    ASSERT_SOUND();
    uint64_t pa = core_take(1);
    cr_assert_eq(pa, pa_of(0), "the lowest that is to be had");
    ASSERT_SOUND();
    /* Core 0 knows of all of its word what is free and what is not. */
    for (uint64_t i = 0; i < 64; i++) {
        bool is_taken = i == 0 || (i >= 10 && i < 30);
        ASSERT_STATUS(bitframe_core_free(&pool, caches + 0, pa_of(i)),
                      is_taken ? BITFRAME_OK : BITFRAME_DOUBLE_FREE);
        if (is_taken)
            ASSERT_STATUS(bitframe_core_free(&pool, caches + 1, pa_of(i)), BITFRAME_DOUBLE_FREE);
    }
    ASSERT_SOUND();
    (void)bitframe_core_drain(&pool, caches + 1);
    ASSERT_SOUND();
    for (uint64_t i = 0; i < 64; i++) {
        ASSERT_STATUS(bitframe_free(&pool, pa_of(i)), BITFRAME_DOUBLE_FREE);
        ASSERT_STATUS(bitframe_core_free(&pool, caches + 0, pa_of(i)), BITFRAME_DOUBLE_FREE);
    }
    (void)bitframe_core_drain(&pool, caches + 0);
    ASSERT_SOUND();
    cr_assert_eq(bitframe_free_frames(&pool), 200);
}

Test(core, held_is_said_and_resolved)
{
    make_shared(64 + 32, BITFRAME_LOWEST);
    uint64_t pa = core_take(0), pas[100], count;
    for (int i = 0; i < 32; i++)
        cr_assert_neq(bitframe_take(&pool), 0);
    cr_assert_eq(bitframe_take(&pool), 0);
    cr_assert_eq(bitframe_take_on(&pool, 3), 0);
    ASSERT_STATUS(bitframe_core_take(&pool, caches + 1, &pa), BITFRAME_HELD);
    ASSERT_STATUS(bitframe_core_take(&pool, caches + 1, &pa), BITFRAME_HELD);
    struct bitframe_request request = {.frames = 1};
    ASSERT_STATUS(bitframe_take_run(&pool, &request, &pa), BITFRAME_HELD);
    ASSERT_STATUS(bitframe_take_bulk(&pool, &request, pas, &count), BITFRAME_HELD);
    cr_assert_eq(count, 0);
    struct bitframe_request line = {.frames = LINE, .align = LINE * FRAME};
    ASSERT_STATUS(bitframe_take_run(&pool, &line, &pa), BITFRAME_HELD);
    cr_assert_eq(bitframe_held_frames(&pool, 0), 63);
    cr_assert_eq(bitframe_free_frames(&pool), 63);
    ASSERT_SOUND();

    cr_assert_eq(bitframe_core_drain(&pool, caches + 0), 63);
    ASSERT_STATUS(bitframe_core_take(&pool, caches + 1, &pa), BITFRAME_OK);
    ASSERT_STATUS(bitframe_take_run(&pool, &request, &pa), BITFRAME_HELD);
    cr_assert_eq(bitframe_core_drain(&pool, caches + 1), 62);
    request.frames = 62;
    ASSERT_STATUS(bitframe_take_bulk(&pool, &request, pas, &count), BITFRAME_OK);
    cr_assert_eq(count, 62);
    ASSERT_STATUS(bitframe_core_take(&pool, caches + 1, &pa), BITFRAME_NONE);
    ASSERT_STATUS(bitframe_take_run(&pool, &request, &pa), BITFRAME_NONE);
    ASSERT_STATUS(bitframe_take_bulk(&pool, &request, pas, &count), BITFRAME_NONE);
    cr_assert_eq(bitframe_free_frames(&pool), 0);
    ASSERT_SOUND();

    /* What is freed into a cache is held as well, after "none" was answered and remembered. */
    ASSERT_STATUS(bitframe_core_free(&pool, caches + 1, pas[0]), BITFRAME_OK);
    ASSERT_STATUS(bitframe_core_take(&pool, caches + 0, &pa), BITFRAME_OK);
    ASSERT_SOUND();
}

Test(core, freed_into_its_cache_after_none)
{
    make_shared(64, BITFRAME_LOWEST);
    uint64_t pa = 0;
    for (int i = 0; i < 64; i++)
        (void)core_take(0);
    ASSERT_STATUS(bitframe_core_take(&pool, caches + 1, &pa), BITFRAME_NONE);
    cr_assert_eq(bitframe_take(&pool), 0);
    ASSERT_STATUS(bitframe_core_free(&pool, caches + 0, pa_of(7)), BITFRAME_OK);
    ASSERT_STATUS(bitframe_core_take(&pool, caches + 1, &pa), BITFRAME_HELD);
    cr_assert_eq(bitframe_held_frames(&pool, 0), 1);
    cr_assert_eq(core_take(0), pa_of(7));
    ASSERT_STATUS(bitframe_core_take(&pool, caches + 1, &pa), BITFRAME_NONE);
    ASSERT_STATUS(bitframe_core_free(&pool, caches + 2, pa_of(9)), BITFRAME_OK);
    cr_assert_eq(core_take(1), pa_of(9));
    ASSERT_SOUND();
}

/** Random calls on four caches and the pool, against an owner per frame. */
Test(core, random_calls)
{
    enum { FRAMES = 1500, CALLS = 200000 };
    static uint8_t taken[FRAMES];
    uint64_t random = setting("BITFRAME_SEED", 20261122), calls = setting("BITFRAME_SHARED_CALLS", CALLS);
    for (int policy = BITFRAME_LOWEST; policy <= BITFRAME_LOCAL; policy++) {
        uint64_t free_frames = FRAMES;
        make_shared(FRAMES, (enum bitframe_policy)policy);
        memset(taken, 0, sizeof(taken));
        for (uint64_t call = 0; call < calls; call++) {
            uint64_t choice = next_random(&random) >> 16, frame = (choice >> 16) % FRAMES;
            uint64_t towards = call / 3000 % 2; /* fill up, then run down */
            uint32_t core = (uint32_t)(choice >> 8) % CORES;
            uint64_t pa = 0;
            if (choice % 8 < 3 + 2 * towards) {
                enum bitframe_status status;
                if (choice % 2) {
                    pa = bitframe_take_on(&pool, core);
                    status = pa != 0                                           ? BITFRAME_OK
                             : bitframe_held_frames(&pool, BITFRAME_CORES_MAX) ? BITFRAME_HELD
                                                                               : BITFRAME_NONE;
                } else {
                    status = bitframe_core_take(&pool, caches + core, &pa);
                }
                if (status == BITFRAME_OK) {
                    cr_assert(pa % FRAME == 0 && pa >= BASE && pa < pa_of(FRAMES));
                    cr_assert_eq(taken[(pa - BASE) / FRAME]++, 0, "frame %#" PRIx64 " twice", pa);
                    free_frames--;
                } else {
                    uint64_t held = bitframe_held_frames(&pool, BITFRAME_CORES_MAX);
                    cr_assert_eq(held, free_frames, "call %" PRIu64, call);
                    cr_assert_eq(status, held ? BITFRAME_HELD : BITFRAME_NONE);
                }
            } else if (choice % 64 == 7) {
                (void)bitframe_core_drain(&pool, caches + core);
            } else if (choice % 512 == 15) {
                bitframe_core_leave(&pool, caches + core);
                ASSERT_STATUS(bitframe_core_join(&pool, caches + core, core), BITFRAME_OK);
            } else {
                pa = pa_of(frame);
                enum bitframe_status status = choice % 2 ? bitframe_free_on(&pool, pa, core)
                                                         : bitframe_core_free(&pool, caches + core, pa);
                cr_assert_eq(status, taken[frame] ? BITFRAME_OK : BITFRAME_DOUBLE_FREE,
                             "call %" PRIu64 ", frame %" PRIu64 ": %s", call, frame,
                             bitframe_status_name(status));
                free_frames += taken[frame];
                taken[frame] = 0;
            }
            cr_assert_eq(bitframe_free_frames(&pool), free_frames);
            if (call % 64 == 0)
                ASSERT_SOUND();
        }
        ASSERT_STATUS(bitframe_unshare(&pool), BITFRAME_OK);
        cr_assert_eq(bitframe_free_frames(&pool), free_frames);
        ASSERT_SOUND();
    }
}
