/* SPDX-License-Identifier: MIT */
/* walk_test.c - runs of free and of allocated frames, of one owner and of all CPUs, against the model */
#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include <bitframe/bulk.h>
#include <bitframe/offline.h>
#include <bitframe/shared.h>
#include <bitframe/walk.h>

#include "layout/walk.h"
#include "model.h"
#include "random.h"
#include "test_pool.h"

enum { ROOM = 2400 };

static struct bitframe pool;
static struct bitframe_shared *shared; /* null: the pool is its owner's */
static struct guarded metadata, storage, words;
static struct bitframe_offline_range record;
static struct model model;
static uint64_t numbers[ROOM];
static uint8_t states[4][ROOM];

/** Spans in one segment, with a hole of few frames between them, and a segment far away. */
static void make_pool(void)
{
    static struct bitframe_map_range ranges[8];
    struct bitframe_map map;
    uint64_t first = 1 + below(700);
    const uint64_t spans[3][2] = {
        {first, 1 + below(400)}, {first + 401 + below(70), 1 + below(900)}, {first + 9000, 1 + below(600)}};
    model = (struct model){.number = numbers,
                           .state = states[0],
                           .covered = states[1],
                           .wanted = states[2],
                           .leaving = states[3],
                           .room = 20,
                           .most = ROOM};
    model_begin(&model);
    (void)bitframe_map_init(&map, ranges, 8);
    for (int i = 0; i < 3; i++) {
        cr_assert(model_add(&model, spans[i][0], spans[i][1]));
        (void)bitframe_map_add(&map, BITFRAME_MAP_RAM, spans[i][0] * FRAME, spans[i][1] * FRAME);
    }
    guarded_pool(&pool, &metadata, &map);
    shared = NULL;
}

/** The PA of a frame of the pool, or next to one. */
static uint64_t any_pa(void)
{
    return (numbers[below(model.frames)] + below(3)) * FRAME + below(2) * below(FRAME);
}

/** Allocate, reserve and take offline; then free some, and so take more offline. */
static void use_pool(void)
{
    uint64_t most = below(2) == 0 ? 6 : 300;
    for (uint64_t i = below(100); i != 0; i--) {
        uint64_t pa = any_pa(), end = pa + 1 + below(most * FRAME);
        cr_assert_eq(bitframe_alloc_range(&pool, pa, end), model_alloc_range(&model, pa, end));
    }
    for (uint64_t i = below(5); i != 0; i--) {
        uint64_t pa = any_pa(), bytes = 1 + below(40 * FRAME);
        cr_assert_eq(bitframe_reserve(&pool, pa, bytes), model_reserve(&model, pa, bytes));
    }
    memset(&record, 0, sizeof(record));
    if (below(2) == 0) {
        uint64_t pa = any_pa(), bytes = 1 + below(500 * FRAME), count;
        uint64_t *bits = guarded_offline_words(&words, pa, bytes, &count);
        cr_assert_eq(bitframe_set_offline(&pool, &record, pa, bytes, bits, count),
                     model_offline(&model, 0, pa, bytes, count));
    }
    for (uint64_t i = below(100); i != 0; i--) {
        uint64_t pa = any_pa(), frames = 1 + below(9);
        cr_assert_eq(bitframe_free_run(&pool, pa, frames), model_free_run(&model, pa, frames));
    }
}

static void share_pool(void)
{
    shared = guarded_share(&pool, &storage, BITFRAME_LOCAL, 3);
}

static bool next(enum model_state state, uint64_t *frame, uint64_t end, struct bitframe_map_run *run)
{
    if (state == MODEL_FREE)
        return shared ? bitframe_shared_next_free(shared, frame, end, run)
                      : bitframe_next_free(&pool, frame, end, run);
    return shared ? bitframe_shared_next_allocated(shared, frame, end, run)
                  : bitframe_next_allocated(&pool, frame, end, run);
}

/** Compare all runs of frames in @p state among frames [@p first, @p end) with the model's. */
static uint64_t compare_runs(enum model_state state, uint64_t first, uint64_t end)
{
    struct bitframe_map_run run = {1, 2};
    uint64_t frame = first, runs = 0;
    for (uint64_t i = 0; i < model.frames; i++) {
        uint64_t frames = 0;
        while (i + frames < model.frames && model.state[i + frames] == state &&
               model.number[i + frames] >= first && model.number[i + frames] < end &&
               model.number[i + frames] == model.number[i] + frames)
            frames++;
        if (frames == 0)
            continue;
        cr_assert(next(state, &frame, end, &run), "no run at %" PRIu64, model.number[i]);
        cr_assert_eq(run.first_pa, model.number[i] * FRAME);
        cr_assert_eq(run.frames, frames);
        cr_assert_eq(frame, model.number[i] + frames);
        i += frames - 1;
        runs++;
    }
    struct bitframe_map_run last = run;
    cr_assert_not(next(state, &frame, end, &run));
    cr_assert_eq(memcmp(&last, &run, sizeof(run)), 0);
    cr_assert_geq(frame, end);
    return runs;
}

/** Compare the answers about a range. Returns whether it is free. */
static bool compare_range(uint64_t first_pa, uint64_t end_pa)
{
    uint64_t first = first_pa / FRAME, end = end_pa / FRAME + (end_pa % FRAME != 0), free_frames = 0;
    for (uint64_t i = 0; first_pa < end_pa && i < model.frames; i++)
        free_frames += model.number[i] >= first && model.number[i] < end && model.state[i] == MODEL_FREE;
    bool is_free = first_pa < end_pa && free_frames == end - first;
    cr_assert_eq(shared ? bitframe_shared_count_free_range(shared, first_pa, end_pa)
                        : bitframe_count_free_range(&pool, first_pa, end_pa),
                 free_frames);
    cr_assert_eq(shared ? bitframe_shared_is_range_free(shared, first_pa, end_pa)
                        : bitframe_is_range_free(&pool, first_pa, end_pa),
                 is_free);
    return is_free;
}

Test(walk, equals_the_model)
{
    uint64_t free_runs = 0, allocated_runs = 0, free_ranges = 0;
    seed_random("walk", 3);
    for (int i = 0; i < 800; i++) {
        make_pool();
        use_pool();
        ASSERT_SOUND(&pool);
        for (int k = 0; k < 2; k++) {
            free_runs += compare_runs(MODEL_FREE, 0, UINT64_MAX);
            allocated_runs += compare_runs(MODEL_ALLOCATED, 0, UINT64_MAX);
            for (int j = 0; j < 8; j++) {
                uint64_t first = any_pa() / FRAME, end = first + below(j < 4 ? 80 : 10000);
                free_runs += compare_runs(MODEL_FREE, first, end);
                allocated_runs += compare_runs(MODEL_ALLOCATED, first, end);
                uint64_t pa = any_pa();
                free_ranges += compare_range(pa, pa + below((j < 4 ? 3 : 300) * FRAME));
            }
            (void)compare_range(any_pa(), any_pa());
            (void)compare_range(0, UINT64_MAX);
            if (!shared)
                share_pool();
        }
        (void)bitframe_shared_begin_exclusive(shared);
    }
    cr_expect_gt(free_runs, 10000);
    cr_expect_gt(allocated_runs, 10000);
    cr_expect_gt(free_ranges, 1000);
}

/** A whole huge frame below all that is free is not in the index yet. */
Test(walk, of_a_pending_huge_frame)
{
    guarded_plain_pool(&pool, &metadata, GIB, 64 * MIB);
    struct bitframe_map_run run;
    uint64_t frame = 0, pa = bitframe_alloc_huge(&pool);
    cr_assert_eq(bitframe_alloc_range(&pool, 0, UINT64_MAX), 64 * MIB / FRAME - BITFRAME_HUGE_FRAMES);
    cr_assert_eq(bitframe_free_huge(&pool, pa), BITFRAME_OK);
    cr_assert(bitframe_next_free(&pool, &frame, UINT64_MAX, &run));
    cr_assert_eq(run.first_pa, pa);
    cr_assert_eq(run.frames, BITFRAME_HUGE_FRAMES);
    cr_assert_not(bitframe_next_free(&pool, &frame, UINT64_MAX, &run));
    cr_assert(bitframe_is_range_free(&pool, pa, pa + 2 * MIB));
    cr_assert_eq(bitframe_count_free_range(&pool, 0, UINT64_MAX), BITFRAME_HUGE_FRAMES);
}

/** The bits behind a segment that ends with its group are those of the next segment. */
Test(walk, of_a_range_that_ends_in_a_hole)
{
    static struct bitframe_map_range ranges[4];
    const uint64_t group = 64 * 64 * FRAME, second = 5 * group;
    struct bitframe_map map;
    (void)bitframe_map_init(&map, ranges, 4);
    (void)bitframe_map_add(&map, BITFRAME_MAP_RAM, group, group);
    (void)bitframe_map_add(&map, BITFRAME_MAP_RAM, second, group);
    guarded_pool(&pool, &metadata, &map);
    cr_assert(bitframe_is_range_free(&pool, group, 2 * group));
    cr_assert_not(bitframe_is_range_free(&pool, group, 2 * group + 1));
    cr_assert_not(bitframe_is_range_free(&pool, group - 1, 2 * group));
    cr_assert_not(bitframe_is_range_free(&pool, 3 * group, 3 * group + 1));
    cr_assert_not(bitframe_is_range_free(&pool, second + group, second + group + 1));
    cr_assert_not(bitframe_is_range_free(&pool, group, group));
    cr_assert_eq(bitframe_count_free_range(&pool, 2 * group - 1, second + 1), 2);
}

static unsigned reads[8];

static uint64_t read_and_count(const void *bitmap, uint64_t word)
{
    cr_assert_eq(reads[word]++, 0, "word %" PRIu64 " was read before", word);
    return ((const uint64_t *)bitmap)[word];
}

/** Or another CPU could change a word between two reads, and the run would end before it begins. */
Test(walk, reads_no_word_twice)
{
    seed_random("walk", 5);
    for (int i = 0; i < 5000; i++) {
        uint64_t bitmap[8];
        for (int k = 0; k < 8; k++)
            bitmap[k] = below(3) == 0 ? 0 : below(2) == 0 ? UINT64_MAX : UINT64_MAX << below(64);
        uint64_t bit = below(512), end = bit + below(513 - bit);
        memset(reads, 0, sizeof(reads));
        (void)walk_bits(bitmap, read_and_count, below(2) == 0 ? 0 : UINT64_MAX, &bit, end);
    }
}

enum { BESIDE_FRAMES = 1024, WALKS = 300 };

static bool is_over;

/** Allocate and free the third and fourth of each four frames. */
static void *move_frames(void *nothing)
{
    for (uint64_t i = 0; !__atomic_load_n(&is_over, __ATOMIC_RELAXED); i++) {
        uint64_t pa = GIB + (i % (BESIDE_FRAMES / 4) * 4 + 2 + i / 512 % 2) * FRAME;
        if (bitframe_shared_alloc_at(shared, 1, pa, 1) == BITFRAME_IN_USE)
            (void)bitframe_shared_free(shared, 1, pa);
    }
    return nothing;
}

/** How many frames with number @p which of each four the runs in @p state have. */
static uint64_t count_each_fourth(enum model_state state, uint64_t which)
{
    struct bitframe_map_run run;
    uint64_t found = 0, last = 0;
    for (uint64_t frame = 0; next(state, &frame, UINT64_MAX, &run);) {
        uint64_t first = (run.first_pa - GIB) / FRAME;
        cr_assert_neq(run.frames, 0);
        cr_assert_geq(first, last);
        last = first + run.frames;
        for (uint64_t i = first; i < last; i++)
            found += i % 4 == which;
    }
    return found;
}

/** Of each four frames the first is allocated and the second is free for as long as the walks last. */
Test(walk, beside_another_cpu)
{
    pthread_t mover;
    guarded_plain_pool(&pool, &metadata, GIB, BESIDE_FRAMES * FRAME);
    for (uint64_t i = 0; i < BESIDE_FRAMES; i += 4)
        cr_assert_eq(bitframe_alloc_at(&pool, GIB + i * FRAME, 1), BITFRAME_OK);
    share_pool();
    __atomic_store_n(&is_over, false, __ATOMIC_RELAXED);
    cr_assert_eq(pthread_create(&mover, NULL, move_frames, NULL), 0);
    for (int i = 0; i < WALKS; i++) {
        cr_assert_eq(count_each_fourth(MODEL_FREE, 0), 0);
        cr_assert_eq(count_each_fourth(MODEL_FREE, 1), BESIDE_FRAMES / 4);
        cr_assert_eq(count_each_fourth(MODEL_ALLOCATED, 0), BESIDE_FRAMES / 4);
        cr_assert_eq(count_each_fourth(MODEL_ALLOCATED, 1), 0);
        uint64_t free_frames = bitframe_shared_count_free_range(shared, 0, UINT64_MAX);
        cr_assert(free_frames >= BESIDE_FRAMES / 4 && free_frames <= BESIDE_FRAMES / 4 * 3);
        cr_assert_not(bitframe_shared_is_range_free(shared, GIB, GIB + 4 * FRAME));
        cr_assert(bitframe_shared_is_range_free(shared, GIB + FRAME, GIB + 2 * FRAME));
    }
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    cr_assert_eq(pthread_join(mover, NULL), 0);
    cr_assert_eq(bitframe_shared_check(shared), BITFRAME_SOUND);
}
