/* SPDX-License-Identifier: MIT */
/* shared_test.c - what shared pools accept, refuse, count and hand out, one call at a time. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <bitframe/adopt.h>
#include <bitframe/check.h>
#include <bitframe/map.h>
#include <bitframe/offline.h>
#include <bitframe/platform.h>

#include "guarded.h"
#include "random.h"
#include "shared_pool.h"

/* Sharing, and its end */

Test(share, refuses_bad_arguments_without_effect)
{
    make_pool(1000);
    struct bitframe before = pool;
    const struct bitframe_share_options good = {.policy = BITFRAME_LOCAL, .cpus = 3};
    const struct bitframe_share_options bad[] = {
        {.policy = BITFRAME_LOWEST, .cpus = 0},
        {.policy = BITFRAME_LOWEST, .cpus = BITFRAME_CPUS_MAX + 1},
        {.policy = BITFRAME_LOWEST, .cpus = UINT32_MAX},
        {.policy = (enum bitframe_policy)2, .cpus = 1},
    };
    uint64_t bytes = bitframe_get_share_bytes(&pool, 3);
    cr_assert_eq(bytes, BITFRAME_SHARE_BYTES(3, pool.frames.words));
    static struct guarded room;
    char *storage = guarded_renew(&room, bytes, BITFRAME_SHARE_ALIGN);
    char *untouched = guarded_copy(storage, bytes, BITFRAME_SHARE_ALIGN, GUARDED_ABOVE);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        ASSERT_STATUS(bitframe_share(&shared, &pool, bad + i, storage, bytes), BITFRAME_INVALID);
    ASSERT_STATUS(bitframe_share(NULL, &pool, &good, storage, bytes), BITFRAME_INVALID);
    ASSERT_STATUS(bitframe_share(&shared, NULL, &good, storage, bytes), BITFRAME_INVALID);
    ASSERT_STATUS(bitframe_share(&shared, &pool, NULL, storage, bytes), BITFRAME_INVALID);
    ASSERT_STATUS(bitframe_share(&shared, &pool, &good, NULL, bytes), BITFRAME_INVALID);
    for (int skipped = 1; skipped < BITFRAME_SHARE_ALIGN; skipped++)
        ASSERT_STATUS(bitframe_share(&shared, &pool, &good, storage + skipped, bytes), BITFRAME_INVALID);
    ASSERT_STATUS(bitframe_share(&shared, &pool, &good, storage, bytes - 1), BITFRAME_NO_ROOM);
    ASSERT_STATUS(bitframe_share(&shared, &pool, &good, storage, 0), BITFRAME_NO_ROOM);
    cr_assert_null(shared);
    cr_assert_arr_eq(&pool, &before, sizeof(pool));
    cr_assert_arr_eq(storage, untouched, bytes);

    ASSERT_STATUS(bitframe_share(&shared, &pool, &good, storage, bytes), BITFRAME_OK);
    cr_assert_eq((void *)shared, (void *)storage);
    before = pool;
    ASSERT_STATUS(bitframe_share(&shared, &pool, &good, storage, bytes), BITFRAME_INVALID);
    cr_assert_arr_eq(&pool, &before, sizeof(pool));
    cr_assert_eq(bitframe_shared_begin_exclusive(shared), &pool);
    cr_assert_eq(bitframe_get_free_frames(&pool), 1000);
    ASSERT_SOUND();
}

Test(share, bytes_are_the_documented_ones)
{
    for (uint64_t frames = 1; frames < MOST; frames += 1 + frames * 3 / 4) {
        make_pool(frames);
        for (uint32_t cpus = 1; cpus <= BITFRAME_CPUS_MAX; cpus *= 8)
            cr_assert_eq(bitframe_get_share_bytes(&pool, cpus),
                         BITFRAME_SHARE_BYTES(cpus, pool.frames.words));
    }
}

/** Every part of the storage is within what bitframe_get_share_bytes() asks for, whatever the pool's size. */
Test(share, stays_within_its_storage)
{
    for (uint64_t groups = 1; groups <= 70; groups += groups < 62 ? 7 : 1) {
        make_pool(groups * GROUP);
        for (uint32_t cpus = 1; cpus <= 9; cpus += 4) {
            uint64_t bytes = bitframe_get_share_bytes(&pool, cpus);
            static struct guarded room;
            char *storage = guarded_renew(&room, bytes, BITFRAME_SHARE_ALIGN);
            struct bitframe_share_options options = {.policy = BITFRAME_LOCAL, .cpus = cpus};
            ASSERT_STATUS(bitframe_share(&shared, &pool, &options, storage, bytes), BITFRAME_OK);
            /* What is left is in the last group, so the CPU makes that one its own. */
            struct bitframe_request rest = {.frames = groups * GROUP - 64};
            uint64_t pa;
            ASSERT_STATUS(bitframe_shared_alloc_run(shared, 0, &rest, &pa), BITFRAME_OK);
            for (uint64_t i = 0; i < 64; i++)
                cr_assert_neq(bitframe_shared_alloc(shared, cpus - 1), 0);
            cr_assert_eq(bitframe_shared_alloc(shared, cpus - 1), 0);
            const uint64_t *claims = claims_of(shared, groups - 1);
            cr_assert((const char *)claims < storage + bytes);
            cr_assert_neq(*claims & bit_mask(groups - 1), 0);
            cr_assert_eq(bitframe_shared_begin_exclusive(shared), &pool);
            make_pool(groups * GROUP);
        }
    }
}

Test(share, most_cpus)
{
    make_pool(300);
    share_as(BITFRAME_LOCAL, BITFRAME_CPUS_MAX);
    for (uint32_t cpu = 0; cpu < 300; cpu++)
        cr_assert_neq(bitframe_shared_alloc(shared, cpu * 13), 0);
    cr_assert_eq(bitframe_shared_get_free_frames(shared), 0);
    cr_assert_eq(bitframe_shared_alloc(shared, BITFRAME_CPUS_MAX - 1), 0);
    ASSERT_SOUND();
}

Test(share, init_and_adopt)
{
    make_shared(1000, BITFRAME_LOWEST);
    (void)bitframe_shared_alloc(shared, 1);
    (void)bitframe_shared_alloc(shared, 0);
    struct bitframe other;
    ASSERT_STATUS(bitframe_adopt(&other, metadata, metadata_bytes), BITFRAME_OK);
    cr_assert_eq(bitframe_check(&other), BITFRAME_SOUND);
    cr_assert_eq(bitframe_get_free_frames(&other), 1000 - 2);

    make_pool(500);
    cr_assert_not(pool_is_lent(&pool), "it starts over");
    cr_assert_eq(bitframe_alloc(&pool), BASE);
    ASSERT_SOUND();
}

Test(share, its_end_repairs_index_and_counts)
{
    uint64_t random = setting("BITFRAME_SEED", 20261122);
    for (int round = 0; round < 200; round++) {
        make_shared(2 * GROUP + 77, round % 2 ? BITFRAME_LOCAL : BITFRAME_LOWEST);
        uint64_t allocated = next_random(&random) % (2 * GROUP);
        for (uint64_t i = 0; i < allocated; i++)
            (void)bitframe_shared_alloc(shared, 0);
        /* Anything above the bitmap, and the counts. */
        for (int i = 0; i < 8; i++) {
            struct bitframe_levels *levels = i % 2 ? &pool.frames : &pool.huge;
            uint64_t k = levels == &pool.huge ? next_random(&random) % levels->count
                                              : 1 + next_random(&random) % (levels->count - 1);
            levels_at(&pool, levels, k)[0] ^= next_random(&random);
        }
        slot_of(shared, 1)->allocated ^= next_random(&random);
        slot_of(shared, 1)->freed ^= next_random(&random);
        cr_assert_eq(bitframe_shared_begin_exclusive(shared), &pool);
        ASSERT_SOUND();
        cr_assert_eq(bitframe_get_free_frames(&pool), 2 * GROUP + 77 - allocated);
        share_as(BITFRAME_LOWEST, 2);
        ASSERT_SOUND();
        cr_assert_eq(bitframe_shared_get_free_frames(shared), 2 * GROUP + 77 - allocated);
    }
}

/* CPU numbers */

Test(shared, every_call_counts_for_its_cpu)
{
    make_shared(2 * HUGE, BITFRAME_LOCAL);
    struct bitframe_request request = {.frames = 10};
    uint64_t pas[10], count;
    for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
        const struct slot *slot = slot_of(shared, cpu);
        uint64_t pa = bitframe_shared_alloc(shared, cpu), run;
        ASSERT_STATUS(bitframe_shared_alloc_run(shared, cpu, &request, &run), BITFRAME_OK);
        cr_assert_eq(slot->allocated, 11);
        ASSERT_STATUS(bitframe_shared_free(shared, cpu, pa), BITFRAME_OK);
        ASSERT_STATUS(bitframe_shared_free_run(shared, cpu, run, 10), BITFRAME_OK);
        cr_assert_eq(slot->freed, 11);
        ASSERT_STATUS(bitframe_shared_alloc_bulk(shared, cpu, &request, pas, &count), BITFRAME_OK);
        cr_assert_eq(slot->allocated, 21);
        ASSERT_STATUS(bitframe_shared_free_bulk(shared, cpu, pas, 10, 0, &count), BITFRAME_OK);
        cr_assert_eq(slot->freed, 21);
        ASSERT_STATUS(bitframe_shared_alloc_at(shared, cpu, pa_of(3), 100), BITFRAME_OK);
        cr_assert_eq(slot->allocated, 121);
        cr_assert_eq(bitframe_shared_alloc_range(shared, cpu, 0, pa_of(HUGE)), HUGE - 100);
        cr_assert_eq(slot->allocated, 21 + HUGE);
        cr_assert_eq(bitframe_shared_alloc_huge(shared, cpu), pa_of(HUGE));
        cr_assert_eq(bitframe_shared_alloc_huge(shared, cpu), 0);
        cr_assert_eq(slot->allocated, 21 + 2 * HUGE);
        ASSERT_STATUS(bitframe_shared_free_huge(shared, cpu, pa_of(HUGE) + FRAME), BITFRAME_MISALIGNED);
        ASSERT_STATUS(bitframe_shared_free_huge(shared, cpu, pa_of(HUGE)), BITFRAME_OK);
        ASSERT_STATUS(bitframe_shared_free_huge(shared, cpu, pa_of(HUGE)), BITFRAME_DOUBLE_FREE);
        ASSERT_STATUS(bitframe_shared_free_run(shared, cpu, BASE, HUGE), BITFRAME_OK);
        cr_assert_eq(slot->freed, 21 + 2 * HUGE);
        ASSERT_SOUND();
    }
    cr_assert_eq(bitframe_shared_get_free_frames(shared), 2 * HUGE);
}

Test(shared, a_wrong_cpu_number_works)
{
    make_shared(200, BITFRAME_LOCAL);
    const uint32_t wrong[] = {CPUS, CPUS + 1, BITFRAME_CPUS_MAX, UINT32_MAX, UINT32_MAX - 1};
    for (uint64_t i = 0; i < 200; i++) {
        uint64_t pa = bitframe_shared_alloc(shared, wrong[i % 5]);
        cr_assert(pa >= BASE && pa < pa_of(200));
    }
    cr_assert_eq(bitframe_shared_alloc(shared, UINT32_MAX), 0);
    for (uint64_t i = 0; i < 200; i++)
        ASSERT_STATUS(bitframe_shared_free(shared, wrong[i % 5] + 1, pa_of(i)), BITFRAME_OK);
    cr_assert_eq(bitframe_shared_get_free_frames(shared), 200);
    ASSERT_SOUND();
}

/* Frees */

Test(shared, free_statuses)
{
    static const struct {
        uint64_t frame;
        bool in_window;
    } places[] = {{5, false}, {299, false}, {1000, true}, {2999, true}, {3500, false}};
    make_spans();
    share_as(BITFRAME_LOWEST, CPUS);
    struct bitframe_offline_range record;
    uint64_t words[4];
    ASSERT_STATUS(bitframe_shared_alloc_at(shared, 0, pa_of(3602), 1), BITFRAME_OK);
    ASSERT_STATUS(bitframe_set_offline(bitframe_shared_begin_exclusive(shared), &record, pa_of(3600),
                                       100 * FRAME, words, 4),
                  BITFRAME_OK);
    bitframe_shared_end_exclusive(shared);
    uint64_t total = bitframe_shared_get_free_frames(shared);
    cr_assert_eq(total, 3300 - 20 - 100);
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        uint64_t pa = pa_of(places[i].frame);
        cr_assert_eq(window_has(shared, pa), places[i].in_window);
        ASSERT_STATUS(bitframe_shared_free(shared, 1, pa), BITFRAME_DOUBLE_FREE);
        ASSERT_STATUS(bitframe_shared_alloc_at(shared, 0, pa, 1), BITFRAME_OK);
        ASSERT_STATUS(bitframe_shared_free(shared, 1, pa + 1), BITFRAME_MISALIGNED);
        ASSERT_STATUS(bitframe_shared_free(shared, 1, pa + FRAME - 1), BITFRAME_MISALIGNED);
        cr_assert_eq(bitframe_shared_get_free_frames(shared), total - 1);
        ASSERT_STATUS(bitframe_shared_free(shared, 1, pa), BITFRAME_OK);
        ASSERT_STATUS(bitframe_shared_free(shared, 1, pa), BITFRAME_DOUBLE_FREE);
    }
    const uint64_t outside[] = {0,
                                1,
                                BASE - 1,
                                BASE - FRAME,
                                pa_of(300),
                                pa_of(999),
                                pa_of(4000),
                                pa_of(4000) + 1,
                                UINT64_MAX,
                                pa_of(1000) + (UINT64_C(1) << 44),
                                pa_of(1000) | UINT64_C(0xFFFF000000000000)};
    for (size_t i = 0; i < sizeof(outside) / sizeof(*outside); i++)
        ASSERT_STATUS(bitframe_shared_free(shared, 1, outside[i]), BITFRAME_UNMANAGED);
    ASSERT_STATUS(bitframe_shared_free(shared, 1, pa_of(100)), BITFRAME_RESERVED);
    ASSERT_STATUS(bitframe_shared_free(shared, 1, pa_of(3009)), BITFRAME_RESERVED);
    ASSERT_STATUS(bitframe_shared_free(shared, 1, pa_of(3009) + 1), BITFRAME_MISALIGNED);
    ASSERT_STATUS(bitframe_shared_free(shared, 1, pa_of(3600)), BITFRAME_OFFLINE);
    ASSERT_STATUS(bitframe_shared_free(shared, 1, pa_of(3602)), BITFRAME_OK);
    cr_assert_eq(bitframe_get_offline_in_use(&record), 0);
    cr_assert_eq(bitframe_get_offline_frames(&pool), 100);
    ASSERT_STATUS(bitframe_shared_free(shared, 1, pa_of(3602)), BITFRAME_OFFLINE);
    cr_assert_eq(bitframe_shared_get_free_frames(shared), total);
    ASSERT_SOUND();
    ASSERT_STATUS(bitframe_set_online(bitframe_shared_begin_exclusive(shared), &record), BITFRAME_OK);
    bitframe_shared_end_exclusive(shared);
    cr_assert_eq(bitframe_shared_get_free_frames(shared), total + 100);
    ASSERT_SOUND();
}

/** Runs and bulk frees look at all first, and change nothing if they refuse one. */
Test(shared, frees_of_many_change_nothing_if_refused)
{
    make_shared(3 * HUGE, BITFRAME_LOWEST);
    ASSERT_STATUS(bitframe_shared_alloc_at(shared, 0, BASE, 2 * HUGE), BITFRAME_OK);
    ASSERT_STATUS(bitframe_shared_free(shared, 0, pa_of(700)), BITFRAME_OK);
    ASSERT_STATUS(bitframe_shared_free_run(shared, 0, BASE, 2 * HUGE), BITFRAME_DOUBLE_FREE);
    ASSERT_STATUS(bitframe_shared_free_run(shared, 0, pa_of(HUGE), HUGE), BITFRAME_DOUBLE_FREE);
    ASSERT_STATUS(bitframe_shared_free_run(shared, 0, BASE, 0), BITFRAME_INVALID);
    ASSERT_STATUS(bitframe_shared_free_run(shared, 0, BASE, 4 * HUGE), BITFRAME_UNMANAGED);
    ASSERT_STATUS(bitframe_shared_free_run(shared, 0, BASE + 8, 2), BITFRAME_MISALIGNED);
    uint64_t pas[4] = {pa_of(0), pa_of(1), pa_of(2), pa_of(700)}, freed;
    ASSERT_STATUS(bitframe_shared_free_bulk(shared, 0, pas, 4, 0, &freed), BITFRAME_DOUBLE_FREE);
    cr_assert_eq(freed, 0);
    cr_assert_eq(bitframe_shared_get_free_frames(shared), HUGE + 1);
    /* Twice in the list: seen late. */
    pas[3] = pa_of(1);
    ASSERT_STATUS(bitframe_shared_free_bulk(shared, 0, pas, 4, 0, &freed), BITFRAME_DOUBLE_FREE);
    cr_assert_eq(freed, 3);
    cr_assert_eq(bitframe_shared_get_free_frames(shared), HUGE + 4);
    /* Some are free. */
    ASSERT_STATUS(bitframe_shared_alloc_at(shared, 0, pa_of(700), 1), BITFRAME_OK);
    ASSERT_STATUS(bitframe_shared_free_run(shared, 0, BASE, HUGE), BITFRAME_DOUBLE_FREE);
    ASSERT_STATUS(bitframe_shared_free_run(shared, 0, BASE, 2), BITFRAME_DOUBLE_FREE);
    pas[0] = pa_of(800);
    pas[1] = pa_of(2);
    ASSERT_STATUS(bitframe_shared_free_bulk(shared, 0, pas, 2, 0, &freed), BITFRAME_DOUBLE_FREE);
    cr_assert_eq(freed, 0);
    ASSERT_STATUS(bitframe_shared_free_bulk(shared, 0, pas, 2, BITFRAME_PARTIAL, &freed),
                  BITFRAME_DOUBLE_FREE);
    cr_assert_eq(freed, 1);
    ASSERT_SOUND();
}

/* Policies */

Test(policy, lowest_is_the_lowest_whatever_the_cpu)
{
    make_pool(2 * GROUP);
    share_as(BITFRAME_LOWEST, CPUS);
    for (uint64_t i = 0; i < GROUP + 100; i++)
        cr_assert_eq(bitframe_shared_alloc(shared, (uint32_t)i % CPUS), pa_of(i));
    uint64_t random = 1;
    for (int round = 0; round < 1000; round++) {
        uint64_t frame = next_random(&random) % (GROUP + 100);
        ASSERT_STATUS(bitframe_shared_free(shared, (uint32_t)round, pa_of(frame)), BITFRAME_OK);
        cr_assert_eq(bitframe_shared_alloc(shared, (uint32_t)round / 3), pa_of(frame));
    }
    ASSERT_SOUND();
}

/** Two CPUs that take turns, 64 frames each, are never in one group while another has frames. */
Test(policy, local_cpus_stay_apart)
{
    enum { GROUPS = 16 };
    static uint8_t visitors[GROUPS];
    make_pool(GROUPS * GROUP);
    share_as(BITFRAME_LOCAL, 2);
    for (uint64_t turn = 0; turn < GROUPS * GROUP / 64; turn++) {
        uint32_t cpu = turn % 2;
        for (int i = 0; i < 64; i++) {
            uint64_t pa = bitframe_shared_alloc(shared, cpu);
            cr_assert_neq(pa, 0);
            visitors[(pa - BASE) / FRAME / GROUP] |= (uint8_t)(1 << cpu);
        }
    }
    cr_assert_eq(bitframe_shared_get_free_frames(shared), 0);
    int both = 0;
    for (int group = 0; group < GROUPS; group++)
        both += visitors[group] == 3;
    cr_assert_leq(both, 1, "only the last one");
    ASSERT_SOUND();
}

/** Four CPUs at random, frames given back too, until half is allocated: none meets another. */
Test(policy, local_cpus_stay_apart_with_frees)
{
    enum { GROUPS = 32, TURNS = 40000 };
    static uint64_t pas[GROUPS * GROUP];
    uint64_t count = 0, random = 5, met = 0, allocated = 0;
    make_pool(GROUPS * GROUP);
    share_as(BITFRAME_LOCAL, CPUS);
    uint64_t last[CPUS];
    memset(last, 0xFF, sizeof(last));
    for (int turn = 0; turn < TURNS; turn++) {
        uint32_t cpu = (uint32_t)(next_random(&random) >> 32) % CPUS;
        if (count != 0 && (count > GROUPS * GROUP / 2 || next_random(&random) % 5 < 2)) {
            uint64_t i = next_random(&random) % count;
            ASSERT_STATUS(bitframe_shared_free(shared, cpu, pas[i]), BITFRAME_OK);
            pas[i] = pas[--count];
            continue;
        }
        pas[count] = bitframe_shared_alloc(shared, cpu);
        last[cpu] = (pas[count++] - BASE) / FRAME / GROUP;
        allocated++;
        for (uint32_t other = 0; other < CPUS; other++)
            met += other != cpu && last[other] == last[cpu];
    }
    cr_assert_eq(met, 0, "%" PRIu64 " of %" PRIu64 " allocations", met, allocated);
    ASSERT_SOUND();
}

/** Huge frames that are whole stay so while a partly used one of the group has frames. */
Test(policy, local_uses_broken_huges_first)
{
    make_pool(GROUP);
    /* Of huge frames 1, 4 and 6 some frames are allocated: these are used up first. */
    ASSERT_STATUS(bitframe_alloc_at(&pool, pa_of(1 * HUGE + 3), 1), BITFRAME_OK);
    ASSERT_STATUS(bitframe_alloc_at(&pool, pa_of(4 * HUGE + 400), 1), BITFRAME_OK);
    ASSERT_STATUS(bitframe_alloc_at(&pool, pa_of(6 * HUGE), HUGE - 1), BITFRAME_OK);
    share_as(BITFRAME_LOCAL, 1);
    for (int i = 0; i < 2 * (HUGE - 1) + 1; i++) {
        uint64_t huge_frame = (bitframe_shared_alloc(shared, 0) - BASE) / FRAME / HUGE;
        cr_assert(huge_frame == 1 || huge_frame == 4 || huge_frame == 6, "huge frame %" PRIu64, huge_frame);
    }
    struct bitframe_request request = {.frames = HUGE, .align = HUGE * FRAME};
    uint64_t pa;
    for (int i = 0; i < 5; i++)
        ASSERT_STATUS(bitframe_shared_alloc_run(shared, 0, &request, &pa), BITFRAME_OK);
    ASSERT_STATUS(bitframe_shared_alloc_run(shared, 0, &request, &pa), BITFRAME_NONE);
    cr_assert_eq(bitframe_shared_alloc(shared, 0), 0);
    ASSERT_SOUND();
}

Test(policy, local_allocs_from_anywhere_until_all_is_allocated)
{
    static uint8_t seen[5 * GROUP + 13];
    enum { FRAMES = sizeof(seen) };
    make_shared(FRAMES, BITFRAME_LOCAL);
    for (uint64_t i = 0; i < FRAMES; i++) {
        /* CPU 2 allocates nearly all, the others have a claim on a group each. */
        uint64_t pa = bitframe_shared_alloc(shared, i < 8 ? (uint32_t)i % CPUS : 2);
        cr_assert_neq(pa, 0, "%" PRIu64 " of %u", i, FRAMES);
        cr_assert_eq(seen[(pa - BASE) / FRAME]++, 0);
    }
    for (uint32_t cpu = 0; cpu < CPUS; cpu++)
        cr_assert_eq(bitframe_shared_alloc(shared, cpu), 0);
    ASSERT_STATUS(bitframe_shared_free(shared, 0, pa_of(4321)), BITFRAME_OK);
    cr_assert_eq(bitframe_shared_alloc(shared, 3), pa_of(4321), "the last free frame is any CPU's");
    ASSERT_SOUND();
}

/* Huge frames of 2 MiB */

Test(shared, huges)
{
    for (int policy = BITFRAME_LOWEST; policy <= BITFRAME_LOCAL; policy++) {
        enum { HUGES = 70 * 8 }; /* more than a word of huge frames */
        make_shared(HUGES * HUGE, (enum bitframe_policy)policy);
        struct bitframe_request request = {.frames = HUGE, .align = HUGE * FRAME};
        static uint8_t seen[HUGES];
        memset(seen, 0, sizeof(seen));
        uint64_t pa;
        for (uint64_t i = 0; i < HUGES; i++) {
            ASSERT_STATUS(bitframe_shared_alloc_run(shared, 0, &request, &pa), BITFRAME_OK);
            cr_assert_eq(pa % (HUGE * FRAME), 0);
            cr_assert_eq(seen[(pa - BASE) / FRAME / HUGE]++, 0);
            cr_assert(policy == BITFRAME_LOCAL || pa == pa_of(i * HUGE));
        }
        ASSERT_STATUS(bitframe_shared_alloc_run(shared, 0, &request, &pa), BITFRAME_NONE);
        cr_assert_eq(bitframe_shared_alloc(shared, 0), 0);
        ASSERT_SOUND();
        /* Back whole, frame by frame, in parts, and twice. */
        ASSERT_STATUS(bitframe_shared_free_run(shared, 0, pa_of(300 * HUGE), HUGE), BITFRAME_OK);
        ASSERT_STATUS(bitframe_shared_free_run(shared, 0, pa_of(300 * HUGE), HUGE), BITFRAME_DOUBLE_FREE);
        for (uint64_t i = 0; i < HUGE; i++)
            ASSERT_STATUS(bitframe_shared_free(shared, 0, pa_of(7 * HUGE + (i * 37) % HUGE)), BITFRAME_OK);
        ASSERT_STATUS(bitframe_shared_free_run(shared, 0, pa_of(200 * HUGE), 100), BITFRAME_OK);
        ASSERT_STATUS(bitframe_shared_free_run(shared, 0, pa_of(200 * HUGE), HUGE), BITFRAME_DOUBLE_FREE);
        ASSERT_STATUS(bitframe_shared_free_run(shared, 0, pa_of(200 * HUGE + 100), HUGE - 100), BITFRAME_OK);
        ASSERT_SOUND();
        for (int i = 0; i < 3; i++)
            ASSERT_STATUS(bitframe_shared_alloc_run(shared, 0, &request, &pa), BITFRAME_OK);
        ASSERT_STATUS(bitframe_shared_alloc_run(shared, 0, &request, &pa), BITFRAME_NONE);
        ASSERT_SOUND();
        ASSERT_STATUS(bitframe_shared_free_run(shared, 0, BASE, 4 * HUGE), BITFRAME_OK);
        request.frames = 3 * HUGE;
        request.flags = BITFRAME_HIGHEST;
        ASSERT_STATUS(bitframe_shared_alloc_run(shared, 0, &request, &pa), BITFRAME_OK);
        cr_assert_eq(pa, pa_of(HUGE));
        ASSERT_SOUND();
    }
}

/* What changes tables is the owner's. */

Test(shared, exclusive_access)
{
    make_shared(3 * GROUP, BITFRAME_LOCAL);
    for (uint32_t i = 0; i < 2 * CPUS; i++)
        (void)bitframe_shared_alloc(shared, i % CPUS);
    uint64_t free_frames = 3 * GROUP - 2 * CPUS;
    struct bitframe_offline_range record;
    static uint64_t words[GROUP / 64];
    cr_assert_eq(bitframe_shared_begin_exclusive(shared), &pool);
    cr_assert_eq(bitframe_get_free_frames(&pool), free_frames);
    ASSERT_SOUND();
    ASSERT_STATUS(bitframe_reserve(&pool, pa_of(2 * GROUP + 5), 10 * FRAME), BITFRAME_OK);
    free_frames -= 10;
    ASSERT_STATUS(bitframe_reserve(&pool, BASE, 3 * GROUP * FRAME), BITFRAME_IN_USE);
    ASSERT_STATUS(bitframe_unreserve(&pool, pa_of(2 * GROUP), 3 * FRAME), BITFRAME_NOT_RESERVED);
    uint64_t pa = bitframe_alloc(&pool);
    ASSERT_SOUND();
    bitframe_shared_end_exclusive(shared);
    ASSERT_SOUND();
    ASSERT_STATUS(bitframe_shared_free(shared, 1, pa), BITFRAME_OK);
    ASSERT_STATUS(bitframe_shared_free(shared, 1, pa_of(2 * GROUP + 5)), BITFRAME_RESERVED);
    cr_assert_eq(bitframe_shared_get_free_frames(shared), free_frames);
    ASSERT_SOUND();

    ASSERT_STATUS(bitframe_set_offline(bitframe_shared_begin_exclusive(shared), &record,
                                       pa_of(2 * GROUP + 100), 50 * FRAME, words, GROUP / 64),
                  BITFRAME_OK);
    bitframe_shared_end_exclusive(shared);
    cr_assert_eq(bitframe_shared_get_free_frames(shared), free_frames - 50);
    ASSERT_SOUND();
    for (uint32_t cpu = 0; cpu < CPUS; cpu++)
        (void)bitframe_shared_alloc(shared, cpu);
    free_frames -= CPUS;
    (void)bitframe_shared_begin_exclusive(shared);
    ASSERT_STATUS(bitframe_set_online(&pool, &record), BITFRAME_OK);
    ASSERT_STATUS(bitframe_unreserve(&pool, pa_of(2 * GROUP + 5), 10 * FRAME), BITFRAME_OK);
    bitframe_shared_end_exclusive(shared);
    free_frames += 10;
    cr_assert_eq(bitframe_shared_get_free_frames(shared), free_frames);
    ASSERT_SOUND();
    /* All that is left can still be allocated, by any CPU. */
    while (bitframe_shared_alloc(shared, (uint32_t)free_frames) != 0)
        free_frames--;
    cr_assert_eq(free_frames, 0);
    ASSERT_SOUND();
}

/** Pool, metadata and storage are seen at another address later: copied there as they lie. */
Test(shared, moves_with_its_pool)
{
    enum { ROOM = 1 << 16 };
    char *here = guarded_open(ROOM, BITFRAME_SHARE_ALIGN, GUARDED_ABOVE);
    char *there = guarded_open(ROOM, BITFRAME_SHARE_ALIGN, GUARDED_ABOVE);
    struct bitframe *made = (struct bitframe *)(void *)here;
    uint64_t bytes = BITFRAME_METADATA_BYTES(BASE, 2 * GROUP * FRAME);
    struct bitframe_share_options options = {.policy = BITFRAME_LOCAL, .cpus = 2};
    struct bitframe_shared *first;
    ASSERT_STATUS(bitframe_init(made, BASE, 2 * GROUP * FRAME, here + 4096, bytes), BITFRAME_OK);
    ASSERT_STATUS(bitframe_share(&first, made, &options, here + ROOM / 2, ROOM / 2), BITFRAME_OK);
    uint64_t pa = bitframe_shared_alloc(first, 0);
    memcpy(there, here, ROOM);
    memset(here, CANARY, ROOM);
    struct bitframe_shared *moved = (struct bitframe_shared *)(void *)(there + ROOM / 2);
    cr_assert_eq(bitframe_shared_check(moved), BITFRAME_SOUND);
    cr_assert_eq(bitframe_shared_alloc(moved, 0), pa + FRAME);
    ASSERT_STATUS(bitframe_shared_free(moved, 1, pa), BITFRAME_OK);
    cr_assert_eq(bitframe_shared_check(moved), BITFRAME_SOUND);
    struct bitframe *owned = bitframe_shared_begin_exclusive(moved);
    cr_assert_eq((void *)owned, (void *)there);
    cr_assert_eq(bitframe_get_free_frames(owned), 2 * GROUP - 1);
    cr_assert_eq(bitframe_check(owned), BITFRAME_SOUND);
    for (int i = 0; i < ROOM; i++)
        cr_assert_eq((uint8_t)here[i], CANARY);
    guarded_close(here, ROOM);
    guarded_close(there, ROOM);
}
