/* SPDX-License-Identifier: MIT */
#include "debug_pool.h"

#include <string.h>

#include <bitframe/bulk.h>
#include <bitframe/platform.h>

struct bitframe pool;
struct guarded metadata, storage;
_Alignas(4096) unsigned char memory[MEMORY_FRAMES * 4096];

struct bitframe_corruption report;
unsigned reports;

static void corrupted(struct bitframe_debug *debug, const struct bitframe_corruption *corruption);
struct bitframe_debug debug = {.corrupted = corrupted};

static void corrupted(struct bitframe_debug *told, const struct bitframe_corruption *corruption)
{
    cr_assert_eq(told, &debug);
    report = *corruption;
    reports++;
}

unsigned char *frame_at(uint64_t pa)
{
    return memory + (pa - FIRST * FRAME);
}

uint64_t pa_of(uint64_t i)
{
    return (FIRST + i) * FRAME;
}

uint8_t pattern_at(uint64_t offset)
{
    const uint64_t pattern = BITFRAME_POISON;
    return ((const uint8_t *)&pattern)[offset % 8];
}

bool holds_pattern(uint64_t pa)
{
    for (uint64_t i = 0; i < FRAME; i++) {
        if (frame_at(pa)[i] != pattern_at(i))
            return false;
    }
    return true;
}

void declare_memory(void)
{
    const struct bitframe_platform platform = {.linear_map_base = (uintptr_t)memory - FIRST * FRAME};
    cr_assert_eq(bitframe_set_platform(&platform), BITFRAME_OK);
    memset(memory, 0x11, sizeof(memory));
    reports = 0;
}

void start(struct bitframe *of, uint32_t flags)
{
    guarded_debug(of, &debug, &storage, flags);
}

void make_plain_pool(void)
{
    declare_memory();
    guarded_plain_pool(&pool, &metadata, FIRST * FRAME, FRAMES * FRAME);
}

void make_pool(uint32_t flags)
{
    make_plain_pool();
    start(&pool, flags);
}

void copy_storage(uint32_t entries[BITS])
{
    cr_assert_leq(storage.bytes, BITS * sizeof(*entries));
    memcpy(entries, storage.memory, storage.bytes);
}

void expect_storage(const uint32_t entries[BITS])
{
    cr_expect_eq(memcmp(entries, storage.memory, storage.bytes), 0);
}

void by_alloc(uint64_t pa, uint64_t frames)
{
    for (uint64_t i = 0; i < frames; i++)
        cr_assert_eq(bitframe_alloc(&pool), pa + i * FRAME);
}

void by_alloc_run(uint64_t pa, uint64_t frames)
{
    struct bitframe_request request = {.frames = frames, .min_pa = pa};
    uint64_t got;
    cr_assert_eq(bitframe_alloc_run(&pool, &request, &got), BITFRAME_OK);
    cr_assert_eq(got, pa);
}

void by_alloc_run_zeroed(uint64_t pa, uint64_t frames)
{
    struct bitframe_request request = {.frames = frames, .min_pa = pa, .flags = BITFRAME_ZEROED};
    uint64_t got;
    cr_assert_eq(bitframe_alloc_run(&pool, &request, &got), BITFRAME_OK);
    cr_assert_eq(got, pa);
    for (uint64_t i = 0; i < frames * FRAME; i++)
        cr_assert_eq(frame_at(pa)[i], 0);
}

void by_claim(uint64_t pa, uint64_t frames)
{
    cr_assert_eq(bitframe_alloc_at(&pool, pa, frames), BITFRAME_OK);
}

void by_alloc_range(uint64_t pa, uint64_t frames)
{
    cr_assert_eq(bitframe_alloc_range(&pool, pa, pa + frames * FRAME), frames);
}

void by_reserve(uint64_t pa, uint64_t frames)
{
    cr_assert_eq(bitframe_reserve(&pool, pa, frames * FRAME), BITFRAME_OK);
}

void (*const ways_to_alloc[WAYS_TO_ALLOC])(uint64_t, uint64_t) = {
    by_alloc, by_alloc_run, by_alloc_run_zeroed, by_claim, by_alloc_range, by_reserve};

void by_free(uint64_t pa, uint64_t frames)
{
    by_claim(pa, frames);
    cr_assert_eq(bitframe_set_tag(&pool, pa, frames, TASKS), BITFRAME_OK);
    for (uint64_t i = 0; i < frames; i++)
        cr_assert_eq(bitframe_free(&pool, pa + i * FRAME), BITFRAME_OK);
}

void by_free_run(uint64_t pa, uint64_t frames)
{
    by_claim(pa, frames);
    cr_assert_eq(bitframe_set_tag(&pool, pa, frames, TASKS), BITFRAME_OK);
    cr_assert_eq(bitframe_free_run(&pool, pa, frames), BITFRAME_OK);
}

void by_unreserve(uint64_t pa, uint64_t frames)
{
    by_reserve(pa, frames);
    cr_assert_eq(bitframe_unreserve(&pool, pa, frames * FRAME), BITFRAME_OK);
}

const struct way_to_free ways_to_free[WAYS_TO_FREE] = {
    {by_free, TASKS}, {by_free_run, TASKS}, {by_unreserve, 0}};

void expect_run(uint32_t tag, uint64_t *frame, uint64_t first, uint64_t frames, uint32_t owner)
{
    struct bitframe_tagged_run run;
    cr_assert(bitframe_leaks_next(&pool, tag, frame, &run));
    cr_assert_eq(run.first_pa, pa_of(first));
    cr_assert_eq(run.frames, frames);
    cr_assert_eq(run.tag, owner);
    cr_assert_eq(*frame, FIRST + first + frames);
}

void expect_no_run(uint32_t tag, uint64_t *frame)
{
    struct bitframe_tagged_run run = {.tag = GARBAGE};
    cr_assert(!bitframe_leaks_next(&pool, tag, frame, &run));
    cr_assert_eq(run.tag, GARBAGE);
}
