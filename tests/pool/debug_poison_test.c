/* SPDX-License-Identifier: MIT */
/* debug_poison_test.c - who wrote to a free frame */
#include <bitframe/bulk.h>
#include <bitframe/check.h>

#include "debug_pool.h"

#include <inttypes.h>
#include <string.h>

#include "layout/levels.h"

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
                cr_assert_eq(reports, 1, "freed by %zu, allocated by %zu, offset %" PRIu64, freeing, taking,
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
        memset(frame_at(pa), round, FRAME); /* after the allocation: nobody's business */
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
        cr_assert_eq(reports, 0, "allocated by %zu", taking);
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

/** The index does not describe the cursor's huge frame. */
Test(debug_poison, sweep_sees_what_is_outside_the_index)
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
    cr_assert_eq(*levels_at(&pool, &pool.huge, 0), 0);
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
