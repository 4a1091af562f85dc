/* SPDX-License-Identifier: MIT */
/* scatter_test.c - many frames in a few runs, against a choice of the longest of all */
#include <inttypes.h>
#include <string.h>

#include <bitframe/bulk.h>
#include <bitframe/scatter.h>
#include <bitframe/shared.h>

#include "model.h"
#include "random.h"
#include "test_pool.h"

enum { FRAMES = 700, RUNS = 40 };

static struct bitframe pool;
static struct bitframe_shared *shared; /* null: the pool is its owner's */
static struct guarded metadata, storage, list;
static struct model model;
static uint64_t numbers[FRAMES];
static uint8_t states[3][FRAMES];

static void make_pool(void)
{
    static struct bitframe_map_range ranges[4];
    struct bitframe_map map;
    uint64_t first = 1 + below(200), hole = 1 + below(below(2) == 0 ? 90 : 9000);
    model = (struct model){
        .number = numbers, .state = states[0], .covered = states[1], .wanted = states[2], .most = FRAMES};
    model_begin(&model);
    cr_assert(model_add(&model, first, 300));
    cr_assert(model_add(&model, first + 300 + hole, 350));
    (void)bitframe_map_init(&map, ranges, 4);
    (void)bitframe_map_add(&map, BITFRAME_MAP_RAM, first * FRAME, 300 * FRAME);
    (void)bitframe_map_add(&map, BITFRAME_MAP_RAM, (first + 300 + hole) * FRAME, 350 * FRAME);
    guarded_pool(&pool, &metadata, &map);
    shared = NULL;
    for (uint64_t i = below(90); i != 0; i--) {
        uint64_t pa = (numbers[below(model.frames)]) * FRAME;
        uint64_t end = pa + (1 + below(12)) * FRAME;
        cr_assert_eq(bitframe_alloc_range(&pool, pa, end), model_alloc_range(&model, pa, end));
    }
}

static void share_pool(void)
{
    shared = guarded_share(&pool, &storage, BITFRAME_LOCAL, 3);
}

/** May the run from element @p first on, of @p frames frames, be one of the answer? */
static bool is_allowed(const struct bitframe_request *request, uint64_t first, uint64_t frames)
{
    uint64_t pa = model.number[first] * FRAME, last_pa = pa + frames * FRAME - 1;
    if ((request->align != 0 && pa % request->align != 0) || pa < request->min_pa ||
        (request->max_pa != 0 && last_pa >= request->max_pa) ||
        (request->boundary != 0 && pa / request->boundary != last_pa / request->boundary) ||
        frames > model.frames - first)
        return false;
    for (uint64_t i = first; i < first + frames; i++) {
        if (model.state[i] != MODEL_FREE)
            return false;
    }
    return true;
}

/** Are there as many frames in at most @p most runs? From the lowest frame up, each run as long as can be. */
static bool is_possible(const struct bitframe_request *request, uint64_t most)
{
    uint64_t of_length[FRAMES + 1] = {0}, sum = 0;
    for (uint64_t i = 0; i < model.frames;) {
        uint64_t frames = 0;
        while (is_allowed(request, i, frames + 1))
            frames++;
        of_length[frames]++;
        i += frames == 0 ? 1 : frames;
    }
    for (uint64_t frames = FRAMES; frames != 0; frames--) {
        for (uint64_t i = of_length[frames]; i != 0 && most != 0; i--, most--)
            sum += frames;
    }
    return sum >= request->frames;
}

static enum bitframe_status scatter(const struct bitframe_request *request, struct bitframe_map_run *runs,
                                    uint64_t most, uint64_t *count)
{
    return shared ? bitframe_shared_alloc_scatter(shared, 1, request, runs, most, count)
                  : bitframe_alloc_scatter(&pool, request, runs, most, count);
}

/** Are the runs what was asked for, ascending? They become allocated in the model. */
static void check_runs(const struct bitframe_request *request, const struct bitframe_map_run *runs,
                       uint64_t count)
{
    uint64_t frames = 0, end_pa = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t first = 0;
        cr_assert_geq(runs[i].first_pa, end_pa);
        while (first < model.frames && model.number[first] * FRAME != runs[i].first_pa)
            first++;
        cr_assert_lt(first, model.frames);
        cr_assert(runs[i].frames != 0 && is_allowed(request, first, runs[i].frames));
        end_pa = runs[i].first_pa + runs[i].frames * FRAME;
        frames += runs[i].frames;
    }
    cr_assert_eq(frames, request->frames);
    struct bitframe_request lower = *request;
    lower.max_pa = end_pa - 1;
    cr_assert_not(is_possible(&lower, count), "lower frames would have done");
    for (uint64_t i = 0; i < count; i++)
        cr_assert_eq(model_claim(&model, runs[i].first_pa, runs[i].frames), BITFRAME_OK);
}

static void give_back(const struct bitframe_map_run *runs, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t pa = runs[i].first_pa, frames = runs[i].frames;
        cr_assert_eq(shared ? bitframe_shared_free_run(shared, 2, pa, frames)
                            : bitframe_free_run(&pool, pa, frames),
                     model_free_run(&model, pa, frames));
    }
}

static uint64_t free_frames(void)
{
    return shared ? bitframe_shared_get_free_frames(shared) : bitframe_get_free_frames(&pool);
}

Test(scatter, refuses_only_what_is_not_there)
{
    uint64_t met[2] = {0}, split = 0;
    seed_random("scatter", 9);
    for (uint64_t i = 0; i < 2000; i++) {
        make_pool();
        if (i % 2 == 0)
            share_pool();
        for (int k = 0; k < 12; k++) {
            uint64_t most = 1 + skewed(RUNS), count = 99;
            struct bitframe_map_run *runs =
                guarded_at(&list, most * sizeof(*runs), sizeof(uint64_t), (enum guarded_end)(k % 2));
            struct bitframe_request request = {
                .frames = 1 + skewed(below(2) == 0 ? 40 : 300),
                .align = below(2) == 0 ? 0 : FRAME << below(5),
                .boundary = below(2) == 0 ? 0 : FRAME << below(8),
                .min_pa = below(4) == 0 ? below(FRAMES) * FRAME + below(FRAME) : 0,
                .max_pa = below(4) == 0 ? 1 + below(2 * FRAMES) * FRAME + below(FRAME) : 0,
            };
            bool is_there = is_possible(&request, most);
            enum bitframe_status status = scatter(&request, runs, most, &count);
            cr_assert_eq(status, is_there ? BITFRAME_OK : BITFRAME_NONE, "pool %" PRIu64 " call %d", i, k);
            met[is_there]++;
            if (is_there) {
                cr_assert_leq(count, most);
                check_runs(&request, runs, count);
                split += count > 1;
                give_back(runs, below(4) != 0 ? count : 0);
            } else {
                cr_assert_eq(count, 99);
            }
            cr_assert_eq(free_frames(), model_count(&model, MODEL_FREE));
        }
        if (shared) {
            cr_assert_eq(bitframe_shared_check(shared), BITFRAME_SOUND);
            (void)bitframe_shared_begin_exclusive(shared);
        }
        ASSERT_SOUND(&pool);
    }
    cr_expect_gt(met[0], 1000);
    cr_expect_gt(met[1], 1000);
    cr_expect_gt(split, 1000);
}

/** What no pool can answer. */
static void refusals(void)
{
    struct bitframe_map_run runs[2] = {{1, 2}, {3, 4}}, before[2];
    struct bitframe_request request = {.frames = 3};
    uint64_t count = 7;
    memcpy(before, runs, sizeof(runs));
    cr_assert_eq(scatter(NULL, runs, 2, &count), BITFRAME_INVALID);
    cr_assert_eq(scatter(&request, NULL, 2, &count), BITFRAME_INVALID);
    cr_assert_eq(scatter(&request, runs, 2, NULL), BITFRAME_INVALID);
    cr_assert_eq(scatter(&request, runs, 0, &count), BITFRAME_INVALID);
    const struct bitframe_request invalid[] = {{.frames = 0},
                                               {.frames = 3, .align = 3 * FRAME},
                                               {.frames = 3, .boundary = 3 * FRAME},
                                               {.frames = 3, .flags = BITFRAME_HIGHEST},
                                               {.frames = 3, .flags = BITFRAME_PARTIAL}};
    for (size_t i = 0; i < sizeof(invalid) / sizeof(*invalid); i++)
        cr_assert_eq(scatter(invalid + i, runs, 2, &count), BITFRAME_INVALID);
    request.boundary = FRAME;
    cr_assert_eq(scatter(&request, runs, 2, &count), BITFRAME_NONE);
    request.boundary = 1;
    cr_assert_eq(scatter(&request, runs, UINT64_MAX, &count), BITFRAME_NONE);
    cr_assert_eq(memcmp(before, runs, sizeof(runs)), 0);
    request = (struct bitframe_request){.frames = UINT64_MAX};
    cr_assert_eq(scatter(&request, runs, 2, &count), BITFRAME_NONE);
    request.frames = 101;
    cr_assert_eq(scatter(&request, runs, 2, &count), BITFRAME_NONE);
    cr_assert_eq(count, 7);
    cr_assert_eq(free_frames(), 100);
}

Test(scatter, refusals)
{
    struct bitframe_map_run run;
    uint64_t count;
    const struct bitframe_request request = {.frames = 3};
    cr_assert_eq(bitframe_alloc_scatter(NULL, &request, &run, 1, &count), BITFRAME_INVALID);
    cr_assert_eq(bitframe_shared_alloc_scatter(NULL, 0, &request, &run, 1, &count), BITFRAME_INVALID);
    guarded_plain_pool(&pool, &metadata, GIB, 100 * FRAME);
    refusals();
    share_pool();
    refusals();
}

/** A free huge frame that is not in the index yet. */
Test(scatter, of_a_pending_huge_frame)
{
    const struct bitframe_request request = {.frames = 2 * BITFRAME_HUGE_FRAMES};
    struct bitframe_map_run runs[2];
    uint64_t count;
    guarded_plain_pool(&pool, &metadata, GIB, 64 * MIB);
    cr_assert_eq(bitframe_alloc_range(&pool, 0, UINT64_MAX), 64 * MIB / FRAME);
    cr_assert_eq(bitframe_free_huge(&pool, GIB + 40 * MIB), BITFRAME_OK);
    cr_assert_eq(bitframe_free_huge(&pool, GIB + 8 * MIB), BITFRAME_OK);
    cr_assert_eq(bitframe_alloc_scatter(&pool, &request, runs, 2, &count), BITFRAME_OK);
    cr_assert_eq(count, 2);
    cr_assert_eq(runs[0].first_pa, GIB + 8 * MIB);
    ASSERT_SOUND(&pool);
}
