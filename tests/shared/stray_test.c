/* SPDX-License-Identifier: MIT */
/* stray_test.c - the owner's calls on a pool that is shared: each panics, with a sentence, and changes
 * nothing. */
#include <setjmp.h>
#include <string.h>

#include <bitframe/bulk.h>
#include <bitframe/check.h>
#include <bitframe/extend.h>
#include <bitframe/offline.h>
#include <bitframe/platform.h>

#include "guarded.h"
#include "shared_pool.h"

static jmp_buf out;
static const char *sentence; /* of the last panic; null if there was none */

static void panicked(const char *what)
{
    sentence = what;
    longjmp(out, 1);
}

static void hook_panics(void)
{
    const struct bitframe_platform platform = {.panic = panicked};
    cr_assert_eq(bitframe_set_platform(&platform), BITFRAME_OK);
}

static const struct bitframe_request one = {.frames = 1}, huge = {.frames = HUGE, .align = HUGE * FRAME};
static struct bitframe_offline_range record;
static uint64_t words[2], pas[2], pa, count;

static void alloc(void)
{
    (void)bitframe_alloc(&pool);
}

static void free_one(void)
{
    (void)bitframe_free(&pool, BASE);
}

static void free_elsewhere(void)
{
    (void)bitframe_free(&pool, BASE + 1);
}

static void alloc_run(void)
{
    (void)bitframe_alloc_run(&pool, &one, &pa);
}

static void alloc_huge(void)
{
    (void)bitframe_alloc_run(&pool, &huge, &pa);
}

static void claim(void)
{
    (void)bitframe_alloc_at(&pool, pa_of(70), 1);
}

static void free_run(void)
{
    (void)bitframe_free_run(&pool, BASE, 2);
}

static void free_huge(void)
{
    (void)bitframe_free_run(&pool, BASE, HUGE);
}

static void alloc_bulk(void)
{
    (void)bitframe_alloc_bulk(&pool, &one, pas, &count);
}

static void free_bulk(void)
{
    pas[0] = BASE;
    (void)bitframe_free_bulk(&pool, pas, 1, 0, &count);
}

static void alloc_range(void)
{
    (void)bitframe_alloc_range(&pool, BASE, pa_of(100));
}

static void reserve(void)
{
    (void)bitframe_reserve(&pool, pa_of(100), FRAME);
}

static void unreserve(void)
{
    (void)bitframe_unreserve(&pool, pa_of(100), FRAME);
}

static void offline(void)
{
    (void)bitframe_set_offline(&pool, &record, pa_of(100), FRAME, words, 2);
}

static void online(void)
{
    (void)bitframe_set_online(&pool, &record);
}

static void extend(void)
{
    static struct guarded more;
    guarded_renew(&more, BITFRAME_METADATA_BYTES(BASE, MOST * FRAME), BITFRAME_METADATA_ALIGN);
    struct bitframe_map_range range;
    struct bitframe_map map;
    (void)bitframe_map_init(&map, &range, 1);
    (void)bitframe_map_add(&map, BITFRAME_MAP_RAM, BASE, 4 * HUGE * FRAME);
    (void)bitframe_extend(&pool, &map, more.memory, more.bytes);
}

static void check(void)
{
    (void)bitframe_check(&pool);
}

static void end_without_begin(void)
{
    bitframe_shared_end_exclusive(shared);
}

static const struct {
    const char *name;
    void (*call)(void);
} calls[] = {
    {"alloc", alloc},
    {"free", free_one},
    {"free, inside a frame", free_elsewhere},
    {"alloc a run", alloc_run},
    {"alloc 2 MiB", alloc_huge},
    {"claim", claim},
    {"free a run", free_run},
    {"free 2 MiB", free_huge},
    {"alloc bulk", alloc_bulk},
    {"free bulk", free_bulk},
    {"alloc a range", alloc_range},
    {"reserve", reserve},
    {"unreserve", unreserve},
    {"offline", offline},
    {"online", online},
    {"extend", extend},
    {"check", check},
    {"end without begin", end_without_begin},
};

/** @param frames  Taken before the pool is shared. */
static void try_all(uint64_t frames)
{
    make_pool(3 * HUGE);
    (void)bitframe_alloc_range(&pool, BASE, pa_of(frames));
    share_as(BITFRAME_LOCAL, CPUS);
    for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
        struct bitframe before = pool;
        sentence = NULL;
        if (setjmp(out) == 0)
            calls[i].call();
        cr_assert_not_null(sentence, "%s", calls[i].name);
        cr_assert_not_null(strstr(sentence, "shared"), "%s: %s", calls[i].name, sentence);
        cr_assert_arr_eq(&pool, &before, sizeof(pool), "%s", calls[i].name);
        ASSERT_SOUND();
        cr_assert_eq(bitframe_shared_get_free_frames(shared), 3 * HUGE - frames, "%s", calls[i].name);
    }
}

Test(stray, calls_of_the_owner_panic)
{
    hook_panics();
    try_all(5);
    try_all(HUGE);
    try_all(3 * HUGE); /* nothing is free: an allocation must not just say so */
    sentence = NULL;
    (void)bitframe_shared_begin_exclusive(shared);
    cr_assert_eq(bitframe_alloc(&pool), 0);
    cr_assert_null(sentence);
}

/** A pool with new metadata needs new storage. */
Test(stray, end_after_extend_panics)
{
    hook_panics();
    make_shared(3 * HUGE, BITFRAME_LOWEST);
    (void)bitframe_shared_begin_exclusive(shared);
    extend();
    if (setjmp(out) == 0)
        bitframe_shared_end_exclusive(shared);
    cr_assert_not_null(sentence);
    cr_assert_not_null(strstr(sentence, "extended"), "%s", sentence);
    share_as(BITFRAME_LOWEST, CPUS);
    cr_assert_eq(bitframe_shared_get_free_frames(shared), 4 * HUGE);
    ASSERT_SOUND();
}
