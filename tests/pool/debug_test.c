/* SPDX-License-Identifier: MIT */
/*
 * debug_test.c - who wrote to a free frame, and whose a taken one is
 *
 * The frames of these pools are memory of this process: frame FIRST of every pool is the first of memory[].
 * Random histories are in pool_trace_test.c, built with debugging.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <setjmp.h>
#include <string.h>
#include <sys/mman.h>

#include <bitframe/adopt.h>
#include <bitframe/bulk.h>
#include <bitframe/check.h>
#include <bitframe/debug.h>
#include <bitframe/extend.h>
#include <bitframe/map.h>
#include <bitframe/offline.h>
#include <bitframe/page_alloc.h>
#include <bitframe/platform.h>
#include <bitframe/shared.h>

#include "test_pool.h"

#define FIRST (MALLOC_START / FRAME)
#define BOTH  (BITFRAME_DEBUG_POISON | BITFRAME_DEBUG_TAGS)

enum { FRAMES = 1200, MEMORY_FRAMES = 1536, BITS = 4096, TASKS = 7, TABLES = 8 };

static struct bitframe pool;
static struct guarded metadata, storage;
static _Alignas(4096) unsigned char memory[MEMORY_FRAMES * 4096];

/* What the hook was told, the last of it. */
static struct bitframe_corruption report;
static unsigned reports;

static void corrupted(struct bitframe_debug *debug, const struct bitframe_corruption *corruption);
static struct bitframe_debug debug = {.corrupted = corrupted};

static void corrupted(struct bitframe_debug *told, const struct bitframe_corruption *corruption)
{
    cr_assert_eq(told, &debug);
    report = *corruption;
    reports++;
}

static unsigned char *frame_at(uint64_t pa)
{
    return memory + (pa - FIRST * FRAME);
}

static uint64_t pa_of(uint64_t i)
{
    return (FIRST + i) * FRAME;
}

/** The byte at @p offset of a frame that holds the pattern. */
static uint8_t pattern_at(uint64_t offset)
{
    const uint64_t pattern = BITFRAME_POISON;
    return ((const uint8_t *)&pattern)[offset % 8];
}

static bool holds_pattern(uint64_t pa)
{
    for (uint64_t i = 0; i < FRAME; i++) {
        if (frame_at(pa)[i] != pattern_at(i))
            return false;
    }
    return true;
}

static void declare_memory(void)
{
    const struct bitframe_platform platform = {.linear_map_base = (uintptr_t)memory - FIRST * FRAME};
    cr_assert_eq(bitframe_set_platform(&platform), BITFRAME_OK);
    memset(memory, 0x11, sizeof(memory));
    reports = 0;
}

static void start(struct bitframe *of, uint32_t flags)
{
    guarded_debug(of, &debug, &storage, flags);
}

/** A pool of FRAMES frames, all free, not debugged. */
static void make_plain_pool(void)
{
    declare_memory();
    guarded_plain_pool(&pool, &metadata, FIRST * FRAME, FRAMES * FRAME);
}

/** The same, debugged. */
static void make_pool(uint32_t flags)
{
    make_plain_pool();
    start(&pool, flags);
}

/** What debugging has written, for comparing. */
static void copy_storage(uint32_t entries[BITS])
{
    cr_assert_leq(storage.bytes, BITS * sizeof(*entries));
    memcpy(entries, storage.memory, storage.bytes);
}

static void expect_storage(const uint32_t entries[BITS])
{
    cr_expect_eq(memcmp(entries, storage.memory, storage.bytes), 0);
}

/* Poison. The ways in which frames become taken, of those at @p pa: each must look at all of them. */

static void by_alloc(uint64_t pa, uint64_t frames)
{
    for (uint64_t i = 0; i < frames; i++)
        cr_assert_eq(bitframe_alloc(&pool), pa + i * FRAME);
}

static void by_alloc_run(uint64_t pa, uint64_t frames)
{
    struct bitframe_request request = {.frames = frames, .min_pa = pa};
    uint64_t got;
    cr_assert_eq(bitframe_alloc_run(&pool, &request, &got), BITFRAME_OK);
    cr_assert_eq(got, pa);
}

static void by_alloc_run_zeroed(uint64_t pa, uint64_t frames)
{
    struct bitframe_request request = {.frames = frames, .min_pa = pa, .flags = BITFRAME_ZEROED};
    uint64_t got;
    cr_assert_eq(bitframe_alloc_run(&pool, &request, &got), BITFRAME_OK);
    cr_assert_eq(got, pa);
    for (uint64_t i = 0; i < frames * FRAME; i++)
        cr_assert_eq(frame_at(pa)[i], 0);
}

static void by_claim(uint64_t pa, uint64_t frames)
{
    cr_assert_eq(bitframe_alloc_at(&pool, pa, frames), BITFRAME_OK);
}

static void by_alloc_range(uint64_t pa, uint64_t frames)
{
    cr_assert_eq(bitframe_alloc_range(&pool, pa, pa + frames * FRAME), frames);
}

static void by_reserve(uint64_t pa, uint64_t frames)
{
    cr_assert_eq(bitframe_reserve(&pool, pa, frames * FRAME), BITFRAME_OK);
}

static void (*const ways_to_alloc[])(uint64_t, uint64_t) = {by_alloc, by_alloc_run,   by_alloc_run_zeroed,
                                                            by_claim, by_alloc_range, by_reserve};

/* And those in which they become free. */

static void by_free(uint64_t pa, uint64_t frames)
{
    by_claim(pa, frames);
    cr_assert_eq(bitframe_set_tag(&pool, pa, frames, TASKS), BITFRAME_OK);
    for (uint64_t i = 0; i < frames; i++)
        cr_assert_eq(bitframe_free(&pool, pa + i * FRAME), BITFRAME_OK);
}

static void by_free_run(uint64_t pa, uint64_t frames)
{
    by_claim(pa, frames);
    cr_assert_eq(bitframe_set_tag(&pool, pa, frames, TASKS), BITFRAME_OK);
    cr_assert_eq(bitframe_free_run(&pool, pa, frames), BITFRAME_OK);
}

static void by_unreserve(uint64_t pa, uint64_t frames)
{
    by_reserve(pa, frames);
    cr_assert_eq(bitframe_unreserve(&pool, pa, frames * FRAME), BITFRAME_OK);
}

static const struct {
    void (*go)(uint64_t, uint64_t);
    uint32_t tag; /* whose a frame is in the report */
} ways_to_free[] = {{by_free, TASKS}, {by_free_run, TASKS}, {by_unreserve, 0}};

Test(debug_poison, use_after_free_is_reported)
{
    const uint64_t offsets[] = {0, 1, 7, 8, 2049, FRAME - 8, FRAME - 1};
    const uint64_t frames = 3;
    for (size_t freeing = 0; freeing < COUNT(ways_to_free); freeing++) {
        for (size_t taking = 0; taking < COUNT(ways_to_alloc); taking++) {
            for (size_t i = 0; i < COUNT(offsets); i++) {
                make_pool(BOTH);
                by_claim(pa_of(0), 62); /* so that the run lies in two words */
                ways_to_free[freeing].go(pa_of(62), frames);
                for (uint64_t j = 0; j < frames; j++)
                    cr_assert(holds_pattern(pa_of(62 + j)));
                cr_assert_eq(memory[62 * FRAME - 1], 0x11, "the frame below is none of it");
                cr_assert_eq(memory[(62 + frames) * FRAME], 0x11, "nor the one above");

                uint64_t frame = pa_of(62 + i % frames);
                frame_at(frame)[offsets[i]] ^= 0x40;
                cr_assert_eq(reports, 0);
                ways_to_alloc[taking](pa_of(62), frames);
                cr_assert_eq(reports, 1, "freed by %zu, taken by %zu, offset %" PRIu64, freeing, taking,
                             offsets[i]);
                cr_assert_eq(debug.corruptions, 1);
                cr_assert_eq(report.pa, frame);
                cr_assert_eq(report.offset, offsets[i]);
                cr_assert_eq(report.bytes, 1);
                cr_assert_eq(report.expected, pattern_at(offsets[i]));
                cr_assert_eq(report.found, pattern_at(offsets[i]) ^ 0x40);
                cr_assert_eq(report.tag, ways_to_free[freeing].tag);
                ASSERT_SOUND(&pool);
            }
        }
    }
}

Test(debug_poison, all_wrong_bytes_are_counted)
{
    make_pool(BITFRAME_DEBUG_POISON);
    uint64_t pa = bitframe_alloc(&pool);
    cr_assert_eq(bitframe_free(&pool, pa), BITFRAME_OK);
    memset(frame_at(pa) + 100, 0, 1000); /* the pattern has no byte 0 */
    cr_assert_eq(bitframe_alloc(&pool), pa);
    cr_assert_eq(reports, 1);
    cr_assert_eq(report.offset, 100);
    cr_assert_eq(report.bytes, 1000);
    cr_assert_eq(report.tag, 0);

    cr_assert_eq(bitframe_free(&pool, pa), BITFRAME_OK);
    memset(frame_at(pa), 0, FRAME);
    cr_assert_eq(bitframe_alloc(&pool), pa);
    cr_assert_eq(reports, 2);
    cr_assert_eq(report.offset, 0);
    cr_assert_eq(report.bytes, FRAME);
}

Test(debug_poison, a_huge_frame_at_a_time)
{
    enum { FRAMES = BITFRAME_HUGE_FRAMES };
    make_pool(BOTH);
    by_claim(pa_of(0), 1); /* so that the huge frame is not the first */
    bitframe_set_current_tag(&pool, TASKS);
    uint64_t pa = bitframe_alloc_huge(&pool);
    cr_assert_eq(pa, pa_of(BITFRAME_HUGE_FRAMES));
    cr_assert_eq(bitframe_get_tag(&pool, pa - 1), 0);
    cr_assert_eq(bitframe_get_tag(&pool, pa), TASKS);
    cr_assert_eq(bitframe_get_tag(&pool, pa + (FRAMES - 1) * FRAME), TASKS);
    cr_assert_eq(bitframe_get_tag(&pool, pa + FRAMES * FRAME), 0);

    cr_assert_eq(bitframe_free(&pool, pa + 5 * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_free_huge(&pool, pa), BITFRAME_DOUBLE_FREE);
    cr_assert_eq(frame_at(pa)[0], 0x11, "nothing changed");
    cr_assert_eq(bitframe_get_tag(&pool, pa), TASKS);
    by_claim(pa + 5 * FRAME, 1);
    cr_assert_eq(bitframe_free_huge(&pool, pa), BITFRAME_OK);
    for (uint64_t i = 0; i < FRAMES; i++)
        cr_assert(holds_pattern(pa + i * FRAME));
    cr_assert_eq(frame_at(pa)[-1], 0x11);
    cr_assert_eq(frame_at(pa)[FRAMES * FRAME], 0x11);
    cr_assert_eq(bitframe_get_tag(&pool, pa), 0);

    uint64_t last = pa + (FRAMES - 1) * FRAME;
    frame_at(pa)[0] ^= 1;
    frame_at(last)[FRAME - 1] ^= 1;
    cr_assert_eq(bitframe_alloc_huge(&pool), pa);
    cr_assert_eq(reports, 2);
    cr_assert_eq(report.pa, last);
    cr_assert_eq(report.offset, FRAME - 1);
    cr_assert_eq(report.tag, TASKS);
    ASSERT_SOUND(&pool);
}

Test(debug_poison, bulk)
{
    const struct bitframe_request many = {.frames = 70, .flags = BITFRAME_ZEROED};
    static unsigned char memory_before[sizeof(memory)];
    static uint32_t storage_before[BITS];
    uint64_t pas[70], count;
    make_pool(BOTH);
    bitframe_set_current_tag(&pool, TASKS);
    cr_assert_eq(bitframe_alloc_bulk(&pool, &many, pas, &count), BITFRAME_OK);
    for (uint64_t i = 0; i < COUNT(pas); i++)
        cr_assert_eq(bitframe_get_tag(&pool, pas[i]), TASKS);
    cr_assert_eq(bitframe_get_tag(&pool, pa_of(70)), 0);

    /* One of them twice: what was freed before that is found out is its owner's still, bytes and all. */
    memcpy(memory_before, memory, sizeof(memory));
    copy_storage(storage_before);
    bitframe_set_current_tag(&pool, TABLES);
    pas[69] = pas[3];
    cr_assert_eq(bitframe_free_bulk(&pool, pas, 70, 0, &count), BITFRAME_DOUBLE_FREE);
    cr_assert_eq(memcmp(memory_before, memory, sizeof(memory)), 0);
    expect_storage(storage_before);

    cr_assert_eq(bitframe_free_bulk(&pool, pas, 70, BITFRAME_PARTIAL, &count), BITFRAME_DOUBLE_FREE);
    cr_assert_eq(count, 69);
    for (uint64_t i = 0; i < 69; i++) {
        cr_assert(holds_pattern(pa_of(i)));
        cr_assert_eq(bitframe_get_tag(&pool, pa_of(i)), 0);
    }
    cr_assert_eq(memory[69 * FRAME], 0);
    cr_assert_eq(bitframe_get_tag(&pool, pa_of(69)), TASKS);
    cr_assert_eq(bitframe_free(&pool, pa_of(69)), BITFRAME_OK);

    memory[69 * FRAME + 5] ^= 1;
    cr_assert_eq(bitframe_alloc_bulk(&pool, &many, pas, &count), BITFRAME_OK);
    cr_assert_eq(reports, 1, "before it is zeroed");
    cr_assert_eq(report.pa, pa_of(69));
    cr_assert_eq(report.tag, TASKS);
    cr_assert_eq(memory[69 * FRAME + 5], 0);
    cr_assert_eq(bitframe_free_bulk(&pool, pas, 70, 0, &count), BITFRAME_OK);
    for (uint64_t i = 0; i < 70; i++)
        cr_assert(holds_pattern(pa_of(i)));
    cr_assert_eq(memory[70 * FRAME], 0x11);
    cr_assert_eq(bitframe_free_bulk(&pool, pas, 70, 0, &count), BITFRAME_DOUBLE_FREE);
    cr_assert_eq(bitframe_debug_sweep(&pool), 0, "and it is debugged still");
    cr_assert_eq(bitframe_alloc(&pool), pa_of(0));
    cr_assert_eq(bitframe_get_tag(&pool, pa_of(0)), TABLES);
    ASSERT_SOUND(&pool);
}

Test(debug_poison, a_allocated_frame_is_its_owners)
{
    make_pool(BOTH);
    uint64_t pa = bitframe_alloc(&pool);
    for (int round = 0; round < 3; round++) {
        cr_assert_eq(bitframe_free(&pool, pa), BITFRAME_OK);
        cr_assert_eq(bitframe_alloc(&pool), pa);
        memset(frame_at(pa), round, FRAME); /* after the take: nobody's business */
    }
    cr_assert_eq(reports, 0);
    cr_assert_eq(debug.corruptions, 0);
}

Test(debug_poison, what_was_free_before_is_not_compared)
{
    make_pool(BOTH);
    for (size_t taking = 0; taking < COUNT(ways_to_alloc); taking++) {
        make_pool(BOTH);
        ways_to_alloc[taking](pa_of(0), 100);
        cr_assert_eq(reports, 0, "taken by %zu", taking);
    }
    make_pool(BOTH);
    uint64_t pa = bitframe_alloc(&pool);
    cr_assert_eq(bitframe_free(&pool, pa), BITFRAME_OK);
    frame_at(pa)[5] = 0;
    start(&pool, BOTH); /* anew: what was poisoned is forgotten */
    cr_assert_eq(bitframe_alloc(&pool), pa);
    cr_assert_eq(reports, 0);
}

Test(debug_poison, tags_alone_touch_no_frame)
{
    make_pool(BITFRAME_DEBUG_TAGS);
    by_free(pa_of(0), 3);
    by_free_run(pa_of(0), 3);
    by_unreserve(pa_of(0), 3);
    for (uint64_t i = 0; i < 4 * FRAME; i++)
        cr_assert_eq(memory[i], 0x11);
    by_alloc(pa_of(0), 3);
    cr_assert_eq(reports, 0);
}

Test(debug_poison, refused_calls_change_nothing)
{
    make_pool(BOTH);
    by_claim(pa_of(0), 100);
    cr_assert_eq(bitframe_set_tag(&pool, pa_of(0), 100, TASKS), BITFRAME_OK);
    cr_assert_eq(bitframe_free_run(&pool, pa_of(10), 5), BITFRAME_OK);
    cr_assert_eq(bitframe_reserve(&pool, pa_of(200), 5 * FRAME), BITFRAME_OK);
    memory[12 * FRAME] ^= 1; /* whoever looks at it says so */
    static unsigned char memory_before[sizeof(memory)];
    static uint32_t storage_before[BITS];
    memcpy(memory_before, memory, sizeof(memory));
    copy_storage(storage_before);

    uint64_t got;
    const struct bitframe_request too_long = {.frames = FRAMES};
    cr_assert_eq(bitframe_free(&pool, pa_of(12)), BITFRAME_DOUBLE_FREE);
    cr_assert_eq(bitframe_free(&pool, pa_of(300)), BITFRAME_DOUBLE_FREE, "free from the beginning");
    cr_assert_eq(bitframe_free(&pool, pa_of(9) + 8), BITFRAME_MISALIGNED);
    cr_assert_eq(bitframe_free(&pool, pa_of(202)), BITFRAME_RESERVED);
    cr_assert_eq(bitframe_free(&pool, pa_of(FRAMES)), BITFRAME_UNMANAGED);
    cr_assert_eq(bitframe_free_run(&pool, pa_of(9), 2), BITFRAME_DOUBLE_FREE);
    cr_assert_eq(bitframe_alloc_at(&pool, pa_of(12), 4), BITFRAME_IN_USE);
    cr_assert_eq(bitframe_alloc_run(&pool, &too_long, &got), BITFRAME_NONE);
    cr_assert_eq(bitframe_reserve(&pool, pa_of(12), 4 * FRAME), BITFRAME_IN_USE);
    cr_assert_eq(bitframe_unreserve(&pool, pa_of(12), FRAME), BITFRAME_NOT_RESERVED);
    cr_assert_eq(bitframe_alloc_range(&pool, pa_of(20), pa_of(30)), 0);

    cr_assert_eq(reports, 0);
    cr_assert_eq(memcmp(memory_before, memory, sizeof(memory)), 0);
    expect_storage(storage_before);
    ASSERT_SOUND(&pool);
}

/** Of a line that came back to a full pool the levels above know nothing yet. */
Test(debug_poison, sweep_sees_a_pending_huge)
{
    static struct bitframe_map_range ranges[8];
    struct bitframe_map map;
    declare_memory();
    cr_assert_eq(bitframe_map_init(&map, ranges, 8), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, pa_of(0), 16 * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, pa_of(1024), 512 * FRAME), BITFRAME_OK);
    guarded_pool(&pool, &metadata, &map);
    start(&pool, BITFRAME_DEBUG_POISON);
    cr_assert_eq(bitframe_alloc_range(&pool, 0, UINT64_MAX), 16 + 512);
    cr_assert_eq(bitframe_free(&pool, pa_of(1024)), BITFRAME_OK); /* the gap is there now */
    cr_assert_eq(bitframe_alloc(&pool), pa_of(1024));
    cr_assert_eq(bitframe_free_huge(&pool, pa_of(1024)), BITFRAME_OK);
    cr_assert_eq(pool.pending, 1);
    frame_at(pa_of(1124))[5] ^= 1;
    cr_assert_eq(bitframe_debug_sweep(&pool), 1);
    cr_assert_eq(report.pa, pa_of(1124));
    cr_assert_eq(bitframe_check(&pool), BITFRAME_SOUND);
}

Test(debug_poison, sweep_finds_it_where_it_lies)
{
    make_pool(BOTH);
    by_free_run(pa_of(60), 600);
    cr_assert_eq(bitframe_debug_sweep(&pool), 0);
    memory[60 * FRAME] ^= 1;
    memory[660 * FRAME - 1] ^= 1;
    memory[660 * FRAME] ^= 1; /* never poisoned */
    memory[59 * FRAME] ^= 1;
    cr_assert_eq(bitframe_debug_sweep(&pool), 2);
    cr_assert_eq(reports, 2);
    cr_assert_eq(report.pa, pa_of(659));
    cr_assert_eq(report.offset, FRAME - 1);
    cr_assert_eq(report.tag, TASKS);
    cr_assert_eq(bitframe_debug_sweep(&pool), 0, "it is said once");
    by_alloc_range(pa_of(0), FRAMES);
    cr_assert_eq(reports, 2);
    cr_assert_eq(debug.corruptions, 2);
}

Test(debug_poison, without_a_hook_it_counts)
{
    make_pool(BITFRAME_DEBUG_POISON);
    debug.corrupted = NULL;
    by_free_run(pa_of(0), 10);
    for (int i = 0; i < 10; i += 2)
        memory[i * FRAME + 9] ^= 1;
    by_alloc_range(pa_of(0), 10);
    cr_assert_eq(debug.corruptions, 5);
    cr_assert_eq(reports, 0);
}

/* The contract's calls. */

static unsigned reports_when_zeroed;

void memzero(uint64_t start_kva, uint64_t size)
{
    reports_when_zeroed = reports;
    memset(frame_at(kva_to_pa(start_kva)), 0, size);
}

void main_output(int32_t interface, const char *str)
{
    (void)interface, (void)str;
}

void main_output_u64(int32_t interface, uint64_t value)
{
    (void)interface, (void)value;
}

Test(debug_page_alloc, looks_before_it_zeroes)
{
    struct bitframe *pages = bitframe_get_page_alloc_pool();
    declare_memory();
    mem_map_init();
    cr_assert_eq(bitframe_get_debug_bytes(pages),
                 BITFRAME_BITMAP_WORDS(MALLOC_START, MALLOC_SIZE) * 64 * sizeof(uint32_t));
    start(pages, BOTH);
    bitframe_set_current_tag(pages, TASKS);
    mem_map_reserve_below(pa_of(5));
    cr_assert_eq(get_free_page(), pa_of(5));
    cr_assert_eq(get_free_page(), pa_of(6));
    cr_assert_eq(bitframe_get_tag(pages, pa_of(5)), TASKS);
    free_page(pa_of(5) + 100); /* the page around it */
    cr_assert(holds_pattern(pa_of(5)));
    cr_assert_eq(memory[6 * FRAME], 0);
    cr_assert_eq(bitframe_get_tag(pages, pa_of(5)), 0);
    cr_assert_eq(bitframe_get_tag(pages, pa_of(6)), TASKS);

    memory[5 * FRAME + 77] = 0;
    free_page(pa_of(5)); /* again, in vain: what is there stays */
    cr_assert_eq(memory[5 * FRAME + 77], 0);
    cr_assert_eq(get_kernel_page(), pa_to_kva(pa_of(5)));
    cr_assert_eq(reports, 1);
    cr_assert_eq(reports_when_zeroed, 1);
    cr_assert_eq(report.pa, pa_of(5));
    cr_assert_eq(report.offset, 77);
    cr_assert_eq(report.tag, TASKS);
    cr_assert_eq(memory[5 * FRAME], 0, "and it is zeroed");

    free_kernel_page(pa_to_kva(pa_of(5)));
    cr_assert(holds_pattern(pa_of(5)));
    mem_map_init();
    memory[5 * FRAME] = 1;
    mem_map_reserve_below(pa_of(10));
    cr_assert_eq(reports, 1, "a pool that is made anew is not debugged");
}

/* Tags. */

Test(debug_tags, are_set_and_lost)
{
    make_pool(BITFRAME_DEBUG_TAGS);
    uint64_t pa = bitframe_alloc(&pool);
    cr_expect_eq(bitframe_get_tag(&pool, pa), 0);
    cr_expect_eq(bitframe_set_tag(&pool, pa, 1, BITFRAME_TAG_MAX), BITFRAME_OK);
    cr_expect_eq(bitframe_get_tag(&pool, pa), BITFRAME_TAG_MAX);
    cr_expect_eq(bitframe_get_tag(&pool, pa + FRAME - 1), BITFRAME_TAG_MAX);
    cr_expect_eq(bitframe_get_tag(&pool, pa + FRAME), 0);
    cr_expect_eq(bitframe_set_tag(&pool, pa, 1, 0), BITFRAME_OK);
    cr_expect_eq(bitframe_get_tag(&pool, pa), 0);
    for (size_t i = 0; i < COUNT(ways_to_free); i++) {
        for (uint32_t flags = BITFRAME_DEBUG_TAGS; flags <= BOTH; flags++) {
            make_pool(flags);
            ways_to_free[i].go(pa_of(0), 100);
            cr_expect_eq(bitframe_get_tag(&pool, pa_of(3)), 0, "way %zu, free", i);
            by_alloc(pa_of(0), 4);
            cr_expect_eq(bitframe_get_tag(&pool, pa_of(3)), 0, "way %zu, another's", i);
        }
    }
    cr_expect_eq(bitframe_get_tag(&pool, 0), 0);
    cr_expect_eq(bitframe_get_tag(&pool, pa_of(0) - 1), 0);
    cr_expect_eq(bitframe_get_tag(&pool, pa_of(FRAMES)), 0);
    cr_expect_eq(bitframe_get_tag(&pool, UINT64_MAX), 0);
}

Test(debug_tags, current_tag_is_that_of_every_alloc)
{
    for (size_t i = 0; i < COUNT(ways_to_alloc); i++) {
        make_pool(BOTH);
        cr_assert_eq(bitframe_set_current_tag(&pool, TASKS), 0);
        ways_to_alloc[i](pa_of(0), 100);
        uint32_t tag = ways_to_alloc[i] == by_reserve ? 0 : TASKS;
        cr_assert_eq(bitframe_get_tag(&pool, pa_of(0)), tag, "way %zu", i);
        cr_assert_eq(bitframe_get_tag(&pool, pa_of(99)), tag, "way %zu", i);
        cr_assert_eq(bitframe_get_tag(&pool, pa_of(100)), 0, "way %zu", i);
    }
    cr_assert_eq(bitframe_set_current_tag(&pool, BITFRAME_TAG_MAX), TASKS);
    cr_assert_eq(bitframe_set_current_tag(&pool, BITFRAME_TAG_MAX + 1), BITFRAME_TAG_MAX);
    cr_assert_eq(bitframe_set_current_tag(&pool, BITFRAME_TAG_ANY), BITFRAME_TAG_MAX,
                 "none of these is a tag");
    cr_assert_eq(bitframe_set_current_tag(&pool, 0), BITFRAME_TAG_MAX);
    cr_assert_eq(bitframe_set_current_tag(&pool, 0), 0);

    /* What a take finds taken keeps its tag. */
    make_pool(BOTH);
    by_claim(pa_of(10), 10);
    cr_assert_eq(bitframe_set_tag(&pool, pa_of(10), 10, TABLES), BITFRAME_OK);
    bitframe_set_current_tag(&pool, TASKS);
    cr_assert_eq(bitframe_alloc_range(&pool, pa_of(0), pa_of(30)), 20);
    for (uint64_t i = 0; i < 30; i++)
        cr_assert_eq(bitframe_get_tag(&pool, pa_of(i)), i / 10 == 1 ? TABLES : TASKS);
}

Test(debug_tags, refusals_change_nothing)
{
    make_pool(BOTH);
    by_claim(pa_of(0), 100);
    cr_assert_eq(bitframe_set_tag(&pool, pa_of(0), 100, TASKS), BITFRAME_OK);
    cr_assert_eq(bitframe_free(&pool, pa_of(50)), BITFRAME_OK);
    cr_assert_eq(bitframe_reserve(&pool, pa_of(100), 5 * FRAME), BITFRAME_OK);
    static uint32_t before[BITS];
    copy_storage(before);
    const struct {
        uint64_t pa, frames;
        uint32_t tag;
        enum bitframe_status status;
    } cases[] = {
        {pa_of(50), 1, 1, BITFRAME_DOUBLE_FREE},
        {pa_of(50), 1, 0, BITFRAME_DOUBLE_FREE},
        {pa_of(45), 6, 1, BITFRAME_DOUBLE_FREE},
        {pa_of(50), 6, 1, BITFRAME_DOUBLE_FREE},
        {pa_of(110), 1, 1, BITFRAME_DOUBLE_FREE}, /* never taken */
        {pa_of(99), 2, 1, BITFRAME_RESERVED},
        {pa_of(45), 60, 1, BITFRAME_RESERVED}, /* before what is free */
        {pa_of(0) + 1, 1, 1, BITFRAME_MISALIGNED},
        {pa_of(100) + 1, 1, 1, BITFRAME_MISALIGNED}, /* before what is reserved */
        {pa_of(0) - FRAME, 2, 1, BITFRAME_UNMANAGED},
        {pa_of(0), FRAMES + 1, 1, BITFRAME_UNMANAGED},
        {pa_of(0), UINT64_MAX, 1, BITFRAME_UNMANAGED},
        {pa_of(FRAMES) + 1, 1, 1, BITFRAME_UNMANAGED}, /* before what is misaligned */
        {UINT64_MAX, 1, 1, BITFRAME_UNMANAGED},
        {pa_of(0), 0, 1, BITFRAME_INVALID},
        {pa_of(0), 1, BITFRAME_TAG_MAX + 1, BITFRAME_INVALID},
        {pa_of(0), 1, BITFRAME_TAG_ANY, BITFRAME_INVALID},
        {0, 1, BITFRAME_TAG_ANY, BITFRAME_INVALID}, /* before what is not the pool's */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect_eq(bitframe_set_tag(&pool, cases[i].pa, cases[i].frames, cases[i].tag), cases[i].status,
                     "case %zu", i);
        expect_storage(before);
    }
}

static void expect_run(uint32_t tag, uint64_t *frame, uint64_t first, uint64_t frames, uint32_t owner)
{
    struct bitframe_tagged_run run;
    cr_assert(bitframe_leaks_next(&pool, tag, frame, &run));
    cr_assert_eq(run.first_pa, pa_of(first));
    cr_assert_eq(run.frames, frames);
    cr_assert_eq(run.tag, owner);
    cr_assert_eq(*frame, FIRST + first + frames);
}

static void expect_no_run(uint32_t tag, uint64_t *frame)
{
    struct bitframe_tagged_run run = {.tag = GARBAGE};
    cr_assert(!bitframe_leaks_next(&pool, tag, frame, &run));
    cr_assert_eq(run.tag, GARBAGE);
}

Test(debug_leaks, by_tag)
{
    /* Two spans with a hole between them, and a reservation. */
    struct bitframe_map_range ranges[4];
    struct bitframe_map map;
    declare_memory();
    cr_assert_eq(bitframe_map_init(&map, ranges, COUNT(ranges)), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, pa_of(0), 100 * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, pa_of(103), 100 * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RESERVED, pa_of(150), 3 * FRAME), BITFRAME_OK);
    guarded_pool(&pool, &metadata, &map);
    by_claim(pa_of(199), 2);
    start(&pool, BOTH);

    bitframe_set_current_tag(&pool, TASKS);
    by_alloc(pa_of(0), 100);
    by_alloc(pa_of(103), 47);
    by_alloc(pa_of(153), 1);
    cr_assert_eq(bitframe_set_tag(&pool, pa_of(20), 5, TABLES), BITFRAME_OK);
    cr_assert_eq(bitframe_free(&pool, pa_of(60)), BITFRAME_OK);
    cr_assert_eq(bitframe_set_tag(&pool, pa_of(99), 1, 0), BITFRAME_OK);

    uint64_t frame = 0;
    expect_run(TASKS, &frame, 0, 20, TASKS);
    expect_run(TASKS, &frame, 25, 35, TASKS);
    expect_run(TASKS, &frame, 61, 38, TASKS);
    expect_run(TASKS, &frame, 103, 47, TASKS);
    expect_run(TASKS, &frame, 153, 1, TASKS);
    expect_no_run(TASKS, &frame);
    frame = FIRST + 30; /* in the middle */
    expect_run(TASKS, &frame, 30, 30, TASKS);
    frame = 0;
    expect_run(TABLES, &frame, 20, 5, TABLES);
    expect_no_run(TABLES, &frame);
    frame = 0;
    expect_run(0, &frame, 99, 1, 0);
    expect_run(0, &frame, 199, 2, 0);
    expect_no_run(0, &frame);
    frame = 0;
    expect_no_run(TASKS + TABLES, &frame);
    frame = UINT64_MAX;
    expect_no_run(BITFRAME_TAG_ANY, &frame);
    frame = 0;
    expect_run(BITFRAME_TAG_ANY, &frame, 0, 20, TASKS);
    expect_run(BITFRAME_TAG_ANY, &frame, 20, 5, TABLES);
    expect_run(BITFRAME_TAG_ANY, &frame, 25, 35, TASKS);
    expect_run(BITFRAME_TAG_ANY, &frame, 61, 38, TASKS);
    expect_run(BITFRAME_TAG_ANY, &frame, 99, 1, 0);
    expect_run(BITFRAME_TAG_ANY, &frame, 103, 47, TASKS);
    expect_run(BITFRAME_TAG_ANY, &frame, 153, 1, TASKS);
    expect_run(BITFRAME_TAG_ANY, &frame, 199, 2, 0);
    expect_no_run(BITFRAME_TAG_ANY, &frame);

    const struct bitframe_tag_total expected[] = {{0, 2, 3}, {TASKS, 5, 141}, {TABLES, 1, 5}};
    struct bitframe_tag_total total;
    uint32_t tag = 0;
    for (size_t i = 0; i < COUNT(expected); i++) {
        cr_assert(bitframe_tags_next(&pool, &tag, &total));
        cr_assert_eq(total.tag, expected[i].tag);
        cr_assert_eq(total.runs, expected[i].runs);
        cr_assert_eq(total.frames, expected[i].frames);
        cr_assert_eq(tag, expected[i].tag + 1);
    }
    cr_assert(!bitframe_tags_next(&pool, &tag, &total));
    tag = TABLES;
    cr_assert(bitframe_tags_next(&pool, &tag, &total));
    cr_assert_eq(total.tag, TABLES);
}

Test(debug_leaks, offline_frames_are_nobodys_and_not_touched)
{
    struct guarded words = {0};
    struct bitframe_offline_range record;
    uint64_t pas[2] = {pa_of(16), pa_of(17)}, count, frame = 0;
    make_pool(BOTH);
    uint64_t *bits = guarded_offline_words(&words, pa_of(10), 10 * FRAME, &count);
    by_free_run(pa_of(10), 5);
    bitframe_set_current_tag(&pool, TASKS);
    by_claim(pa_of(15), 5);

    /* Frames 10 to 19 fail: 5 are free, 5 in use. Nobody may read or write them. */
    cr_assert_eq(mprotect(memory + 10 * FRAME, 10 * FRAME, PROT_NONE), 0);
    cr_assert_eq(bitframe_set_offline(&pool, &record, pa_of(10), 10 * FRAME, bits, count), BITFRAME_OK);
    cr_assert_eq(bitframe_get_tag(&pool, pa_of(10)), 0);
    cr_assert_eq(bitframe_get_tag(&pool, pa_of(15)), TASKS, "its owner's still");
    cr_assert_eq(bitframe_set_tag(&pool, pa_of(14), 2, TABLES), BITFRAME_OFFLINE);
    cr_assert_eq(bitframe_set_tag(&pool, pa_of(18), 1, TABLES), BITFRAME_OK);
    cr_assert_eq(bitframe_free(&pool, pa_of(15)), BITFRAME_OK);
    cr_assert_eq(bitframe_free_bulk(&pool, pas, 2, 0, &count), BITFRAME_OK);
    expect_run(BITFRAME_TAG_ANY, &frame, 18, 1, TABLES);
    expect_run(BITFRAME_TAG_ANY, &frame, 19, 1, TASKS);
    expect_no_run(BITFRAME_TAG_ANY, &frame);
    cr_assert_eq(bitframe_free_run(&pool, pa_of(18), 2), BITFRAME_OK);
    frame = 0;
    expect_no_run(BITFRAME_TAG_ANY, &frame);
    cr_assert_eq(bitframe_debug_sweep(&pool), 0);
    cr_assert_eq(bitframe_alloc(&pool), pa_of(0));
    cr_assert_eq(bitframe_get_tag(&pool, pa_of(0)), TASKS, "the current tag is what it was");

    /* Others take their place, and they come back as any frame that becomes free. */
    cr_assert_eq(mprotect(memory + 10 * FRAME, 10 * FRAME, PROT_READ | PROT_WRITE), 0);
    memset(memory + 10 * FRAME, 0, 10 * FRAME);
    cr_assert_eq(bitframe_set_online(&pool, &record), BITFRAME_OK);
    for (uint64_t i = 10; i < 20; i++)
        cr_assert(holds_pattern(pa_of(i)));
    memory[19 * FRAME] ^= 1;
    by_alloc_range(pa_of(10), 10);
    cr_assert_eq(reports, 1);
    cr_assert_eq(report.pa, pa_of(19));
    cr_assert_eq(report.tag, 0);
    ASSERT_SOUND(&pool);
}

/* Beginning and ending. */

/** Is nothing of debugging to be seen? */
static void expect_off(void)
{
    struct bitframe_tagged_run run;
    struct bitframe_tag_total total;
    uint64_t frame = 0;
    uint32_t tag = 0;
    static uint32_t before[BITS];
    copy_storage(before);
    memset(memory, 0x11, sizeof(memory));
    cr_expect_eq(bitframe_set_current_tag(&pool, TASKS), 0);
    cr_expect_eq(bitframe_set_current_tag(&pool, TASKS), 0);
    by_alloc(pa_of(0), 1);
    cr_expect_eq(bitframe_set_tag(&pool, pa_of(0), 1, TASKS), BITFRAME_OK);
    cr_expect_eq(bitframe_set_tag(&pool, pa_of(1), 0, BITFRAME_TAG_ANY), BITFRAME_OK, "nothing is looked at");
    cr_expect_eq(bitframe_get_tag(&pool, pa_of(0)), 0);
    cr_expect(!bitframe_leaks_next(&pool, BITFRAME_TAG_ANY, &frame, &run));
    cr_expect(!bitframe_tags_next(&pool, &tag, &total));
    cr_expect_eq(bitframe_debug_sweep(&pool), 0);
    cr_expect_eq(bitframe_free(&pool, pa_of(0)), BITFRAME_OK);

    const struct bitframe_request huge_frame = {.frames = BITFRAME_HUGE_FRAMES,
                                                .align = BITFRAME_HUGE_FRAMES * FRAME};
    const struct bitframe_request many = {.frames = 70};
    uint64_t pa, pas[70], count;
    cr_expect_eq(bitframe_alloc_run(&pool, &huge_frame, &pa), BITFRAME_OK);
    cr_expect_eq(bitframe_alloc_bulk(&pool, &many, pas, &count), BITFRAME_OK);
    cr_expect_eq(bitframe_free_bulk(&pool, pas, 69, 0, &count), BITFRAME_OK);
    cr_expect_eq(bitframe_free_bulk(&pool, pas + 69, 1, BITFRAME_PARTIAL, &count), BITFRAME_OK);
    cr_expect_eq(bitframe_free_run(&pool, pa, huge_frame.frames), BITFRAME_OK);
    by_free(pa_of(0), 3);
    by_free_run(pa_of(0), 3);
    by_unreserve(pa_of(0), 3);
    for (uint64_t i = 0; i < sizeof(memory); i++)
        cr_assert_eq(memory[i], 0x11);
    cr_expect_eq(reports, 0);
    expect_storage(before);
    ASSERT_SOUND(&pool);
}

Test(debug_start, refuses_bad_arguments)
{
    make_plain_pool();
    uint64_t bytes = bitframe_get_debug_bytes(&pool);
    cr_assert_eq(bytes, BITS * sizeof(uint32_t));
    char *entries = guarded_renew(&storage, bytes, sizeof(uint32_t));
    static uint32_t entries_before[BITS];
    copy_storage(entries_before);
    struct bitframe_debug before = debug;
    cr_expect_eq(bitframe_debug_start(NULL, &debug, entries, bytes, BOTH), BITFRAME_INVALID);
    cr_expect_eq(bitframe_debug_start(&pool, NULL, entries, bytes, BOTH), BITFRAME_INVALID);
    cr_expect_eq(bitframe_debug_start(&pool, &debug, NULL, bytes, BOTH), BITFRAME_INVALID);
    for (int i = 1; i < 4; i++)
        cr_expect_eq(bitframe_debug_start(&pool, &debug, entries + i, bytes, BOTH), BITFRAME_INVALID);
    cr_expect_eq(bitframe_debug_start(&pool, &debug, entries, bytes, 0), BITFRAME_INVALID);
    cr_expect_eq(bitframe_debug_start(&pool, &debug, entries, bytes, 4), BITFRAME_INVALID);
    cr_expect_eq(bitframe_debug_start(&pool, &debug, entries, bytes, BOTH | UINT32_C(1) << 31),
                 BITFRAME_INVALID);
    cr_expect_eq(bitframe_debug_start(&pool, &debug, entries, bytes - 1, BOTH), BITFRAME_NO_ROOM);
    cr_expect_eq(memcmp(&before, &debug, sizeof(debug)), 0);
    expect_storage(entries_before);
    expect_off();
}

Test(debug_start, poison_alone_has_no_tags)
{
    make_pool(BITFRAME_DEBUG_POISON);
    struct bitframe_tagged_run run;
    uint64_t frame = 0;
    cr_expect_eq(bitframe_set_current_tag(&pool, TASKS), 0);
    by_alloc(pa_of(0), 1);
    cr_expect_eq(bitframe_set_tag(&pool, pa_of(0), 1, TASKS), BITFRAME_OK);
    cr_expect_eq(bitframe_get_tag(&pool, pa_of(0)), 0);
    cr_expect(!bitframe_leaks_next(&pool, BITFRAME_TAG_ANY, &frame, &run));
}

Test(debug_start, anew_forgets)
{
    make_pool(BOTH);
    bitframe_set_current_tag(&pool, TASKS);
    by_alloc(pa_of(0), 3);
    debug.corruptions = 9;
    start(&pool, BOTH);
    cr_expect_eq(debug.corruptions, 0);
    cr_expect_eq(bitframe_get_tag(&pool, pa_of(0)), 0);
    cr_expect_eq(bitframe_alloc(&pool), pa_of(3));
    cr_expect_eq(bitframe_get_tag(&pool, pa_of(3)), 0);
    uint64_t frame = 0;
    expect_run(0, &frame, 0, 4, 0);
}

Test(debug_start, off_until_then_and_after_stop)
{
    make_plain_pool();
    expect_off();
    bitframe_debug_stop(&pool); /* of nothing */
    expect_off();
    start(&pool, BOTH);
    by_alloc(pa_of(0), 1);
    cr_assert_eq(bitframe_free(&pool, pa_of(0)), BITFRAME_OK);
    cr_assert(holds_pattern(pa_of(0)));
    bitframe_debug_stop(&pool);
    expect_off();

    make_pool(BOTH);
    make_plain_pool();
    expect_off();
}

Test(debug_start, a_pool_made_again_is_not_debugged)
{
    struct guarded more = {0};
    uint64_t bytes;
    struct bitframe_map_range range;
    struct bitframe_map map;
    make_pool(BOTH);
    pool.free_frames = 0; /* of no use to whoever adopts it */
    cr_assert_eq(bitframe_adopt(&pool, metadata.memory, metadata.bytes), BITFRAME_OK);
    expect_off();

    make_pool(BOTH);
    cr_assert_eq(bitframe_map_init(&map, &range, 1), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, pa_of(0), 2 * FRAMES * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_get_extend_bytes(&pool, &map, &bytes), BITFRAME_OK);
    guarded_renew(&more, bytes, BITFRAME_METADATA_ALIGN);
    cr_assert_eq(bitframe_extend(&pool, &map, more.memory, bytes), BITFRAME_OK);
    expect_off();
}

/* Pool, record and entries, seen at another address. */

struct kernel_memory {
    struct bitframe pool;
    struct bitframe_debug debug;
    uint32_t entries[BITS];
    _Alignas(BITFRAME_METADATA_ALIGN) char metadata[];
};

Test(debug, works_at_another_address)
{
    const uint64_t metadata_bytes = BITFRAME_METADATA_BYTES(FIRST * FRAME, FRAMES * FRAME);
    const uint64_t bytes = sizeof(struct kernel_memory) + metadata_bytes;
    char *at[2];
    guarded_open_twice(at, bytes, BITFRAME_METADATA_ALIGN);
    struct kernel_memory *low = (struct kernel_memory *)(void *)at[0];
    struct kernel_memory *high = (struct kernel_memory *)(void *)at[1];
    declare_memory();
    cr_assert_eq(bitframe_init(&low->pool, pa_of(0), FRAMES * FRAME, low->metadata, metadata_bytes),
                 BITFRAME_OK);
    cr_assert_eq(bitframe_debug_start(&low->pool, &low->debug, low->entries, sizeof(low->entries), BOTH),
                 BITFRAME_OK);
    bitframe_set_current_tag(&low->pool, TASKS);
    cr_assert_eq(bitframe_alloc(&low->pool), pa_of(0));
    guarded_close(at[0], bytes);

    cr_assert_eq(bitframe_get_tag(&high->pool, pa_of(0)), TASKS);
    cr_assert_eq(bitframe_free(&high->pool, pa_of(0)), BITFRAME_OK);
    memory[3] ^= 1;
    cr_assert_eq(bitframe_alloc(&high->pool), pa_of(0));
    cr_assert_eq(high->debug.corruptions, 1);
    guarded_close(at[1], bytes);
}

/* Debugged and shared exclude each other. */

static jmp_buf out;
static const char *sentence;

static void panicked(const char *what)
{
    sentence = what;
    longjmp(out, 1);
}

Test(debug, a_pool_is_debugged_or_shared)
{
    struct guarded slots = {0};
    const struct bitframe_share_options options = {.policy = BITFRAME_LOWEST, .cpus = 1};
    struct bitframe_shared *shared;
    make_pool(BITFRAME_DEBUG_TAGS);
    guarded_renew(&slots, bitframe_get_share_bytes(&pool, 1), BITFRAME_SHARE_ALIGN);
    cr_assert_eq(bitframe_share(&shared, &pool, &options, slots.memory, slots.bytes), BITFRAME_UNSUPPORTED);
    ASSERT_SOUND(&pool);
    bitframe_debug_stop(&pool);
    cr_assert_eq(bitframe_share(&shared, &pool, &options, slots.memory, slots.bytes), BITFRAME_OK);
    cr_assert_eq(bitframe_shared_alloc(shared, 0), pa_of(0));
    cr_assert_eq(bitframe_shared_begin_exclusive(shared), &pool);
    start(&pool, BITFRAME_DEBUG_TAGS);
    ASSERT_SOUND(&pool);
    const struct bitframe_platform platform = {.panic = panicked};
    cr_assert_eq(bitframe_set_platform(&platform), BITFRAME_OK);
    if (setjmp(out) == 0)
        bitframe_shared_end_exclusive(shared);
    cr_assert_not_null(sentence, "a pool that is debugged is shared again");
    ASSERT_SOUND(&pool);
}
